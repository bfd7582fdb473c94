/** Asks for the receipt, and says where a mistake in it may be. */

import { ReceiptError } from "../errors.ts";
import { parseDigits } from "../wire/receipt.ts";
import { complain, settle } from "./complaint.ts";
import { digitsField } from "./fields.ts";
import { press, pressed, screenFrom, show, slot } from "./screens.ts";
import { number, word } from "./words.ts";

const GROUP = 4;
const DIGIT = /\p{Nd}/u;
const IGNORED = /[\p{Z}\p{Pd}\p{Cf}\s\u2212]/u;

/** The receipt (16 bytes); the caller wipes it. */
export async function askNumber(): Promise<Uint8Array> {
  const screen = screenFrom("number");
  const field = digitsField(() => press("continue"));
  const counter = document.createElement("p");
  counter.className = "room";
  const count = () => {
    settle(screen);
    counter.textContent = word("receipt-so-far", { count: number(digitsIn(field.value)) });
  };
  field.addEventListener("input", count);
  slot(screen, "field").append(field, counter);
  count();
  show(screen);
  for (;;) {
    await pressed(screen);
    try {
      return parseDigits(field.value);
    } catch (error) {
      if (!(error instanceof ReceiptError)) throw error;
      complain(screen, mistakeIn(field.value, error.code));
    }
  }
}

/** The mistake in words, with the group to look at where one can be named. */
function mistakeIn(text: string, code: ReceiptError["code"]): string {
  if (text.trim() === "") return word("receipt-empty");
  const group = wrongGroup(text);
  if (code === "receipt-characters") return word("receipt-characters", { group: number(groupOfForeign(text)) });
  if (code !== "receipt-count") return word("receipt-check");
  if (group) return word("receipt-group", { group: number(group.at), count: number(group.count) });
  return word("receipt-count", { count: number(digitsIn(text)) });
}

/** How many decimal digits of any script. */
export function digitsIn(text: string): number {
  return Array.from(text).filter((character) => DIGIT.test(character)).length;
}

/** The group, from 1, in which the first character stands that is no digit and no separator. */
export function groupOfForeign(text: string): number {
  let before = 0;
  for (const character of text) {
    if (DIGIT.test(character)) before++;
    else if (!IGNORED.test(character)) break;
  }
  return Math.floor(before / GROUP) + 1;
}

/** The first group, from 1, that has not four digits, if the text is written in groups at all. */
export function wrongGroup(text: string): { at: number; count: number } | null {
  const groups = text.split(/[\p{Z}\p{Pd}\s\u2212]+/u).filter((group) => group !== "");
  if (groups.length < 2) return null;
  const at = groups.findIndex((group) => digitsIn(group) !== GROUP);
  const wrong = groups[at];
  return wrong === undefined ? null : { at: at + 1, count: digitsIn(wrong) };
}
