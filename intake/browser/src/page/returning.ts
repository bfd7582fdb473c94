/** The return page: the receipt, the answers under it, and what is written after them. */

import { type Decoys, newDecoys } from "../client/compose.ts";
import type { Net } from "../client/net.ts";
import type { Portal } from "../client/portal.ts";
import { onLeaving } from "./exit.ts";
import { writeMore } from "./followup.ts";
import { askNumber } from "./number.ts";
import type { Opened } from "./opening.ts";
import { clear } from "./screens.ts";
import { look, showThread } from "./thread.ts";

/** One visit under one receipt (16 bytes). `unsent`: words that were written and not sent. It lives in this page only. */
export interface Visit {
  portal: Portal;
  unsent: string;
  readonly receipt: Uint8Array;
  readonly net: Net;
  readonly decoys: Decoys;
  readonly reopen: Opened["reopen"];
}

/** Runs until the page holds nothing any more. */
export async function returnTo({ portal, reopen }: Opened, net: Net): Promise<void> {
  const visit: Visit = { portal, unsent: "", receipt: await askNumber(), net, decoys: newDecoys(), reopen };
  onLeaving(() => wipe(visit));
  for (let sent = false; ;) {
    const thread = await look(net, visit.portal, visit.receipt);
    const wish = await showThread(thread, visit.portal, sent);
    if (wish === "clear") break;
    sent = await writeMore(visit, thread, wish.answered);
  }
  wipe(visit);
}

function wipe(visit: Visit): void {
  visit.decoys.drop();
  visit.receipt.fill(0);
  visit.unsent = "";
  clear();
}
