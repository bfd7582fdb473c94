/** All answers on one screen, and who could open them, before anything is sent. */

import type { Portal } from "../client/portal.ts";
import type { Answer } from "../wire/message.ts";
import { choiceOf, committeeNames, readerNames } from "./committees.ts";
import type { Question } from "./questions.ts";
import { pressed, say, screenFrom, show, slot } from "./screens.ts";
import type { Move } from "./walk.ts";
import { word } from "./words.ts";

const LONG = 600;

/** What is about to be sent. `files`: their list. `notice`: words to say first, or empty. */
export interface Checked {
  readonly portal: Portal;
  readonly committees: readonly string[];
  readonly questions: readonly Question[];
  readonly answers: Readonly<Record<string, Answer>>;
  readonly files: HTMLElement | null;
  readonly notice: string;
}

/** "next" sends; `change` names the answer to go back to. */
export async function askCheck(checked: Checked): Promise<Move> {
  const screen = screenFrom("check");
  fillIn(screen, checked);
  show(screen);
  if (checked.notice) {
    slot(screen, "changed").hidden = false;
    say(screen, "changed-words", checked.notice);
  }
  const act = await pressed(screen);
  if (act.startsWith("change-")) return { change: act.slice("change-".length) };
  return act === "back" ? "back" : "next";
}

function fillIn(screen: HTMLElement, { portal, committees, questions, answers, files }: Checked): void {
  const committeeSlot = slot(screen, "committees");
  committeeSlot.textContent = committeeNames(portal, committees).join("\n");
  const first = committeeSlot.parentElement;
  const add = (name: string, label: string, content: string | HTMLElement) => {
    const row = first?.cloneNode(true);
    if (row instanceof HTMLElement) first?.parentElement?.append(filled(row, name, label, content));
  };
  for (const question of questions) add(question.name, question.label, inWords(question, answers[question.name]));
  add("files", word("files"), files ?? word("skipped"));
  listReaders(screen, readerNames(portal, choiceOf(committees)));
}

export function listReaders(screen: HTMLElement, names: readonly string[]): void {
  const rows = names.map((name) => {
    const row = document.createElement("li");
    row.textContent = name;
    return row;
  });
  slot(screen, "readers").replaceChildren(...rows);
}

/** Makes the copied row one of this answer. */
function filled(row: HTMLElement, name: string, label: string, content: string | HTMLElement): HTMLElement {
  const [title, words, button] = row.querySelectorAll<HTMLElement>("dt, [data-slot], button");
  if (!title || !words || !button) throw new Error("no row");
  title.textContent = label;
  button.dataset["act"] = `change-${name}`;
  const unseen = button.querySelector(".unseen");
  if (unseen) unseen.textContent = `: ${label}`;
  words.replaceChildren(content);
  words.setAttribute("dir", "auto");
  words.setAttribute("translate", "no");
  delete words.dataset["slot"];
  if ((words.textContent ?? "").length > LONG) {
    words.className = "long";
    words.tabIndex = 0;
  }
  return row;
}

function inWords(question: Question, answer: Answer | undefined): string {
  if (answer === undefined || answer.length === 0) return word("skipped");
  if (typeof answer === "string") return answer;
  const chosen = question.options.filter((option) => answer.includes(option.name));
  return chosen.map((option) => option.label).join("\n");
}
