/** Whether answers give consent to a request (FORMAT.md 6.1). No answer is no consent. */

import { ConsentError } from "../errors.ts";
import { equal } from "../wire/bytes.ts";
import type { Day } from "../wire/calendar.ts";
import { sha256 } from "../wire/digest.ts";
import { parseFrame, REPLY_FRAMES } from "../wire/frame.ts";
import type { Consent, Message } from "../wire/message.ts";
import { parseReply, type Reply } from "../wire/reply.ts";

/**
 * What the writer says to the request in this frame; whether that makes consent, `hasConsent` tells.
 *
 * `day` is that of the manifest that brought the answer. Throws `ConsentError` for what is no answer to this very
 * request (`other-request`), an answer in another thread (`other-thread`), and a `yes` on or after the day on which the
 * request expires (`consent-expired`): nothing else expires, so that a withdrawal is never too late. `FormatError` for a
 * frame that holds no reply. The caller has verified the signatures of both.
 */
export function checkAnswer(requestFrame: Uint8Array, answer: Message, day: Day): Consent {
  return saidTo(requestIn(requestFrame), sha256(requestFrame), answer, day);
}

/**
 * Whether one of the answers in time is `yes`, and no other, whenever it came, is anything else.
 *
 * Each answer stands with the day of the manifest that brought it; their order does not matter, and what does not belong
 * to the request is ignored. Throws `FormatError` for a frame that holds no reply. The caller has verified the signatures
 * of all.
 */
export function hasConsent(requestFrame: Uint8Array, answers: Iterable<readonly [Message, Day]>): boolean {
  const request = requestIn(requestFrame);
  const frameHash = sha256(requestFrame);
  const said = new Set<Consent>();
  for (const [answer, day] of answers) {
    try {
      said.add(saidTo(request, frameHash, answer, day));
    } catch (error) {
      if (!(error instanceof ConsentError)) throw error;
    }
  }
  return said.size === 1 && said.has("yes");
}

function requestIn(frame: Uint8Array): Reply {
  return parseReply(parseFrame(frame, REPLY_FRAMES).message);
}

function saidTo(request: Reply, frameHash: Uint8Array, answer: Message, day: Day): Consent {
  const said = answer.body;
  if (request.kind !== "consent-request" || said.kind !== "consent-answer") throw new ConsentError("other-request");
  if (!equal(said.request, frameHash)) throw new ConsentError("other-request");
  if (!equal(answer.thread.key, request.thread)) throw new ConsentError("other-thread");
  if (said.answer === "yes" && day >= request.body.expires) throw new ConsentError("consent-expired");
  return said.answer;
}
