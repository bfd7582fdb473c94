/** From what a person wrote to the one sealed thing that leaves the device. Nothing is kept beyond what is returned. */

import { FormatError, SignatureError } from "../errors.ts";
import { type Decoys, newDecoys } from "../public/decoys.ts";
import { randomBytes, shuffled } from "../public/random.ts";
import { type Progress, sealEnvelope } from "../public/seal.ts";
import { KEY_LENGTH } from "../wire/age.ts";
import type { Attachments } from "../wire/attachments.ts";
import { fromBase64url, toBase64url } from "../wire/base64.ts";
import { equal, wipe } from "../wire/bytes.ts";
import type { Day } from "../wire/calendar.ts";
import type { Language } from "../wire/directory_parts.ts";
import { fillFrame, MESSAGE_FRAMES } from "../wire/frame.ts";
import {
  type AccountBody,
  type Answer,
  type Choice,
  type Consent,
  type ConsentAnswerBody,
  encodeMessage,
  type FollowupBody,
  ID_LENGTH,
  type Message,
  MOST_MESSAGE,
  type Routing,
  type Thread,
} from "../wire/message.ts";
import { RECEIPT_LENGTH } from "../wire/receipt.ts";
import type { Reply } from "../wire/reply.ts";
import { readers } from "./choose.ts";
import type { Portal } from "./portal.ts";
import {
  deleteToken,
  type ReceiptKeys,
  receiptKeys,
  routingOf,
  sign,
  SLOTS,
  submissionId,
  threadOf,
  wipeKeys,
} from "./receipt_keys.ts";

const MOST_SEEN = 64;
const MOST_TRIES = 3;
const LONE_SURROGATES = /\p{Surrogate}/gu;

export type { Choice, Decoys, Progress };
export { newDecoys };

/** An ID, and the token (16 bytes) that deletes what stands under it. */
export interface Draw {
  readonly id: string;
  readonly token: Uint8Array;
}

/** The IDs that one message may take, one after the other, and the day that it bears. */
export interface Draws {
  readonly day: Day;
  readonly draws: readonly Draw[];
}

/** What every message may have. A message that is sealed again keeps its `draws`; without any, new ones are drawn. */
interface Outside {
  readonly attachments?: Attachments | null;
  readonly draws?: Draws;
}

/** A first message. */
export interface Draft extends Choice, Outside {
  readonly language: Language;
  readonly answers: Readonly<Record<string, Answer>>;
  /** SHA-256 of the questionnaire file, in base64url. */
  readonly questionnaire: string;
}

/** What every later message of a thread has. `seen`: the genuine replies that were read, newest first. */
interface Later extends Outside {
  /** The reply whose routing is kept, or a new choice. */
  readonly to: { readonly routing: Routing } | Choice;
  readonly language: Language;
  readonly text: string;
  readonly seen: readonly Pick<Reply, "id" | "vault">[];
}

/** Further words in the same thread. */
export interface Followup extends Later {
  readonly answersTo: Uint8Array | null;
}

/** What is said to the consent request whose whole frame has this SHA-256; `text` may be empty. */
export interface ConsentAnswer extends Later {
  readonly request: Uint8Array;
  readonly answer: Consent;
}

export type Further = Followup | ConsentAnswer;

/**
 * What may be sent, again and again, until intake has it. `others` are further IDs, for when `id` is taken; `parts` are
 * so many that were sent ahead, under `id`.
 */
export interface Sealed {
  readonly id: string;
  readonly others: readonly string[];
  readonly parts: number;
  readonly envelope: Uint8Array;
  readonly directory: number;
  readonly epoch: string;
}

/** 128 random bits. */
export function newReceipt(): Uint8Array {
  return randomBytes(RECEIPT_LENGTH);
}

/** How many bytes of text still fit; negative when there is too much. Quick enough to ask while the person types. */
export function room(portal: Portal, draft: Draft | Further): number {
  const key = new Uint8Array(32);
  const thread = { key, recipient: new Uint8Array(KEY_LENGTH), mailbox: key };
  const routing = { ...choiceOf(draft), tag: key };
  return MOST_MESSAGE - encodeMessage(messageOf(portal, routing, thread, draft)).length;
}

/** Throws `RoutingError`, or `TooLong`; nothing has been sealed then. */
export async function sealAccount(
  portal: Portal,
  receipt: Uint8Array,
  draft: Draft,
  progress?: Progress,
  decoys?: Decoys,
): Promise<Sealed> {
  return sealMessage(portal, receipt, draft, progress, decoys);
}

/**
 * Throws `RoutingError`, `TooLong`, or `SignatureError` when the routing of the reply is not what this receipt's owner
 * once chose; nothing has been sealed then.
 */
