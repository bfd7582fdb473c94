/** The files that a person chose: the screen with their list, what the message says of them, and their way out. */

import { type Carriage, newCarriage } from "../client/carry.ts";
import { FileError, foreseen, nameOf } from "../client/named.ts";
import { browserNet } from "../client/net.ts";
import { ClientError } from "../errors.ts";
import type { Files, Message } from "./adding.ts";
import { type Meter, newMeter, showCarrying } from "./carrying.ts";
import { complain, settle } from "./complaint.ts";
import { pause } from "./progress.ts";
import { pressed, say, screenFrom, show, slot } from "./screens.ts";
import { sealInWorker } from "./sealer.ts";
import { MOST_TOGETHER, sizeInWords, tooMuch } from "./sizes.ts";
import type { Move } from "./walk.ts";
import { number, word } from "./words.ts";

/** So long somebody who has cancelled waits for the deletion, in milliseconds. */
const MOST_PATIENCE = 15_000;
const REMOVE = "remove-";
/** Marks of direction around a name in a sentence. */
const ISOLATED = ["\u2068", "\u2069"] as const;

/** The files, and what of them is on its way. `notice`: what to say when they are shown next, or empty. */
interface Chosen {
  files: readonly File[];
  carriage: Carriage | null;
  meter: Meter;
  notice: string;
  readonly message: Message;
}

export function newFiles(message: Message): Files {
  const chosen: Chosen = { files: [], carriage: null, meter: newMeter(), notice: "", message };
  const stored = () => chosen.carriage?.carried() ?? null;
  return {
    choose: () => choose(chosen),
    listed: () => listed(chosen.files),
    attachments: () => (chosen.files.length === 0 ? null : (stored()?.attachments ?? foreseen(chosen.files))),
    draws: () => stored()?.draws ?? null,
    carry: (screen) => carry(chosen, screen),
    again: (code) => ["conflict", "parts-missing"].includes(code) && (chosen.carriage?.restart() ?? false),
    notice: () => takeNotice(chosen),
    drop() {
      chosen.carriage?.drop();
      chosen.carriage = null;
      chosen.files = [];
    },
  };
}

function takeNotice(chosen: Chosen): string {
  const { notice } = chosen;
  chosen.notice = "";
  return notice;
}

async function choose(chosen: Chosen): Promise<Move> {
  const screen = screenFrom("chosen");
  const field = fileField((added) => add(screen, chosen, added));
  slot(screen, "field").append(...field);
  list(screen, chosen.files);
  show(screen);
  const notice = takeNotice(chosen);
  if (notice) complain(screen, notice);
  for (;;) {
    const act = await pressed(screen);
    if (act === "back") return "back";
    if (act.startsWith(REMOVE)) {
      remove(screen, chosen, Number(act.slice(REMOVE.length)));
      continue;
    }
    if (act === "skip") change(chosen, []);
    return "next";
  }
}

/** All that were added at once, or none, when they do not fit; the list is always one that can be sent. */
function add(screen: HTMLElement, chosen: Chosen, added: readonly File[]): void {
  const { files, carriage } = chosen;
  const together = [...files, ...added];
  Object.assign(chosen, { files: together, carriage: null });
  const complaint = tooMuch(together) ?? (chosen.message.room() < 0 ? word("files-room") : null);
  Object.assign(chosen, { files, carriage });
  if (complaint === null) change(chosen, together);
  list(screen, chosen.files);
  if (complaint !== null) complain(screen, complaint);
}

function remove(screen: HTMLElement, chosen: Chosen, at: number): void {
  change(
    chosen,
    chosen.files.filter((_, each) => each !== at),
  );
  list(screen, chosen.files);
  const next = screen.querySelectorAll<HTMLElement>(`button[data-act^="${REMOVE}"]`);
  (next[Math.min(at, next.length - 1)] ?? screen.querySelector("input"))?.focus();
}

