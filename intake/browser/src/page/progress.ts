/** The screen that says what is happening while something is sealed, sent or fetched. */

import { pressedOrLater, say, slot } from "./screens.ts";

/** No more seconds than these are waited, whatever was asked for. */
const LONGEST = 600;

export type State = "doing" | "done" | "broken";

/** Shows the line of this name, in this state. */
export function mark(screen: HTMLElement, line: string, state: State): void {
  const row = screen.querySelector<HTMLElement>(`[data-line="${line}"]`);
  if (!row) return;
  row.dataset["state"] = state;
  row.hidden = false;
}

/** Says what went wrong until a button is pressed, or for so many seconds; "again" then. */
export async function troubled(screen: HTMLElement, words: string, seconds: number | null): Promise<string> {
  slot(screen, "trouble").hidden = false;
  say(screen, "trouble-words", words);
  const act = await pressedOrLater(screen, seconds);
  slot(screen, "trouble").hidden = true;
  slot(screen, "trouble-words").textContent = "";
  return act;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, milliseconds));
}

/** How long to wait before another try: longer each time, and as long as was asked for, within reason. */
export function waitingTime(pauses: readonly number[], failures: number, after: number): number {
  return Math.max(pauses[Math.min(failures, pauses.length - 1)] ?? 0, Math.min(after, LONGEST));
}
