/** One answer of a keyholder, and the fragments it travels in (FORMAT.md 8). */

import { FormatError, NotUnderstood } from "../errors.ts";
import { SLOT_PLAINTEXT } from "./age.ts";
import { toBase64url } from "./base64.ts";
import { equal, join } from "./bytes.ts";
import type { Day } from "./calendar.ts";
import { type Language, LANGUAGES } from "./directory_parts.ts";
import { encodeJson, type Json, type JsonObject, Members, parseJson } from "./fields.ts";
import { type Frame, parseFrame, REPLY_FRAMES } from "./frame.ts";
import { ID_LENGTH, parseRouting, type Routing, routingJson } from "./message.ts";

const MOST_REPLY = 32_621;
const MOST_RECIPIENT = 300;
const KINDS = ["acknowledgment", "text"] as const;
const IDENTITIES = ["named", "described", "no-detail", "theme-only"] as const;
const COUNTS: readonly number[] = [1, 2, 4];
const HEAD = ID_LENGTH + 2;
const FRAGMENT = SLOT_PLAINTEXT - HEAD;
/** Controls of direction let words display otherwise than they read. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/;
const TURNS_OR_BREAKS = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

interface Addressed {
  readonly id: Uint8Array;
  readonly portal: string;
  readonly thread: Uint8Array;
  readonly committee: string;
  readonly vault: string;
  readonly routing: Routing;
  readonly day: Day;
}

/** The words, and the language they are in. */
export interface Words {
  readonly language: Language;
  readonly text: string;
}

/**
 * A measure, and the exact words (`proposal`) that would go to `recipient` if the writer says yes. `text` explains it
 * and may be empty; `identity` says how much of the writer would be shown; on the day `expires` a yes counts no more.
 */
export interface Proposal extends Words {
  readonly measure: string;
  readonly proposal: string;
  readonly recipient: string;
  readonly identity: (typeof IDENTITIES)[number];
  readonly expires: Day;
}

/** Words for the writer to read. */
export interface WordsReply extends Addressed {
  readonly kind: (typeof KINDS)[number];
  readonly body: Words;
}

/** Words that ask for consent; an answer names the whole frame they came in. */
export interface ConsentRequest extends Addressed {
  readonly kind: "consent-request";
  readonly body: Proposal;
}

/** Names the thread and the routing it answers, and the vault that signs it. */
export type Reply = WordsReply | ConsentRequest;

/** From the exact signed bytes. Throws `NotUnderstood` for a newer kind or version. */
export function parseReply(data: Uint8Array): Reply {
  const members = new Members(parseJson(data, MOST_REPLY), "reply");
  if (members.integer("v", 1) !== 1) throw new NotUnderstood("reply.v");
  const kind = members.name("kind");
  const addressed = {
    id: members.data("id", ID_LENGTH),
    portal: members.portal("portal"),
    thread: members.data("thread", 32),
    committee: members.name("committee"),
    vault: members.name("vault"),
    routing: parseRouting(members.take("routing")),
    day: members.day("day"),
  };
  const reply = { ...addressed, ...parseContent(kind, members.take("body")) };
  members.end();
  return reply;
}

/** The bytes to sign. */
export function encodeReply(reply: Reply): Uint8Array {
  return encodeJson({
    v: 1,
    id: toBase64url(reply.id),
    kind: reply.kind,
    portal: reply.portal,
    thread: toBase64url(reply.thread),
    committee: reply.committee,
    vault: reply.vault,
    routing: routingJson(reply.routing),
    day: reply.day,
    body: bodyJson(reply),
  });
}

type Content = Pick<WordsReply, "kind" | "body"> | Pick<ConsentRequest, "kind" | "body">;

