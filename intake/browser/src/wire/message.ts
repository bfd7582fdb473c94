/** What a submitter says, to whom, and where an answer may go (FORMAT.md 6.1). */

import { FormatError, NotUnderstood } from "../errors.ts";
import { KEY_LENGTH } from "./age.ts";
import { type Attachments, attachmentsToJson, parseAttachments } from "./attachments.ts";
import { fromBase64url, toBase64url } from "./base64.ts";
import type { Day } from "./calendar.ts";
import { type Language, LANGUAGES } from "./directory_parts.ts";
import { encodeJson, isName, isObject, type Json, type JsonObject, Members, parseJson } from "./fields.ts";

export const MOST_MESSAGE = 262_069;
export const ID_LENGTH = 16;
const HASH_LENGTH = 32;
const ROUTING_MEMBERS = "committees,excluded,conflicts,tag";

/** For whom a message is meant: committees, vaults left out, States that a reader must have nothing to do with. */
export interface Choice {
  readonly committees: readonly string[];
  readonly excluded: readonly string[];
  readonly conflicts: readonly string[];
}

/** A choice, and the writer's HMAC over it (32 bytes). */
export interface Routing extends Choice {
  readonly tag: Uint8Array;
}

/** The writer's pseudonym, an Ed25519 key (32), and where replies go: X-Wing key (1,216), mailbox (32), or neither. */
export interface Thread {
  readonly key: Uint8Array;
  readonly recipient: Uint8Array | null;
  readonly mailbox: Uint8Array | null;
}

export type Answer = string | readonly string[];

/** Answers to a released questionnaire, which its SHA-256 names. */
export interface AccountBody {
  readonly kind: "account";
  readonly questionnaire: Uint8Array;
  readonly answers: ReadonlyMap<string, Answer>;
}

/** Further words, and the id of the reply that they answer, if one. */
export interface FollowupBody {
  readonly kind: "followup";
  readonly text: string;
  readonly answersTo: Uint8Array | null;
}

export const CONSENT = ["yes", "no", "change", "not-now", "questions"] as const;
export type Consent = (typeof CONSENT)[number];

/** What the writer says to one consent request, which the SHA-256 of its whole frame names; `text` may be empty. */
export interface ConsentAnswerBody {
  readonly kind: "consent-answer";
  readonly request: Uint8Array;
  readonly answer: Consent;
  readonly text: string;
}

export type Body = AccountBody | FollowupBody | ConsentAnswerBody;

/**
 * One message of a thread. `directory` and `epoch` say which keys it was sealed to. A writer may leave `attachments`
 * out when there are none; a message that was read always has the member.
 */
export interface Message {
  readonly id: Uint8Array;
  readonly portal: string;
  readonly directory: number;
  readonly epoch: string;
  readonly routing: Routing;
  readonly language: Language;
  readonly day: Day;
  readonly thread: Thread;
  readonly seen: readonly Uint8Array[];
  readonly body: Body;
  readonly attachments?: Attachments | null;
}

/** From the exact signed bytes. Throws `NotUnderstood` for a newer kind or version. */
export function parseMessage(data: Uint8Array): Message {
  const members = new Members(parseJson(data, MOST_MESSAGE), "message");
  if (members.integer("v", 1) !== 1) throw new NotUnderstood("message.v");
  const kind = members.name("kind");
  const message = {
    id: members.data("id", ID_LENGTH),
    portal: members.portal("portal"),
    directory: members.integer("directory", 1),
    epoch: members.epoch("epoch"),
    routing: parseRouting(members.take("routing")),
    language: members.choice("language", LANGUAGES),
    day: members.day("day"),
    thread: parseThread(members.take("thread")),
    seen: members.each("seen", 64, parseId),
    body: parseBody(kind, members.take("body")),
    attachments: readAttachments(members.take("attachments")),
  };
  members.end();
  return message;
}

/** The bytes to sign. */
export function encodeMessage(message: Message): Uint8Array {
  return encodeJson({
    v: 1,
    id: toBase64url(message.id),
    kind: message.body.kind,
    portal: message.portal,
    directory: message.directory,
    epoch: message.epoch,
    routing: routingJson(message.routing),
    language: message.language,
    day: message.day,
    thread: threadJson(message.thread),
    seen: message.seen.map(toBase64url),
    body: bodyJson(message.body),
    attachments: message.attachments ? attachmentsToJson(message.attachments) : null,
  });
}

