/** One question on one screen: in one's own words, or by choosing. */

import { complain, settle } from "./complaint.ts";
import { optionFields, textField } from "./fields.ts";
import { holdsReceipt } from "./pasted.ts";
import type { Question } from "./questions.ts";
import { bytesOf, roundDown, roundUp, wordsIn } from "./room.ts";
import { pressed, screenFrom, show, slot } from "./screens.ts";
import type { Move } from "./walk.ts";
import { language, number, word } from "./words.ts";

const LITTLE_ROOM = 20;
const ANNOUNCE_BELOW = 200;
const PAUSE = 800;

/** A text that is asked for. `room`: how many bytes it may take. `notice`: what to say at once, or empty. */
export interface Text {
  readonly screen: HTMLElement;
  readonly text: string;
  readonly needed: boolean;
  readonly room: number;
  readonly notice?: string;
}

/** `text` is what was written, also when the person goes back. */
export async function askText(asked: Text): Promise<{ move: Move; text: string }> {
  const { screen } = asked;
  const field = textField(asked.text, "hint room");
  slot(screen, "field").append(field, ...roomCounter(field, asked.room));
  show(screen);
  if (asked.notice) complain(screen, asked.notice);
  for (;;) {
    const act = await pressed(screen);
    if (act === "back") return { move: "back", text: field.value };
    if (act === "skip") return { move: "next", text: "" };
    const complaint = complaintAbout(field.value, asked);
    if (complaint === null) return { move: "next", text: field.value };
    complain(screen, complaint);
  }
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

function complaintAbout(text: string, asked: Text): string | null {
  if (asked.needed && text.trim() === "") return word("write-something");
  const over = bytesOf(text) - asked.room;
  if (over > 0) return tooLong(over, text);
  return holdsReceipt(text) ? word("holds-receipt") : null;
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
    if (screen) settle(screen);
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
