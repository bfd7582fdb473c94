/** How much more can be written, said in words instead of bytes. */

import { utf8 } from "../wire/bytes.ts";
import type { Language } from "../wire/directory_parts.ts";

/** Bytes that a word and its space take, on average. */
const BYTES_A_WORD: Readonly<Record<Language, number>> = { ar: 11, en: 6, es: 6.5, fr: 6.5, ru: 13, zh: 6 };
const ENOUGH_WORDS = 20;

/** What the text takes inside a message. */
export function bytesOf(text: string): number {
  return utf8(JSON.stringify(text)).length - 2;
}

/** About how many words these bytes hold, judged by the text so far, or by the language while it is short. */
export function wordsIn(bytes: number, text: string, language: Language): number {
  const words = text.split(/\s+/).filter((word) => word !== "").length;
  const each = words < ENOUGH_WORDS ? BYTES_A_WORD[language] : bytesOf(text) / words;
  return bytes / each;
}

/** A round number below: two digits and zeros. */
export function roundDown(words: number): number {
  const unit = 10 ** Math.max(1, Math.floor(Math.log10(Math.max(1, words))) - 1);
  return Math.floor(words / unit) * unit;
}

/** A round number above, in twenties. */
export function roundUp(words: number): number {
  return Math.max(1, Math.ceil(words / 20)) * 20;
}
