/** One question on one screen: in one's own words, or by choosing. */

import { complain, settle } from "./complaint.ts";
import { optionFields, textField } from "./fields.ts";
import { whole } from "./pasted.ts";
import type { Question } from "./questions.ts";
import { bytesOf, roundDown, roundUp, wordsIn } from "./room.ts";
import { pressed, screenFrom, show, slot } from "./screens.ts";
import type { Move } from "./walk.ts";
import { language, number, word } from "./words.ts";

const LITTLE_ROOM = 20;
const ANNOUNCE_BELOW = 200;
const PAUSE = 800;

/**
 * Words about something in the text, or in the slot `where`; `firm`: it must go, otherwise the person may go on all the
 * same.
 */
export interface Doubt {
  readonly words: string;
  readonly firm: boolean;
  readonly where?: string;
}

/**
 * A text that is asked for. `label`: the id of its own, beside a heading. `room`: how many bytes it may take. `notice`:
 * what to say at once, or empty.
 */
export interface Text {
  readonly label?: string;
  readonly screen: HTMLElement;
  readonly text: string;
  readonly needed: boolean;
  readonly room: number;
  readonly notice?: string;
  readonly doubt: (text: string) => Doubt | null;
}

/** `text` is what was written, also when the person goes back. */
export async function askText(asked: Text): Promise<{ move: Move; text: string }> {
  const { screen } = asked;
  const field = textField(asked.text, "hint room");
  if (asked.label) field.setAttribute("aria-labelledby", asked.label);
  slot(screen, "field").append(field, ...roomCounter(field, asked.room));
  show(screen);
  if (asked.notice) complain(screen, asked.notice);
  for (;;) {
    const act = await pressed(screen);
    const text = whole(field.value);
    if (act === "back") return { move: "back", text };
    if (act === "skip") return { move: "next", text: "" };
    const doubt: Doubt | null =
      text === field.value ? doubtAbout(text, asked) : { words: word("half-character"), firm: true };
    if (doubt === null || (act === "anyway" && !doubt.firm)) return { move: "next", text };
    field.value = text;
    complain(screen, doubt.words, doubt.where);
    offerAnyway(screen, !doubt.firm);
  }
}

/** Shows or hides the button that goes on in spite of a doubt; a screen without such doubts has none. */
function offerAnyway(screen: HTMLElement, offered: boolean): void {
  const button = screen.querySelector<HTMLElement>('[data-act="anyway"]');
  if (button) button.hidden = !offered;
}

/** The chosen name; skipping gives the one that counts then, or none. */
export async function askChoice(
  question: Question,
  chosen: string | null,
): Promise<{ move: Move; chosen: string | null }> {
  const screen = screenFrom(question.templateId);
  const before = chosen ?? question.standard;
  const options = optionFields("radio", question.options, before === null ? [] : [before]);
  slot(screen, "field").append(options.group);
  show(screen);
  const act = await pressed(screen);
  if (act === "skip") return { move: "next", chosen: question.standard };
  return { move: act === "back" ? "back" : "next", chosen: options.chosen()[0] ?? null };
}

function doubtAbout(text: string, asked: Text): Doubt | null {
  if (asked.needed && text.trim() === "") return { words: word("write-something"), firm: true };
  const over = bytesOf(text) - asked.room;
  return over > 0 ? { words: tooLong(over, text), firm: true } : asked.doubt(text);
}

/** What stands under the field, and what is read out when the room gets small. */
function roomCounter(field: HTMLTextAreaElement, room: number): readonly HTMLElement[] {
  const shown = document.createElement("p");
  const spoken = document.createElement("p");
  shown.id = "room";
  shown.className = "room";
  spoken.className = "unseen";
  spoken.setAttribute("role", "status");
  let timer = 0;
  const count = () => {
    const left = room - bytesOf(field.value);
    const words = roomInWords(left, field.value);
    shown.textContent = words;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      spoken.textContent = wordsIn(left, field.value, language()) < ANNOUNCE_BELOW ? words : "";
    }, PAUSE);
  };
  field.addEventListener("input", () => {
    const screen = field.closest<HTMLElement>("section");
    if (screen) {
      settle(screen);
      offerAnyway(screen, false);
    }
    count();
  });
  count();
  return [shown, spoken];
}

function roomInWords(left: number, text: string): string {
  if (left < 0) return tooLong(-left, text);
  const words = wordsIn(left, text, language());
  return words < LITTLE_ROOM ? word("room-little") : word("room", { count: number(roundDown(words)) });
}

function tooLong(over: number, text: string): string {
  return word("room-none", { count: number(roundUp(wordsIn(over, text, language()))) });
}
