/** The answers under a receipt: fetched, judged, shown in plain words. */

import { readThread, type ThreadItem, type ThreadItems } from "../client/mailbox.ts";
import type { Net } from "../client/net.ts";
import type { Portal } from "../client/portal.ts";
import { ClientError } from "../errors.ts";
import { committeeOf, vaultOf } from "../wire/directory.ts";
import { listReaders } from "./check.ts";
import { readerIds, readerNames } from "./committees.ts";
import { fillIn, stepOf, unanswerable } from "./consent.ts";
import { troubled } from "./progress.ts";
import { pressed, say, screenFrom, show, slot } from "./screens.ts";
import { dayInWords, language, number, word } from "./words.ts";

const PAUSE = 20;
const MORE = "more-";

/** What the person wants next: to end, or to answer, or write to the readers of an answer; without one, to others. */
export type Wish = "clear" | { readonly answered: ThreadItem | null };

/** Fetches until the line holds. */
export async function look(net: Net, portal: Portal, receipt: Uint8Array): Promise<ThreadItems> {
  const screen = screenFrom("looking");
  show(screen);
  for (;;) {
    try {
      return await readThread(net, portal, receipt);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      await troubled(
        screen,
        word(error.code === "line" ? "read-line" : "read-busy", { seconds: number(PAUSE) }),
        PAUSE,
      );
    }
  }
}

/** `sent`: something was just sent under this receipt. */
export async function showThread(thread: ThreadItems, portal: Portal, sent: boolean): Promise<Wish> {
  const screen = screenFrom("thread");
  slot(screen, "nothing").hidden = thread.items.length > 0 || thread.unreadable > 0;
  slot(screen, "unreadable").hidden = thread.unreadable === 0;
  listLost(screen, portal);
  const articles = thread.items.map((item, at) => answer(item, at, portal));
  slot(screen, "answers").append(...articles);
  const beside = articles.some((article) => !slot(article, "further").hidden);
  slot(screen, "first").hidden = beside;
  slot(screen, "others").hidden = !beside;
  show(screen);
  slot(screen, "sent").hidden = !sent;
  const act = await pressed(screen);
  if (act === "clear") return act;
  return { answered: act.startsWith(MORE) ? (thread.items[Number(act.slice(MORE.length))] ?? null) : null };
}

/** Whether more can be written to those who could read what this answers: it is genuine, and they still read. */
export function canFollow({ reply, verdict }: ThreadItem, portal: Portal): boolean {
  return verdict === "genuine" && readerIds(portal, reply.routing) !== "";
}

function answer(item: ThreadItem, at: number, portal: Portal): HTMLElement {
  const { reply, verdict } = item;
  const [kind, title] = reply.kind === "consent-request" ? ["request", "request-of"] : ["answer", "answer-of"];
  const article = screenFrom(kind);
  const vault = vaultOf(portal.directory, reply.vault);
  const committee = committeeOf(portal.directory, reply.committee);
  const stopped = vault?.untilDay ? dayInWords(vault.untilDay) : "";
  article.dataset["verdict"] = verdict;
  const heading = word(title, { day: dayInWords(reply.day) });
  say(article, "day", heading);
  say(article, "verdict", word(`verdict-${verdict}`, { day: stopped }));
  say(article, "text", reply.body.text);
  slot(article, "text").lang = reply.body.language;
  const known = verdict !== "not-genuine" && vault !== undefined && committee !== undefined;
  const signer = known && { reader: vault.titles[language()], committee: committee.names[language()] };
  say(article, "signer", signer ? word("reader-of", signer) : word("nobody-known"));
  let can = canFollow(item, portal);
  if (reply.kind === "consent-request") {
    const step = stepOf(reply);
    fillIn(article, reply, portal.day);
    slot(article, "explained").hidden = reply.body.text === "";
    slot(article, "step").hidden = step === null;
    const reason = unanswerable(reply, verdict, portal, step);
    can &&= reason === null;
    if (reason !== null) say(article, "reason", word(reason));
    // What is promised is true of a question that can be answered.
    for (const promise of ["asks", "undone"]) slot(article, promise).hidden = reason !== null;
  }
  if (can) offerMore(article, `${MORE}${at}`, heading, readerNames(portal, reply.routing));
  return article;
}

function offerMore(article: HTMLElement, act: string, heading: string, readers: readonly string[]): void {
  slot(article, "further").hidden = false;
  listReaders(article, readers);
  slot(article, "more").dataset["act"] = act;
  say(article, "more-to", `: ${heading}`);
}

/** What everybody must know, whatever their own number: days whose messages cannot be opened any more. */
function listLost(screen: HTMLElement, portal: Portal): void {
  const { lost } = portal.directory;
  slot(screen, "lost").hidden = lost.length === 0;
  for (const one of lost) {
    const row = document.createElement("li");
    const committee = committeeOf(portal.directory, one.committee)?.names[language()] ?? "";
    row.textContent = word("lost-days", { committee, from: dayInWords(one.fromDay), until: dayInWords(one.untilDay) });
    slot(screen, "lost-list").append(row);
  }
}
