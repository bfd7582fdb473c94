/** Whether an answer belongs to a consent request (FORMAT.md 6.1). No answer is no consent. */

import { ConsentError } from "../errors.ts";
import { equal } from "../wire/bytes.ts";
import type { Day } from "../wire/calendar.ts";
import { sha256 } from "../wire/digest.ts";
import { parseFrame, REPLY_FRAMES } from "../wire/frame.ts";
import type { Consent, Message } from "../wire/message.ts";
import { parseReply } from "../wire/reply.ts";

/**
 * What the writer says to the request in this frame: only `yes` is consent.
 *
 * Throws `ConsentError` for what is no answer to this very request (`other-request`), an answer in another thread
 * (`other-thread`), and one that is taken on or after the day on which the request expires (`consent-expired`);
 * `FormatError` for a frame that holds no reply. The caller has verified the signatures of both.
 */
export function checkAnswer(requestFrame: Uint8Array, answer: Message, day: Day): Consent {
  const request = parseReply(parseFrame(requestFrame, REPLY_FRAMES).message);
  const said = answer.body;
  if (request.kind !== "consent-request" || said.kind !== "consent-answer") throw new ConsentError("other-request");
  if (!equal(said.request, sha256(requestFrame))) throw new ConsentError("other-request");
  if (!equal(answer.thread.key, request.thread)) throw new ConsentError("other-thread");
  if (day >= request.body.expires) throw new ConsentError("consent-expired");
  return said.answer;
}
