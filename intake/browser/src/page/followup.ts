/** Further words under a receipt: to those who could read what an answer follows, or to a new choice. */

import { type Followup, type Further, room, sealFollowup } from "../client/compose.ts";
import type { ThreadItems } from "../client/mailbox.ts";
import type { Portal } from "../client/portal.ts";
import type { Choice } from "../wire/message.ts";
import type { Reply } from "../wire/reply.ts";
import { askText, type Doubt } from "./asking.ts";
import { listReaders } from "./check.ts";
import { askCommittees, choiceOf, complaintAbout, readerIds, readerNames } from "./committees.ts";
import { idle } from "./idle.ts";
import { holdsReceipt } from "./pasted.ts";
import type { Visit } from "./returning.ts";
import { screenFrom } from "./screens.ts";
import { type Outcome, sealAndSend } from "./sealing.ts";
import type { Move } from "./walk.ts";
import { insteadOfUnsent, language, word } from "./words.ts";

/** To whom something is being written: the readers of `answered`, or those of `committees`. */
interface More {
  answered: Reply | null;
  committees: readonly string[];
  notice: string;
  readonly seen: readonly Reply[];
}

/** Whether something was sent; the person may also go back, and finds the words again later in the visit. */
export async function writeMore(visit: Visit, thread: ThreadItems, answered: Reply | null): Promise<boolean> {
  const more: More = { answered, committees: [], notice: "", seen: genuineIn(thread) };
  let chosen = answered !== null;
  for (;;) {
    void visit.decoys.fill(idle);
    insteadOfUnsent(visit.maybeSent ? "maybe-sent" : null);
    if (!chosen && (await chooseReaders(visit, more)) === "back") return false;
    chosen = true;
    if ((await askMore(visit, more)) === "back") {
      if (more.answered) return false;
      chosen = false;
      continue;
    }
    const { end, portal, maybeSent } = await sendFurther(visit, followupOf(more, visit.unsent), routingOf(more));
    visit.portal = portal;
    visit.maybeSent ||= maybeSent;
    if (end === "stored") {
      visit.unsent = "";
      visit.maybeSent = false;
      return true;
    }
    chosen = stillReads(visit, more, end);
  }
}

/** The replies that a later message of the thread may name as seen. */
export function genuineIn(thread: ThreadItems): readonly Reply[] {
  return thread.items.filter(({ verdict }) => verdict === "genuine").map(({ reply }) => reply);
}

/** Whether the chosen can still be written to; if not, the person has to choose anew. Leaves a notice that says why. */
function stillReads(visit: Visit, more: More, end: Outcome["end"]): boolean {
  const complaint = complaintAbout(visit.portal, routingOf(more));
  more.notice = complaint ?? (end === "readers-changed" ? word("readers-changed") : "");
  if (complaint !== null) more.answered = null;
  return complaint === null;
}

async function chooseReaders(visit: Visit, more: More): Promise<Move> {
  const { move, committees } = await askCommittees(visit.portal, more.committees, takeNotice(more));
  more.committees = committees;
  return move;
}

async function askMore(visit: Visit, more: More): Promise<Move> {
  const screen = screenFrom("more");
  listReaders(screen, readerNames(visit.portal, routingOf(more)));
  const asked = await askText({
    screen,
    text: visit.unsent,
    needed: true,
    room: room(visit.portal, followupOf(more, "")),
    notice: takeNotice(more),
    doubt: (text) => doubtAbout(text, visit.receipt),
  });
  visit.unsent = asked.text;
  return asked.move;
}

export function doubtAbout(text: string, receipt: Uint8Array): Doubt | null {
  return holdsReceipt(text, receipt) ? { words: word("holds-receipt"), firm: true } : null;
}

/** Whatever it is, it goes the same way and is as long. `still`: whether it may be sent under newer keys, too. */
export function sendFurther(
  visit: Visit,
  further: Further,
  routing: Choice,
  still: (newest: Portal) => boolean = () => true,
): Promise<Outcome> {
  const { net, portal, receipt, decoys, reopen } = visit;
  return sealAndSend({
    net,
    portal,
    reopen,
    seal: (current, progress) => sealFollowup(current, receipt, further, progress, decoys),
    sameReaders: (newest) => readerIds(newest, routing) === readerIds(portal, routing) && still(newest),
  });
}

function followupOf(more: More, text: string): Followup {
  const to = more.answered ?? routingOf(more);
  return { to, language: language(), text, answersTo: more.answered?.id ?? null, seen: more.seen };
}

function routingOf(more: More): Choice {
  return more.answered?.routing ?? choiceOf(more.committees);
}

function takeNotice(more: More): string {
  const { notice } = more;
  more.notice = "";
  return notice;
}
