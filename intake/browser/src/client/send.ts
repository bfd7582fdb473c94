/** Sends what is sealed. There is no other way out, and nothing is sent in another form when this one fails. */

import type { Sealed } from "./compose.ts";
import type { Net } from "./net.ts";
import { problem } from "./problem.ts";

const STORED = 204;

/** `maybeSent`: an envelope was on its way once. Whatever was answered then, or was not, it may have arrived. */
export interface Way {
  maybeSent: boolean;
}

/**
 * Returns once intake has the envelope for good. Sending the same `Sealed` again is safe.
 *
 * Throws `ClientError`: "line" when no answer came, else intake's own code. After "directory-outdated", "epoch-over",
 * "epoch-early" or "unknown-directory" the portal must be opened and the message sealed again. `way` is told before
 * the first byte goes.
 */
export async function send(net: Net, sealed: Sealed, way: Way = { maybeSent: false }): Promise<"stored"> {
  const headers = { Parts: String(sealed.parts), Directory: String(sealed.directory), Epoch: sealed.epoch };
  let refusal;
  for (const id of [sealed.id, ...sealed.others]) {
    way.maybeSent = true;
    const answer = await net.put(`/submissions/${id}`, headers, sealed.envelope);
    if (answer.status === STORED) return "stored";
    refusal = problem(answer);
    // This ID holds another message of the same day and receipt.
    if (refusal.code !== "conflict") break;
  }
  throw refusal;
}