function parseContent(name: string, value: Json): Content {
  const kind = [...KINDS, "consent-request" as const].find((one) => one === name);
  if (kind === undefined) throw new NotUnderstood("reply.kind");
  const members = new Members(value, "body");
  if (members.integer("v", 1) !== 1) throw new NotUnderstood("reply.body");
  const content: Content =
    kind === "consent-request" ? { kind, body: readProposal(members) } : { kind, body: readWords(members) };
  members.end();
  return content;
}

function readWords(members: Members): Words {
  return { language: members.choice("language", LANGUAGES), text: members.text("text", MOST_REPLY, 1) };
}

function readProposal(members: Members): Proposal {
  return {
    language: members.choice("language", LANGUAGES),
    text: members.text("text", MOST_REPLY),
    measure: members.name("measure"),
    proposal: members.text("proposal", MOST_REPLY, 1, (text) => !TURNS.test(text)),
    recipient: members.text("recipient", MOST_RECIPIENT, 1, (text) => !TURNS_OR_BREAKS.test(text)),
    identity: members.choice("identity", IDENTITIES),
    expires: members.day("expires"),
  };
}

function bodyJson(reply: Reply): JsonObject {
  const { language, text } = reply.body;
  if (reply.kind !== "consent-request") return { v: 1, language, text };
  const { measure, proposal, recipient, identity, expires } = reply.body;
  return { v: 1, language, text, measure, proposal, recipient, identity, expires };
}

/** The frame in 1, 2 or 4 slot plaintexts of 8,192 bytes each. */
export function fragments(frame: Uint8Array, replyId: Uint8Array): readonly Uint8Array[] {
  const count = COUNTS.find((one) => one * FRAGMENT === frame.length);
  if (count === undefined) throw new FormatError("reply frame size");
  return Array.from({ length: count }, (_, at) =>
    join(replyId, Uint8Array.of(at, count), frame.subarray(at * FRAGMENT, (at + 1) * FRAGMENT)),
  );
}

/** One slot's plaintext, taken apart. */
export interface Fragment {
  readonly replyId: Uint8Array;
  readonly at: number;
  readonly count: number;
  readonly data: Uint8Array;
}

/** From the 8,192 bytes of a slot. */
export function parseFragment(plaintext: Uint8Array): Fragment {
  if (plaintext.length !== SLOT_PLAINTEXT) throw new FormatError("fragment size");
  const at = plaintext[ID_LENGTH] ?? 0;
  const count = plaintext[ID_LENGTH + 1] ?? 0;
  if (!COUNTS.includes(count) || at >= count) throw new FormatError("fragment count");
  return { replyId: plaintext.slice(0, ID_LENGTH), at, count, data: plaintext.slice(HEAD) };
}

/** The frame from all fragments of one reply; the same fragment twice is one, differing ones are refused. */
export function joinFragments(pieces: readonly Fragment[]): Uint8Array {
  const found = new Map<number, Fragment>();
  for (const piece of pieces) {
    const earlier = found.get(piece.at) ?? piece;
    if (!sameReply(earlier, piece) || !equal(earlier.data, piece.data)) throw new FormatError("fragments differ");
    found.set(piece.at, piece);
  }
  const [first, ...others] = [...found.values()].sort((a, b) => a.at - b.at);
  if (!first || found.size !== first.count || !others.every((piece) => sameReply(first, piece))) {
    throw new FormatError("fragments missing");
  }
  return join(first.data, ...others.map((piece) => piece.data));
}

function sameReply(a: Fragment, b: Fragment): boolean {
  return a.count === b.count && equal(a.replyId, b.replyId);
}

/** The reply from all its fragments, whose id must be its own, and the frame that holds its signature. */
export function readReply(pieces: readonly Fragment[]): { readonly reply: Reply; readonly frame: Frame } {
  const frame = parseFrame(joinFragments(pieces), REPLY_FRAMES);
  const reply = parseReply(frame.message);
  if (!pieces.every((piece) => equal(piece.replyId, reply.id))) throw new FormatError("reply.id");
  return { reply, frame };
}
