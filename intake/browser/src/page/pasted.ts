/** Notices a receipt inside a text: whoever reads the text could then read the answers too. */

import { parseDigits } from "../wire/receipt.ts";

const COUNT = 40;
/** More digits than this in a row are a list of something, and would take long to search. */
const MOST_DIGITS = 2_000;
const DIGIT = /\p{Nd}/gu;
/** Forty or more digits of any script with at most three spaces, dashes or line breaks between them. */
const LONG_NUMBER = /\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd}){39,}/gu;

/** Whether forty digits in a row make a whole receipt. */
export function holdsReceipt(text: string): boolean {
  return (text.match(LONG_NUMBER) ?? []).some((run) => {
    const digits = (run.match(DIGIT) ?? []).slice(0, MOST_DIGITS);
    return digits.some((_, at) => isReceipt(digits.slice(at, at + COUNT).join("")));
  });
}

function isReceipt(digits: string): boolean {
  try {
    parseDigits(digits).fill(0);
    return true;
  } catch {
    return false;
  }
}
