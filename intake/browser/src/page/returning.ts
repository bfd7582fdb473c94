/** The return page: the receipt, the answers under it, and what is written after them. */

import { type Decoys, newDecoys } from "../client/compose.ts";
import type { Net } from "../client/net.ts";
import type { Portal } from "../client/portal.ts";
import { answerRequest, type Said } from "./consent.ts";
import { onLeaving } from "./exit.ts";
import { writeMore } from "./followup.ts";
import { askNumber } from "./number.ts";
import type { Opened } from "./opening.ts";
import { clear } from "./screens.ts";
import { look, showThread } from "./thread.ts";

/**
 * One visit under one receipt (16 bytes). `unsent`: words that were written and are not known to be stored, and
 * `maybeSent` whether they may have arrived; `said`: the same for questions, by the hashes of their frames. It lives in
 * this page only.
 */
export interface Visit {
  portal: Portal;
  unsent: string;
  maybeSent: boolean;
  readonly said: Map<string, Said>;
  readonly receipt: Uint8Array;
  readonly net: Net;
  readonly decoys: Decoys;
  readonly reopen: Opened["reopen"];
}

/** Runs until the page holds nothing any more. */
export async function returnTo({ portal, reopen }: Opened, net: Net): Promise<void> {
  const receipt = await askNumber();
  const said = new Map<string, Said>();
  const visit: Visit = { portal, unsent: "", maybeSent: false, said, receipt, net, decoys: newDecoys(), reopen };
  onLeaving(() => wipe(visit));
  for (let sent = false; ;) {
    const thread = await look(net, visit.portal, visit.receipt);
    const wish = await showThread(thread, visit.portal, sent);
    if (wish === "clear") break;
    const { answered } = wish;
    sent =
      answered?.reply.kind === "consent-request"
        ? await answerRequest(visit, thread, answered.reply, answered.frameHash)
        : await writeMore(visit, thread, answered?.reply ?? null);
  }
  wipe(visit);
}

function wipe(visit: Visit): void {
  visit.decoys.drop();
  visit.receipt.fill(0);
  visit.unsent = "";
  visit.said.clear();
  clear();
}
