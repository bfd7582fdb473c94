/** What a text may bring along unseen: a number that opens answers, or half a character. */

import { formatDigits, parseDigits, readDigit } from "../wire/receipt.ts";

const DIGITS = /\p{Nd}/gu;
/** Digits of any script, with nothing but spaces, dashes, line breaks and marks of direction between them. */
const RUN = /\p{Nd}(?:[\p{Z}\p{Pd}\p{Cf}\t\r\n\u2212]*\p{Nd})*/gu;
const COUNT = 40;
const HALF_CHARACTER = /\p{Surrogate}/gu;
const REPLACEMENT = "\ufffd";

/** Whether the text holds this very receipt (16 bytes), in whatever digits. */
export function holdsReceipt(text: string, receipt: Uint8Array): boolean {
  const looked = formatDigits(receipt).replace(/ /g, "");
  return runsIn(text).some((run) => inAscii(run).includes(looked));
}

/** Whether exactly forty digits stand together that could be somebody's receipt; one such run in thirty could. */
export function mayHoldReceipt(text: string): boolean {
  return runsIn(text).some((run) => (run.match(DIGITS) ?? []).length === COUNT && isReceipt(run));
}

/** The text as it can be sent: half a character, which UTF-8 cannot carry, becomes a mark that is seen. */
export function whole(text: string): string {
  return text.replace(HALF_CHARACTER, REPLACEMENT);
}

function runsIn(text: string): readonly string[] {
  return text.match(RUN) ?? [];
}

/** Only the digits, of whatever script, as 0 to 9. */
function inAscii(run: string): string {
  return (run.match(DIGITS) ?? []).map(readDigit).join("");
}

function isReceipt(digits: string): boolean {
  try {
    parseDigits(digits).fill(0);
    return true;
  } catch {
    return false;
  }
}
