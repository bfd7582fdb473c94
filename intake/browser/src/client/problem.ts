/** What intake says when it does not do what it was asked: RFC 9457 problem documents with a stable code. */

import { ClientError } from "../errors.ts";
import { fromUtf8 } from "../wire/bytes.ts";
import type { Answer } from "./net.ts";

/** Codes after which the very same request may succeed later. */
const PASSING: readonly string[] = ["too-many", "storage-full", "closed", "unavailable", "internal"];
const CODE = /^[a-z][a-z-]{1,40}$/;

/** The refusal in an answer. One that cannot be read is "bad-answer": a proxy or a captive portal spoke, not intake. */
export function problem(answer: Answer): ClientError {
  const code = codeOf(answer);
  return new ClientError(code ?? "bad-answer", code === null || PASSING.includes(code), answer.after);
}

function codeOf(answer: Answer): string | null {
  try {
    const { code } = JSON.parse(fromUtf8(answer.bytes)) as { code?: unknown };
    return typeof code === "string" && CODE.test(code) ? code : null;
  } catch {
    return null;
  }
}
