/** One answer of a keyholder, and the fragments it travels in (FORMAT.md 8). */

import { FormatError, NotUnderstood } from "../errors.ts";
import { SLOT_PLAINTEXT } from "./age.ts";
import { toBase64url } from "./base64.ts";
import { equal, join } from "./bytes.ts";
import type { Day } from "./calendar.ts";
import { type Language, LANGUAGES } from "./directory_parts.ts";
import { encodeJson, type Json, Members, parseJson } from "./fields.ts";
import { ID_LENGTH, parseRouting, type Routing, routingJson } from "./message.ts";

const MOST_REPLY = 32_621;
const KINDS = ["acknowledgment", "text"] as const;
const COUNTS: readonly number[] = [1, 2, 4];
const HEAD = ID_LENGTH + 2;
const FRAGMENT = SLOT_PLAINTEXT - HEAD;

/** Names the thread and the routing it answers, and the vault that signs it. */
export interface Reply {
  readonly id: Uint8Array;
  readonly kind: (typeof KINDS)[number];
  readonly portal: string;
  readonly thread: Uint8Array;
  readonly committee: string;
  readonly vault: string;
  readonly routing: Routing;
  readonly day: Day;
  /** The words, and the language they are in. */
  readonly body: { readonly language: Language; readonly text: string };
}

/** From the exact signed bytes. Throws `NotUnderstood` for a newer kind or version. */
export function parseReply(data: Uint8Array): Reply {
  const members = new Members(parseJson(data, MOST_REPLY), "reply");
  if (members.integer("v", 1) !== 1) throw new NotUnderstood("reply.v");
  const reply = {
    id: members.data("id", ID_LENGTH),
    kind: parseKind(members.text("kind", 32)),
    portal: members.portal("portal"),
    thread: members.data("thread", 32),
    committee: members.name("committee"),
    vault: members.name("vault"),
    routing: parseRouting(members.take("routing")),
    day: members.day("day"),
    body: parseBody(members.take("body")),
  };
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
    body: { v: 1, language: reply.body.language, text: reply.body.text },
  });
}

function parseKind(text: string): Reply["kind"] {
  const kind = KINDS.find((one) => one === text);
  if (kind === undefined) throw new NotUnderstood("reply.kind");
  return kind;
}

function parseBody(value: Json): Reply["body"] {
  const members = new Members(value, "body");
  if (members.integer("v", 1) !== 1) throw new NotUnderstood("reply.body");
  const body = { language: members.choice("language", LANGUAGES), text: members.text("text", MOST_REPLY, 1) };
  members.end();
  return body;
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
