/** Asks for today's date, when this device and the server disagree about it. */

import { type Day, dayOf, isDay } from "../wire/calendar.ts";
import { complain } from "./complaint.ts";
import { numberField } from "./fields.ts";
import { pressed, say, screenFrom, show, slot } from "./screens.ts";
import { dayInWords, word } from "./words.ts";

export async function askToday(): Promise<Day> {
  const screen = screenFrom("clock");
  const day = numberField(word("clock-day"), 2);
  const month = numberField(word("clock-month"), 2);
  const year = numberField(word("clock-year"), 4);
  const row = document.createElement("div");
  row.className = "date";
  row.append(day.label, month.label, year.label);
  slot(screen, "field").append(row);
  say(screen, "device", dayInWords(dayOf(Date.now())));
  show(screen);
  for (;;) {
    await pressed(screen);
    const chosen = dayFrom(year.field.value, month.field.value, day.field.value);
    if (chosen !== null) return chosen;
    complain(screen, word("clock-no-date"));
  }
}

/** The date, from numbers in ASCII, Arabic-Indic or Persian digits; null when there is none. */
export function dayFrom(year: string, month: string, day: string): Day | null {
  const [y, m, d] = [year, month, day].map((text) => ascii(text.trim()));
  const chosen = `${y}-${m?.padStart(2, "0")}-${d?.padStart(2, "0")}`;
  return isDay(chosen) ? chosen : null;
}

function ascii(text: string): string {
  return text
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0));
}
