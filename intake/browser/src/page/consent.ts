/** A question for consent: shown word for word, and answered like any further words of the thread (FORMAT.md 6.1). */

import { type ConsentAnswer, room } from "../client/compose.ts";
import type { ThreadItems } from "../client/mailbox.ts";
import type { Portal } from "../client/portal.ts";
import type { Verdict } from "../public/replies.ts";
import { toBase64url } from "../wire/base64.ts";
import { type Day, dayOf } from "../wire/calendar.ts";
import { CONSENT, type Consent } from "../wire/message.ts";
import type { ConsentRequest, Proposal } from "../wire/reply.ts";
import { askText, type Doubt } from "./asking.ts";
import { listReaders } from "./check.ts";
import { readerIds, readerNames } from "./committees.ts";
import { settle } from "./complaint.ts";
import { optionFields } from "./fields.ts";
import { doubtAbout, genuineIn, sendFurther } from "./followup.ts";
import { idle } from "./idle.ts";
import { choicesIn } from "./questions.ts";
import type { Visit } from "./returning.ts";
import { pressed, say, screenFrom, show, slot } from "./screens.ts";
import { dayInWords, insteadOfUnsent, language, word } from "./words.ts";

const IDENTITY_WORDS: Readonly<Record<Proposal["identity"], string>> = {
  named: "identity-named",
  described: "identity-described",
  "no-detail": "identity-no-detail",
  "theme-only": "identity-theme-only",
};
const NEED_WORDS: readonly (Consent | null)[] = ["change", "questions"];

/** What a person has chosen and written and not sent; `maybeSent`: an answer to the same question may have arrived. */
export interface Said {
  answer: Consent | null;
  text: string;
  maybeSent: boolean;
}

/** Whether a yes counts no more: on the day on which the request expires, and later. */
export function isOver({ body }: ConsentRequest, today: Day): boolean {
  return today >= body.expires;
}

/** The answers that are offered; a no is never too late. */
export function offered(request: ConsentRequest, today: Day): readonly Consent[] {
  return CONSENT.filter((one) => one !== "yes" || !isOver(request, today));
}

/** The last day on which a yes counts. */
export function lastDay({ body }: ConsentRequest): Day {
  return dayOf(Date.parse(`${body.expires}T00:00:00Z`) - 1);
}

/** What a yes would agree to, in a sentence; null when this page has none for it. */
export function stepOf({ body }: ConsentRequest): string | null {
  return choicesIn(screenFrom("steps")).find(({ name }) => name === body.measure)?.label ?? null;
}

/** The word that says why a request for this step cannot be answered here; null when it can. */
export function unanswerable(
  { routing }: ConsentRequest,
  verdict: Verdict,
  portal: Portal,
  step: string | null,
): string | null {
  if (verdict === "not-genuine") return "consent-not-genuine";
  if (verdict === "retired") return "consent-retired";
  if (step === null) return "consent-unknown";
  return readerIds(portal, routing) === "" ? "consent-nobody" : null;
}

/** Puts what would go, and to whom, into its places; those that a screen does not have stay out. */
export function fillIn(screen: HTMLElement, request: ConsentRequest, today: Day): void {
  const { recipient, proposal, identity } = request.body;
  const values = {
    measure: stepOf(request) ?? "",
    recipient,
    proposal,
    identity: word(IDENTITY_WORDS[identity]),
    until: dayInWords(lastDay(request)),
  };
  for (const [name, value] of Object.entries(values)) {
    if (screen.querySelector(`[data-slot="${name}"]`)) say(screen, name, value);
  }
  const over = screen.querySelector<HTMLElement>('[data-slot="over"]');
  if (over && isOver(request, today)) say(over, "over-words", overWords(request));
  if (over) over.hidden = !isOver(request, today);
}

/** Whether an answer was sent; the person may also go back, and finds choice and words again later in the visit. */
export async function answerRequest(
  visit: Visit,
  thread: ThreadItems,
  request: ConsentRequest,
  frameHash: Uint8Array,
): Promise<boolean> {
  const name = toBase64url(frameHash);
  const said: Said = visit.said.get(name) ?? { answer: null, text: "", maybeSent: false };
  visit.said.set(name, said);
  const answerOf = ({ answer, text }: Omit<Said, "maybeSent">): ConsentAnswer => ({
    to: request,
    language: language(),
    text,
    seen: genuineIn(thread),
    request: frameHash,
    answer: answer ?? "no",
  });
  for (let notice = ""; readerIds(visit.portal, request.routing) !== "";) {
    void visit.decoys.fill(idle);
    insteadOfUnsent(said.maybeSent ? "consent-maybe-sent" : null);
    const left = room(visit.portal, answerOf({ answer: "questions", text: "" }));
    if ((await askAnswer(visit, request, said, left, notice)) === "back") return false;
    if (said.answer === null) continue;
    if (said.answer === "yes" && (await askAgain(request, said.text, visit.portal.day)) === "back") continue;
    const stillYes = (newest: Portal) => said.answer !== "yes" || !isOver(request, newest.day);
    const { end, portal, maybeSent } = await sendFurther(visit, answerOf(said), request.routing, stillYes);
    visit.portal = portal;
    said.maybeSent ||= maybeSent;
    if (end === "stored") {
      Object.assign(said, { answer: null, text: "" });
      return true;
    }
    notice = end === "readers-changed" ? word("readers-changed") : "";
    if (!stillYes(portal)) notice = overWords(request);
  }
  return false;
}

function overWords(request: ConsentRequest): string {
  return word("consent-over", { day: dayInWords(lastDay(request)) });
}

/** Which answer, and the words with it. None is chosen before the person has chosen. */
async function askAnswer(
  visit: Visit,
  request: ConsentRequest,
  said: Said,
  left: number,
  notice: string,
): Promise<string> {
  const screen = screenFrom("consent");
  fillIn(screen, request, visit.portal.day);
  listReaders(screen, readerNames(visit.portal, request.routing));
  const allowed = offered(request, visit.portal.day);
  const choices = slot(screen, "choices");
  const options = optionFields(
    "radio",
    choicesIn(choices).filter(({ name }) => allowed.some((one) => one === name)),
    said.answer === null ? [] : [said.answer],
  );
  const chosen = () => allowed.find((one) => options.chosen().includes(one)) ?? null;
  choices.replaceChildren(options.group);
  options.group.addEventListener("change", () => settle(screen));
  const { move, text } = await askText({
    screen,
    text: said.text,
    label: "own-words",
    needed: false,
    room: left,
    notice,
    doubt: (written) => doubtIn(chosen(), written) ?? doubtAbout(written, visit.receipt),
  });
  Object.assign(said, { answer: chosen(), text });
  return move === "back" ? "back" : "next";
}

function doubtIn(chosen: Consent | null, text: string): Doubt | null {
  if (chosen === null) return { words: word("consent-choose"), firm: true, where: "choices" };
  if (!NEED_WORDS.includes(chosen) || text.trim() !== "") return null;
  return { words: word("consent-words"), firm: true };
}

/** A yes is asked for once more, with the same words before the eyes, and those of the person. */
async function askAgain(request: ConsentRequest, own: string, today: Day): Promise<string> {
  const screen = screenFrom("consent-yes");
  fillIn(screen, request, today);
  say(screen, "own", own);
  slot(screen, "beside").hidden = own.trim() === "";
  show(screen);
  return pressed(screen);
}