/** From the JSON object, whose members must stand in the one order that the tag covers. */
export function parseRouting(value: Json): Routing {
  if (!isObject(value) || Object.keys(value).join() !== ROUTING_MEMBERS) throw new FormatError("routing");
  const members = new Members(value, "routing");
  const routing = {
    committees: members.names("committees", 32),
    excluded: members.names("excluded", 16),
    conflicts: members.countries("conflicts", 16),
    tag: members.data("tag", HASH_LENGTH),
  };
  if (routing.committees.length === 0) throw new FormatError("routing.committees");
  return routing;
}

export function routingJson(routing: Routing): JsonObject {
  return { ...choiceJson(routing), tag: toBase64url(routing.tag) };
}

/** The JSON that the tag covers. */
export function taggedBytes(choice: Choice): Uint8Array {
  return encodeJson(choiceJson(choice));
}

function choiceJson(choice: Choice): JsonObject {
  return { committees: choice.committees, excluded: choice.excluded, conflicts: choice.conflicts };
}

function parseThread(value: Json): Thread {
  const members = new Members(value, "thread");
  const thread = {
    key: members.data("key", 32),
    recipient: members.dataOrNull("recipient", KEY_LENGTH),
    mailbox: members.dataOrNull("mailbox", HASH_LENGTH),
  };
  members.end();
  if ((thread.recipient === null) !== (thread.mailbox === null)) throw new FormatError("thread");
  return thread;
}

function threadJson(thread: Thread): JsonObject {
  return { key: toBase64url(thread.key), recipient: orNull(thread.recipient), mailbox: orNull(thread.mailbox) };
}

function parseBody(kind: string, value: Json): Body {
  if (!isKind(kind)) throw new NotUnderstood("message.kind");
  const members = new Members(value, "body");
  if (members.integer("v", 1) !== 1) throw new NotUnderstood("message.body");
  const body = READ[kind](members);
  members.end();
  return body;
}

/** How the members of a body beside `v` are read, for every kind. */
const READ: { readonly [K in Body["kind"]]: (members: Members) => Body & { readonly kind: K } } = {
  account: (members) => ({
    kind: "account",
    questionnaire: members.data("questionnaire", HASH_LENGTH),
    answers: parseAnswers(members.take("answers")),
  }),
  followup: (members) => ({
    kind: "followup",
    text: members.text("text", MOST_MESSAGE, 1),
    answersTo: members.dataOrNull("answers_to", ID_LENGTH),
  }),
  "consent-answer": (members) => ({
    kind: "consent-answer",
    request: members.data("request", HASH_LENGTH),
    answer: members.choice("answer", CONSENT),
    text: members.text("text", MOST_MESSAGE),
  }),
};

function isKind(kind: string): kind is Body["kind"] {
  return Object.keys(READ).includes(kind);
}

function bodyJson(body: Body): JsonObject {
  switch (body.kind) {
    case "account":
      return { v: 1, questionnaire: toBase64url(body.questionnaire), answers: Object.fromEntries(body.answers) };
    case "followup":
      return { v: 1, text: body.text, answers_to: orNull(body.answersTo) };
    case "consent-answer":
      return { v: 1, request: toBase64url(body.request), answer: body.answer, text: body.text };
  }
}

function parseAnswers(value: Json): ReadonlyMap<string, Answer> {
  if (!isObject(value)) throw new FormatError("body.answers");
  if (!Object.keys(value).every(isName)) throw new FormatError("body.answers");
  return new Map(Object.entries(value).map(([name, answer]) => [name, parseAnswer(answer)]));
}

function parseAnswer(value: Json): Answer {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((choice) => typeof choice === "string" && isName(choice))) {
    return value as readonly string[];
  }
  throw new FormatError("body.answers");
}

function readAttachments(value: Json): Attachments | null {
  return value === null ? null : parseAttachments(value);
}

function parseId(value: Json): Uint8Array {
  if (typeof value !== "string") throw new FormatError("message.seen");
  return fromBase64url(value, ID_LENGTH);
}

function orNull(data: Uint8Array | null): string | null {
  return data && toBase64url(data);
}
