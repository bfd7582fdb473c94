/** The answers under a receipt: fetched, judged, shown in plain words. */

import { readThread, type ThreadItem, type ThreadItems } from "../client/mailbox.ts";
import type { Net } from "../client/net.ts";
import type { Portal } from "../client/portal.ts";
import { ClientError } from "../errors.ts";
import { committeeOf, vaultOf } from "../wire/directory.ts";
import { pressed, pressedOrLater, say, screenFrom, show, slot } from "./screens.ts";
import { dayInWords, language, number, word } from "./words.ts";

const PAUSE = 20;

/** Fetches until the line holds. */
export async function look(net: Net, portal: Portal, receipt: Uint8Array): Promise<ThreadItems> {
  const screen = screenFrom("looking");
  show(screen);
  for (;;) {
    try {
      return await readThread(net, portal, receipt);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      slot(screen, "trouble").hidden = false;
      say(screen, "trouble-words", word(error.code === "line" ? "read-line" : "read-busy", { seconds: number(PAUSE) }));
      await pressedOrLater(screen, PAUSE);
      slot(screen, "trouble").hidden = true;
      slot(screen, "trouble-words").textContent = "";
    }
  }
}

/** "more" to write, "clear" to end. `sent`: something was just sent under this receipt. */
export async function showThread(thread: ThreadItems, portal: Portal, sent: boolean): Promise<string> {
  const screen = screenFrom("thread");
  slot(screen, "nothing").hidden = thread.items.length > 0 || thread.unreadable > 0;
  slot(screen, "unreadable").hidden = thread.unreadable === 0;
  listLost(screen, portal);
  slot(screen, "answers").append(...thread.items.map((item) => answer(item, portal)));
  show(screen);
  slot(screen, "sent").hidden = !sent;
  return pressed(screen);
}

function answer({ reply, verdict }: ThreadItem, portal: Portal): HTMLElement {
  const article = screenFrom("answer");
  const vault = vaultOf(portal.directory, reply.vault);
  const committee = committeeOf(portal.directory, reply.committee);
  const stopped = vault?.untilDay ? dayInWords(vault.untilDay) : "";
  article.dataset["verdict"] = verdict;
  say(article, "day", word("answer-of", { day: dayInWords(reply.day) }));
  say(article, "verdict", word(`verdict-${verdict}`, { day: stopped }));
  say(article, "text", reply.body.text);
  slot(article, "text").lang = reply.body.language;
  const known = verdict !== "not-genuine" && vault !== undefined && committee !== undefined;
  const signer = known && { reader: vault.titles[language()], committee: committee.names[language()] };
  say(article, "signer", signer ? word("reader-of", signer) : word("nobody-known"));
  return article;
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
