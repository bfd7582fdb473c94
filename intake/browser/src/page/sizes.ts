/** Sizes and times in words, and how much a message may carry. */

import { MOST_FILES } from "../wire/attachments.ts";
import { language, number, word } from "./words.ts";

/** All files of a message together, in bytes. */
export const MOST_TOGETHER = 25_000_000;

const UNITS = ["byte", "kilobyte", "megabyte"] as const;
const MINUTE = 60_000;
const HOUR = 60;

/** As in "2.1 MB". */
export function sizeInWords(bytes: number): string {
  const at = bytes < 1_000 ? 0 : bytes < 999_500 ? 1 : 2;
  const unitDisplay = at === 0 ? "long" : "short";
  const format = { style: "unit", unit: UNITS[at], unitDisplay, maximumFractionDigits: at === 2 ? 1 : 0 } as const;
  return (bytes / 1_000 ** at).toLocaleString(language(), format);
}

/** Roughly how long it still takes; never a countdown. */
export function timeInWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE);
  if (minutes < 1) return word("left-moment");
  if (minutes < HOUR)
    return word("left-minutes", { count: number(minutes < 10 ? minutes : Math.ceil(minutes / 5) * 5) });
  return word("left-hours", { count: number(Math.round(minutes / HOUR)) });
}

/** Why these are too many or too large, in words; null when they are not. */
export function tooMuch(files: readonly { readonly size: number }[]): string | null {
  const together = files.reduce((sum, file) => sum + file.size, 0);
  if (files.length > MOST_FILES) return word("files-many", { count: number(MOST_FILES), have: number(files.length) });
  const sizes = { most: sizeInWords(MOST_TOGETHER), have: sizeInWords(together) };
  return together > MOST_TOGETHER ? word("files-large", sizes) : null;
}