export async function sealFollowup(
  portal: Portal,
  receipt: Uint8Array,
  further: Further,
  progress?: Progress,
  decoys?: Decoys,
): Promise<Sealed> {
  return sealMessage(portal, receipt, further, progress, decoys);
}

async function sealMessage(
  portal: Portal,
  receipt: Uint8Array,
  draft: Draft | Further,
  progress?: Progress,
  decoys?: Decoys,
): Promise<Sealed> {
  const vaultKeys = readers(portal, choiceOf(draft)).map((vault) => keyOf(portal, vault.id));
  const drawn = draft.draws ?? drawIds(portal, receipt);
  const frame = framed({ ...portal, day: drawn.day }, receipt, draft);
  try {
    const envelope = await sealEnvelope(frame, vaultKeys, progress, decoys);
    const [id = "", ...others] = drawn.draws.map((draw) => draw.id);
    const parts = draft.attachments?.mebibytes ?? 0;
    return { id, others, parts, envelope, directory: portal.directory.seq, epoch: portal.epoch.id };
  } finally {
    wipe(frame);
  }
}

/** The signed frame; the caller wipes it. */
function framed(portal: Portal, receipt: Uint8Array, draft: Draft | Further): Uint8Array {
  const keys = receiptKeys(receipt, portal.name);
  const message = encodeMessage(messageOf(portal, ownRouting(keys, draft), threadOf(keys), draft));
  try {
    return fillFrame(message, sign("message", portal.name, message, keys.signSeed), MESSAGE_FRAMES);
  } finally {
    wipe(message);
    wipeKeys(keys);
  }
}

function messageOf(portal: Portal, routing: Routing, thread: Thread, draft: Draft | Further): Message {
  return {
    id: randomBytes(ID_LENGTH),
    portal: portal.name,
    directory: portal.directory.seq,
    epoch: portal.epoch.id,
    routing,
    language: draft.language,
    day: portal.day,
    thread,
    seen: "seen" in draft ? seenFrom(portal, draft) : [],
    body: bodyOf(draft),
    attachments: draft.attachments ?? null,
  };
}

/** Only of those who will read this: nobody learns from it that others have written, too. */
function seenFrom(portal: Portal, further: Further): readonly Uint8Array[] {
  const told = new Set(readers(portal, choiceOf(further)).map((vault) => vault.id));
  const theirs = further.seen.filter((reply) => told.has(reply.vault));
  return theirs.slice(0, MOST_SEEN).map((reply) => reply.id);
}

/** With its tag; that of a reply must bear it already, or somebody else has changed who reads. */
function ownRouting(keys: ReceiptKeys, draft: Draft | Further): Routing {
  const routing = routingOf(keys, choiceOf(draft));
  if ("to" in draft && "routing" in draft.to && !equal(draft.to.routing.tag, routing.tag)) {
    throw new SignatureError("routing");
  }
  return routing;
}

function choiceOf(draft: Draft | Further): Choice {
  if (!("to" in draft)) return draft;
  return "routing" in draft.to ? draft.to.routing : draft.to;
}

function bodyOf(draft: Draft | Further): AccountBody | FollowupBody | ConsentAnswerBody {
  if ("request" in draft) {
    return { kind: "consent-answer", request: draft.request, answer: draft.answer, text: unicode(draft.text) };
  }
  if ("to" in draft) return { kind: "followup", text: unicode(draft.text), answersTo: draft.answersTo };
  const answers = Object.entries(draft.answers).map(([name, answer]): [string, Answer] => [
    name,
    typeof answer === "string" ? unicode(answer) : answer,
  ]);
  return { kind: "account", questionnaire: fromBase64url(draft.questionnaire, 32), answers: new Map(answers) };
}

/** A text field may hold half a character, which UTF-8 cannot carry; it becomes U+FFFD. */
function unicode(text: string): string {
  return text.replace(LONE_SURROGATES, "\ufffd");
}

function keyOf(portal: Portal, vaultId: string): Uint8Array {
  const key = portal.keys.get(vaultId);
  if (!key) throw new FormatError("vault key");
  return key;
}

/**
 * Three of the IDs that this receipt gives for the day, in random order: a taken one says nothing about how many there
 * are, and a server that calls all of them taken does not learn the others, by which it would know a later message.
 */
export function drawIds(portal: Portal, receipt: Uint8Array): Draws {
  const slots = shuffled(Array.from({ length: SLOTS }, (_, slot) => slot)).slice(0, MOST_TRIES);
  const draws = slots.map((slot) => {
    const token = deleteToken(receipt, portal.name, portal.day, slot);
    return { id: toBase64url(submissionId(token)), token };
  });
  return { day: portal.day, draws };
}
