/** Further words under a receipt: to those whose answer they follow, or, before a first answer, to a new choice. */

import { type Followup, room, sealFollowup } from "../client/compose.ts";
import type { ThreadItem, ThreadItems } from "../client/mailbox.ts";
import type { Portal } from "../client/portal.ts";
import { askText } from "./asking.ts";
import { listReaders } from "./check.ts";
import { askCommittees, choiceOf, complaintAbout, readerIds, readerNames } from "./committees.ts";
import type { Visit } from "./returning.ts";
import { screenFrom } from "./screens.ts";
import { type Outcome, sealAndSend } from "./sealing.ts";
import type { Move } from "./walk.ts";
import { language, word } from "./words.ts";

/** What is being written, and what it answers. */
interface More {
  committees: readonly string[];
  text: string;
  notice: string;
  readonly answered: ThreadItem["reply"] | null;
  readonly seen: readonly Uint8Array[];
}

/** Whether something was sent; the person may also go back. */
export async function writeMore(visit: Visit, thread: ThreadItems): Promise<boolean> {
  const answered = answerable(visit.portal, thread);
  const more: More = {
    committees: [],
    text: "",
    notice: "",
    answered,
    seen: thread.items.map((item) => item.reply.id),
  };
  let chosen = answered !== null;
  for (;;) {
    if (!chosen && (await chooseReaders(visit, more)) === "back") return false;
    chosen = true;
    if ((await askMore(visit, more)) === "back") {
      if (answered) return false;
      chosen = false;
      continue;
    }
    const { end, portal } = await sendMore(visit, more);
    visit.portal = portal;
    if (end === "stored") return true;
    more.notice = end === "readers-changed" ? word("readers-changed") : "";
    chosen = answered !== null || complaintAbout(portal, more.committees) === null;
  }
}

/** The newest answer that is to be trusted and whose readers can still be written to. */
function answerable(portal: Portal, thread: ThreadItems): ThreadItem["reply"] | null {
  const found = thread.items.find(
    ({ reply, verdict }) => verdict !== "not-genuine" && readerIds(portal, reply.routing) !== "",
  );
  return found?.reply ?? null;
}

async function chooseReaders(visit: Visit, more: More): Promise<Move> {
  const { move, committees } = await askCommittees(visit.portal, more.committees, takeNotice(more));
  more.committees = committees;
  return move;
}

async function askMore(visit: Visit, more: More): Promise<Move> {
  const screen = screenFrom("more");
  listReaders(screen, readerNames(visit.portal, routingOf(more)));
  const left = room(visit.portal, followupOf({ ...more, text: "" }));
  const asked = await askText({ screen, text: more.text, needed: true, room: left, notice: takeNotice(more) });
  more.text = asked.text;
  return asked.move;
}

function sendMore(visit: Visit, more: More): Promise<Outcome> {
  const { net, portal, receipt, reopen } = visit;
  const followup = followupOf(more);
  return sealAndSend({
    net,
    portal,
    reopen,
    seal: (current, progress) => sealFollowup(current, receipt, followup, progress),
    sameReaders: (newest) => readerIds(newest, routingOf(more)) === readerIds(portal, routingOf(more)),
  });
}

function followupOf(more: More): Followup {
  const to = more.answered ?? routingOf(more);
  return { to, language: language(), text: more.text, answersTo: more.answered?.id ?? null, seen: more.seen };
}

function routingOf(more: More) {
  return more.answered?.routing ?? choiceOf(more.committees);
}

function takeNotice(more: More): string {
  const { notice } = more;
  more.notice = "";
  return notice;
}
