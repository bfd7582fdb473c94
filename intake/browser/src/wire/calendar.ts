/** Days and epochs as text that sorts by time (FORMAT.md 1.1). Always UTC; no clock is read here. */

/** `YYYY-MM-DD`, a real date. */
export type Day = string;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const EPOCH = /^\d{4}-(0[1-9]|1[0-2])$/;
const MILLISECONDS = 86_400_000;

export function isDay(text: string): boolean {
  if (!DAY.test(text) || text < "0001") return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && dayOf(at) === text;
}

export function isEpochId(text: string): boolean {
  return EPOCH.test(text);
}

/** The UTC day of a moment, in milliseconds since 1970. */
export function dayOf(moment: number): Day {
  return new Date(moment).toISOString().slice(0, 10);
}

/** How many days lie from the first to the second; negative when the second is earlier. */
export function daysBetween(first: Day, second: Day): number {
  return (Date.parse(`${second}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / MILLISECONDS;
}
