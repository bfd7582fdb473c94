/** The receipt as people write it down: 39 digits and a check digit (FORMAT.md 5.1). */

import { ReceiptError } from "../errors.ts";

export const RECEIPT_LENGTH = 16;
const DIGITS = 39;
const GROUP = 4;
const DIGIT = /\p{Nd}/u;
const IGNORED = /[\p{Z}\p{Pd}\p{Cf}\t\r\n\u2212]/u;

/** The quasigroup of order 10 in H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004. */
const DAMM = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

/** The Damm check digit: finds every wrong digit and every swap of neighbours. */
export function checkDigit(digits: string): string {
  let state = "0";
  for (const digit of digits) state = DAMM[Number(state)]?.[Number(digit)] ?? "";
  return state;
}

/** Ten groups of four digits. */
export function formatDigits(receipt: Uint8Array): string {
  if (receipt.length !== RECEIPT_LENGTH) throw new ReceiptError("receipt-count");
  const value = receipt.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const number = value.toString().padStart(DIGITS, "0");
  const groups = (number + checkDigit(number)).match(new RegExp(`.{${GROUP}}`, "g")) ?? [];
  return groups.join(" ");
}

/** The 16 bytes; takes the decimal digits of any script, and ignores spaces, dashes and marks of direction. */
export function parseDigits(text: string): Uint8Array {
  const digits = Array.from(text, readDigit).join("");
  if (digits.length !== DIGITS + 1) throw new ReceiptError("receipt-count");
  if (checkDigit(digits.slice(0, DIGITS)) !== digits.slice(DIGITS)) throw new ReceiptError("receipt-check");
  let value = BigInt(digits.slice(0, DIGITS));
  if (value >= 1n << 128n) throw new ReceiptError("receipt-range");
  const receipt = new Uint8Array(RECEIPT_LENGTH);
  for (let at = RECEIPT_LENGTH - 1; at >= 0; at--, value >>= 8n) receipt[at] = Number(value & 0xffn);
  return receipt;
}

/** Whether it is a space, a dash, a mark of direction, a tab or a line break, which people and programs add. */
export function isIgnored(character: string): boolean {
  return IGNORED.test(character);
}

/** One character as an ASCII digit, or nothing when it is to be ignored. */
export function readDigit(character: string): string {
  if (isIgnored(character)) return "";
  if (!DIGIT.test(character)) throw new ReceiptError("receipt-characters");
  // Unicode lists the digits of a script in a row from zero; rows that touch each other are whole tens.
  const code = character.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}
