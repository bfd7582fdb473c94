/** Files beside a message: whether the person wants any. What takes them is a script of its own, which comes only then. */

import type { Draws } from "../client/compose.ts";
import type { Attachments } from "../wire/attachments.ts";
import { complain } from "./complaint.ts";
import { pressed, screenFrom, show, slot } from "./screens.ts";
import type { Move } from "./walk.ts";
import { word } from "./words.ts";

const SCRIPT = "/static/files.js";
const INTEGRITY = /^sha256-[\w+/]{43}=$/;

/** What the files know of the message that they travel with. */
export interface Message {
  readonly portal: string;
  /** The IDs that it may take. */
  draws(): Draws;
  /** Those are used up, because the person gave up what was sent under them. */
  redraw(): void;
  /** How many bytes of text still fit. */
  room(): number;
}

/** The files of one message. They stay what the browser gave: nothing of them is read before they are sealed. */
export interface Files {
  /** The screen where they are chosen. */
  choose(): Promise<Move>;
  /** Their names and sizes, or null when there are none. */
  listed(): HTMLElement | null;
  /** What the message says of them, with zeros for what is known only after sealing. */
  attachments(): Attachments | null;
  /** The ID under which their parts are stored, or null. */
  draws(): Draws | null;
  /** Sends their parts, as far as they are not there; "files" when the person must look at them again. */
  carry(screen: HTMLElement): Promise<"sent" | "back" | "files">;
  /** Intake has not taken the message that follows them: whether the parts are sent again, under another ID. */
  again(code: string): boolean;
  /** What to say about them, once; or empty. */
  notice(): string;
  /** Nothing is kept, and nothing more is sent. */
  drop(): void;
}

export type NewFiles = (message: Message) => Files;

/** Asks, unless that was said already; then the files are chosen. `keep` is given what takes them. */
export async function askFiles(files: Files | null, message: Message, keep: (files: Files) => Files): Promise<Move> {
  if (files) return files.choose();
  const screen = screenFrom("files");
  show(screen);
  for (;;) {
    const act = await pressed(screen);
    if (act !== "continue") return moveOf(act);
    slot(screen, "coming").hidden = false;
    const script = load();
    let come: NewFiles | string | null;
    do come = await Promise.race([script, pressed(screen)]);
    while (come === "continue");
    slot(screen, "coming").hidden = true;
    if (typeof come === "string") return moveOf(come);
    if (come) return keep(come(message)).choose();
    complain(screen, word("files-missing"));
  }
}

function moveOf(act: string): Move {
  return act === "back" ? act : "next";
}

/** The script, exactly as this page was told that it must be; null when it does not come so. */
function load(): Promise<NewFiles | null> {
  return new Promise((resolve) => {
    const script = document.createElement("script");
    const hash = document.getElementById("main")?.dataset["files"] ?? "";
    if (!INTEGRITY.test(hash)) return resolve(null);
    document.addEventListener("files", (event) => resolve((event as CustomEvent<NewFiles>).detail), { once: true });
    script.onload = script.onerror = () => resolve(null);
    script.integrity = hash;
    script.src = SCRIPT;
    document.head.append(script);
  });
}
