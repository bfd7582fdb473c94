/** Whether the document came whole. A page that misses a screen would find out only after somebody has written. */

import { questions } from "./questions.ts";
import { screenFrom, slot } from "./screens.ts";
import { word } from "./words.ts";

/** Each screen that both scripts may show, with the slots that they fill. */
const SCREENS =
  "step-committees field others other-list|sealing trouble trouble-words carrying|closed code|clock field device";
/** Each sentence that both scripts may put into a screen. */
const WORDS =
  "closed-other closed-line closed-busy closed-self-test closed-directory closed-expired closed-not-yet closed-keys " +
  "clock-day clock-month clock-year clock-no-date unknown unknown-hint choose-reader not-open nobody-left " +
  "too-many-vaults write-something holds-receipt may-hold-receipt half-character room room-little room-none change " +
  "skipped reader-of readers-changed send-line send-busy send-refused send-lock send-closed " +
  "maybe-sent";

/** The screens, with the slots, and the sentences of one page, written like those of both. */
export interface Whole {
  readonly screens: string;
  readonly words: string;
}

/** Throws unless all screens and words are there, and the questions are those that the page announces. */
export function checkWhole(dataset: DOMStringMap, { screens, words }: Whole): void {
  const asked = questions();
  const rows = [...`${SCREENS}|${screens}`.split("|"), ...asked.map((one) => `${one.templateId} field`)];
  for (const row of rows) {
    const [id = "", ...slots] = row.split(" ");
    const screen = screenFrom(id);
    for (const name of slots) slot(screen, name);
    const deaf = screen.querySelector("button:not([data-act])");
    if (deaf || !screen.querySelector("button.primary[data-act]")) throw new Error(`no button in ${id}`);
  }
  screenFrom("cleared");
  for (const name of `${WORDS} ${words}`.split(" ")) word(name);
  const names = asked.map(({ name, kind, standard, options }) =>
    [name, kind, standard ?? "", ...options.map((one) => one.name)].join(" "),
  );
  if ([dataset["questionnaire"] ?? "", ...names].join("|") !== (dataset["asked"] ?? "")) throw new Error("questions");
  // What follows the screens has come, so the last of them did not break off.
  if (!document.querySelector("footer")) throw new Error("no foot");
}
