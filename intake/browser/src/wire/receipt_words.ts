/**
 * The receipt in 12 English words, the second spelling of the same 128 bits (FORMAT.md 5.1).
 *
 * The words and their checksum are those of BIP 39; its key derivation is not used. The list is large: a page that
 * needs it loads it when it is needed.
 */

import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

import { ReceiptError } from "../errors.ts";
import { isIgnored, parseDigits, RECEIPT_LENGTH } from "./receipt.ts";

const WORDS = 12;
const LETTER = /[A-Za-z]/;
const KNOWN: ReadonlySet<string> = new Set(wordlist);

/** Twelve words in small letters, joined by single spaces. */
export function formatWords(receipt: Uint8Array): string {
  if (receipt.length !== RECEIPT_LENGTH) throw new ReceiptError("receipt-count");
  return entropyToMnemonic(receipt, wordlist);
}

/** The 16 bytes of either spelling: words when an ASCII letter stands in the text, digits otherwise. */
export function parseReceipt(text: string): Uint8Array {
  return LETTER.test(text) ? parseWords(text) : parseDigits(text);
}

/** The 16 bytes; letters in any case, between whatever is ignored between digits. */
export function parseWords(text: string): Uint8Array {
  const words = Array.from(text, readLetter)
    .join("")
    .split(" ")
    .filter((word) => word !== "");
  if (!words.every((word) => KNOWN.has(word))) throw new ReceiptError("receipt-word");
  if (words.length !== WORDS) throw new ReceiptError("receipt-count");
  try {
    return mnemonicToEntropy(words.join(" "), wordlist);
  } catch {
    throw new ReceiptError("receipt-check");
  }
}

function readLetter(character: string): string {
  if (LETTER.test(character)) return character.toLowerCase();
  if (isIgnored(character)) return " ";
  throw new ReceiptError("receipt-characters");
}