/** What is stored of others is of no use any more. */
function change(chosen: Chosen, files: readonly File[]): void {
  if (files.length === chosen.files.length) return;
  chosen.files = files;
  void giveUp(chosen);
}

/** Whether what is stored was deleted, as far as there was anything. */
async function giveUp(chosen: Chosen): Promise<boolean> {
  const { carriage } = chosen;
  if (!carriage) return true;
  chosen.carriage = null;
  chosen.message.redraw();
  try {
    return await Promise.race([carriage.undo().then(() => true), pause(MOST_PATIENCE).then(() => false)]);
  } catch (error) {
    if (error instanceof ClientError) return false;
    throw error;
  }
}

/** A field and its label. The browser is not left with the files: it would keep their names to fill them in again. */
function fileField(take: (files: readonly File[]) => void): readonly HTMLElement[] {
  const field = document.createElement("input");
  const label = document.createElement("label");
  field.type = "file";
  field.multiple = true;
  field.autocomplete = "off";
  field.className = "unseen";
  field.id = "files-field";
  field.setAttribute("aria-describedby", "hint");
  label.htmlFor = field.id;
  label.className = "button";
  label.textContent = word("files-choose");
  field.addEventListener("change", () => {
    const files = Array.from(field.files ?? []);
    field.value = "";
    take(files);
  });
  return [field, label];
}

function list(screen: HTMLElement, files: readonly File[]): void {
  settle(screen);
  slot(screen, "list").replaceChildren(...files.map((file, at) => row(file, at)));
  const together = files.reduce((sum, file) => sum + file.size, 0);
  const sums = { count: number(files.length), have: sizeInWords(together), most: sizeInWords(MOST_TOGETHER) };
  const go = screen.querySelector<HTMLElement>('button[data-act="continue"]');
  if (go) go.hidden = files.length === 0;
  say(screen, "sum", files.length === 0 ? word("files-none") : word("files-sum", sums));
}

function row(file: File, at: number): HTMLElement {
  const item = screenFrom("file");
  describe(item, file);
  slot(item, "of").textContent = `: ${nameOf(file)}`;
  const button = item.querySelector("button");
  if (button) button.dataset["act"] = `${REMOVE}${at}`;
  return item;
}

function describe(item: HTMLElement, file: File): void {
  slot(item, "name").textContent = nameOf(file);
  slot(item, "size").textContent = sizeInWords(file.size);
}

function listed(files: readonly File[]): HTMLElement | null {
  if (files.length === 0) return null;
  const all = document.createElement("ul");
  all.className = "files";
  for (const file of files) {
    const item = screenFrom("file");
    describe(item, file);
    item.querySelector("button")?.remove();
    all.append(item);
  }
  return all;
}

async function carry(chosen: Chosen, screen: HTMLElement): Promise<"sent" | "back" | "files"> {
  const { files, message, meter } = chosen;
  if (files.length === 0) return "sent";
  const carriage = (chosen.carriage ??= newCarriage({
    net: browserNet(),
    draws: message.draws(),
    begin: () => sealInWorker(message.portal, files),
    told: (sealed, stored) => meter.set(sealed, stored),
  }));
  try {
    const end = await showCarrying(screen, carriage, meter, foreseen(files).mebibytes);
    if (end !== "cancelled") return end;
    chosen.notice = word((await giveUp(chosen)) ? "files-cancelled" : "files-left");
    return "back";
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    chosen.notice = noticeOf(error, files);
    if (error.code !== "conflict") void giveUp(chosen);
    return "files";
  }
}

/** Why the files cannot be sent as they are. */
function noticeOf(error: ClientError, files: readonly File[]): string {
  const file = error instanceof FileError ? files[error.at] : undefined;
  if (file) return word("file-changed", { name: ISOLATED.join(nameOf(file)) });
  if (error.code === "worker") return word("files-lock");
  const tooMany = ["too-many-parts", "too-large"].includes(error.code);
  return word(tooMany ? "files-too-many" : "files-refused");
}
