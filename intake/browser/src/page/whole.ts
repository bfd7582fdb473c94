/** Whether the document came whole. A page that misses a screen would find out only after somebody has written. */

import { questions } from "./questions.ts";
import { screenFrom, slot } from "./screens.ts";
import { word } from "./words.ts";

/** Each screen that this script may show, with the slots that it fills; those of one page only after its name. */
const BOTH = "step-committees field others other-list|sealing trouble trouble-words|closed code|clock field device";
const SCREENS: Readonly<Record<string, string>> = {
  write: `${BOTH}|check changed committees readers|receipt digits`,
  return: `${BOTH}|number field|looking trouble|thread answers|more field readers`,
};

/** Throws unless all screens are there, each with its button, and the questions are those that the page announces. */
export function checkWhole({ dataset }: HTMLElement): void {
  const asked = questions();
  const rows = [...(SCREENS[dataset["page"] ?? ""] ?? "").split("|"), ...asked.map((one) => `${one.templateId} field`)];
  for (const row of rows) {
    const [id = "", ...slots] = row.split(" ");
    const screen = screenFrom(id);
    for (const name of slots) slot(screen, name);
    if (!screen.querySelector("button.primary[data-act]")) throw new Error(`no button in ${id}`);
  }
  screenFrom("cleared");
  word("closed-other");
  const names = asked.map(({ name, kind, standard, options }) =>
    [name, kind, standard ?? "", ...options.map((one) => one.name)].join(" "),
  );
  if ([dataset["questionnaire"] ?? "", ...names].join("|") !== (dataset["asked"] ?? "")) throw new Error("questions");
  // What follows the screens has come, so the last of them did not break off.
  if (!document.querySelector("footer")) throw new Error("no foot");
}
