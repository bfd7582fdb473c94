/** The form, from the choice of readers to the receipt. */

import {
  type Decoys,
  type Draft,
  drawIds,
  type Draws,
  newDecoys,
  newReceipt,
  room,
  sealAccount,
} from "../client/compose.ts";
import type { Net } from "../client/net.ts";
import type { Portal } from "../client/portal.ts";
import type { Answer } from "../wire/message.ts";
import { askFiles, type Files, type Message } from "./adding.ts";
import { askChoice, askText, type Doubt } from "./asking.ts";
import { askCheck } from "./check.ts";
import { askCommittees, choiceOf, complaintAbout, readerIds } from "./committees.ts";
import { onLeaving } from "./exit.ts";
import { idle } from "./idle.ts";
import type { Opened } from "./opening.ts";
import { mayHoldReceipt } from "./pasted.ts";
import { type Question, questions } from "./questions.ts";
import { showReceipt } from "./receipt.ts";
import { clear, screenFrom } from "./screens.ts";
import { type Outcome, sealAndSend } from "./sealing.ts";
import { type Move, type Place, step } from "./walk.ts";
import { insteadOfUnsent, language, word } from "./words.ts";

const COMMITTEES = "committees";
const FILES = "files";
const CHECK = "check";

/** What one person is writing. It lives in this page only, and `wipe` ends it. */
interface Writing {
  portal: Portal;
  committees: readonly string[];
  answers: Record<string, Answer>;
  notice: string;
  files: Files | null;
  draws: Draws | null;
  maybeSent: boolean;
  readonly net: Net;
  readonly receipt: Uint8Array;
  readonly questionnaire: string;
  readonly decoys: Decoys;
}

/** Runs until the page holds nothing any more, or the person goes back to where they came from. */
export async function write({ portal, reopen }: Opened, net: Net, questionnaire: string): Promise<"sent" | "back"> {
  const writing: Writing = {
    portal,
    committees: [],
    answers: {},
    notice: "",
    files: null,
    draws: null,
    maybeSent: false,
    net,
    receipt: newReceipt(),
    questionnaire,
    decoys: newDecoys(),
  };
  onLeaving(() => wipe(writing));
  const asked = questions();
  const names = [COMMITTEES, ...asked.map((question) => question.name), FILES, CHECK];
  let place: Place = { at: 0, returning: false };
  for (;;) {
    void writing.decoys.fill(idle);
    if (writing.maybeSent) insteadOfUnsent("maybe-sent");
    place = await walk(writing, asked, names, place);
    if (place.at < 0) return "back";
    const { end, portal: newest, maybeSent } = await sendAll(writing, reopen);
    writing.portal = newest;
    writing.maybeSent ||= maybeSent;
    if (end === "stored") break;
    place = placeAfter(end, writing, names);
  }
  forgetWords(writing);
  await showReceipt(writing.receipt);
  wipe(writing);
  return "sent";
}

/** Screen after screen, until all is checked, or the person goes back before the first. */
async function walk(
  writing: Writing,
  asked: readonly Question[],
  names: readonly string[],
  start: Place,
): Promise<Place> {
  let place = start;
  while (place.at >= 0 && place.at < names.length) {
    const name = names[place.at];
    const question = asked.find((one) => one.name === name);
    const move = question ? askQuestion(writing, question) : askOther(writing, name, asked);
    place = step(place, await move, names);
  }
  return place;
}

function askOther(writing: Writing, name: string | undefined, asked: readonly Question[]): Promise<Move> {
  if (name === CHECK) return check(writing, asked);
  if (name === FILES) return askFiles(writing.files, messageOf(writing), (files) => (writing.files = files));
  return choose(writing);
}

/** What the files are told of the message. */
function messageOf(writing: Writing): Message {
  return {
    portal: writing.portal.name,
    draws: () => drawn(writing),
    redraw: () => (writing.draws = null),
    room: () => room(writing.portal, draftOf(writing, writing.answers)),
  };
}

/** The same at every try: a server that refuses one ID after the other learns no more of them. */
function drawn(writing: Writing): Draws {
  return (writing.draws ??= drawIds(writing.portal, writing.receipt));
}

async function choose(writing: Writing): Promise<Move> {
  const { move, committees } = await askCommittees(writing.portal, writing.committees, takeNotice(writing));
  writing.committees = committees;
  return move;
}

async function askQuestion(writing: Writing, question: Question): Promise<Move> {
  const { [question.name]: before, ...others } = writing.answers;
  if (question.kind === "text") {
    const text = typeof before === "string" ? before : "";
    const left = room(writing.portal, draftOf(writing, { ...others, [question.name]: "" }));
    const screen = screenFrom(question.templateId);
    const asked = await askText({ screen, text, needed: question.needed, room: left, doubt: doubtAbout });
    writing.answers = asked.text === "" ? others : { ...others, [question.name]: asked.text };
    return asked.move;
  }
  const asked = await askChoice(question, Array.isArray(before) ? (before[0] ?? null) : null);
  writing.answers = asked.chosen === null ? others : { ...others, [question.name]: [asked.chosen] };
  return asked.move;
}

/** Nobody has seen this form's own number yet; another one may be in the text on purpose. */
function doubtAbout(text: string): Doubt | null {
  return mayHoldReceipt(text) ? { words: word("may-hold-receipt"), firm: false } : null;
}

function check(writing: Writing, asked: readonly Question[]): Promise<Move> {
  return askCheck({
    ...writing,
    questions: asked,
    files: writing.files?.listed() ?? null,
    notice: takeNotice(writing),
  });
}

function sendAll(writing: Writing, reopen: Opened["reopen"]): Promise<Outcome> {
  const { net, portal, receipt, decoys, files } = writing;
  const choice = choiceOf(writing.committees);
  const draft = () => ({ ...draftOf(writing, writing.answers), draws: files?.draws() ?? drawn(writing) });
  return sealAndSend({
    net,
    portal,
    reopen,
    seal: (current, progress) => sealAccount(current, receipt, draft(), progress, decoys),
    sameReaders: (newest) => readerIds(newest, choice) === readerIds(portal, choice),
    files,
  });
}

/** Back to the check, or to the files; or to the choice, when nobody of it is left. */
function placeAfter(end: Outcome["end"], writing: Writing, names: readonly string[]): Place {
  const complaint = complaintAbout(writing.portal, choiceOf(writing.committees));
  writing.notice = complaint ?? (end === "readers-changed" ? word("readers-changed") : "");
  if (end === "files") return { at: names.indexOf(FILES), returning: true };
  writing.notice ||= writing.files?.notice() ?? "";
  return complaint === null ? { at: names.indexOf(CHECK), returning: false } : { at: 0, returning: true };
}

function draftOf(writing: Writing, answers: Draft["answers"]): Draft {
  const { committees, questionnaire, files } = writing;
  const attachments = files?.attachments() ?? null;
  return { ...choiceOf(committees), language: language(), answers, questionnaire, attachments };
}

function takeNotice(writing: Writing): string {
  const { notice } = writing;
  writing.notice = "";
  return notice;
}

function forgetWords(writing: Writing): void {
  writing.decoys.drop();
  writing.files?.drop();
  writing.files = writing.draws = null;
  writing.answers = {};
  writing.committees = [];
  writing.notice = "";
}

function wipe(writing: Writing): void {
  forgetWords(writing);
  writing.receipt.fill(0);
  clear();
}
