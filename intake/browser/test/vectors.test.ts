/** Our own vectors: keys, labels, frames, sealed things; twin of `tests/crypto/test_vectors.py`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  deleteToken,
  mailboxAddress,
  receiptKeys,
  routingOf,
  submissionId,
  threadKey,
  threadOf,
} from "../src/client/receipt_keys.ts";
import { openSlot, unseal } from "../src/public/open.ts";
import { holds, verify } from "../src/public/verify.ts";
import { checkEnvelope } from "../src/wire/age.ts";
import { fromBase64url as data, toBase64url } from "../src/wire/base64.ts";
import { fromUtf8, utf8 } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import { fillFrame, fitting, MESSAGE_FRAMES, parseFrame, REPLY_FRAMES } from "../src/wire/frame.ts";
import type { What } from "../src/wire/labels.ts";
import { type Choice, parseMessage } from "../src/wire/message.ts";
import { joinFragments, parseFragment } from "../src/wire/reply.ts";
import { refusal } from "./refusal.ts";
import { type Cases, each, load } from "./vectors.ts";

interface Derivation {
  readonly name: string;
  readonly portal: string;
  readonly receipt: string;
  readonly index: number;
  readonly reply: string;
  readonly mailbox: string;
  readonly address: string;
  readonly sign: string;
  readonly thread: string;
  readonly day: string;
  readonly tokens: readonly string[];
  readonly ids: readonly string[];
  readonly next_day_token: string;
}
const derive = load<Cases<Derivation> & { tags: readonly { name: string; routing: Choice; tag: string }[] }>("derive");
each("derivation", derive.cases, (one) => {
  const receipt = data(one.receipt);
  const keys = receiptKeys(receipt, one.portal, one.index);
  assert.deepEqual(keys.replySeed, data(one.reply));
  assert.deepEqual(keys.mailboxSecret, data(one.mailbox));
  assert.deepEqual(mailboxAddress(keys), data(one.address));
  assert.deepEqual(keys.signSeed, data(one.sign));
  assert.deepEqual(threadKey(keys), data(one.thread));
  const tokens = Array.from({ length: 16 }, (_, slot) => deleteToken(receipt, one.portal, one.day, slot, one.index));
  assert.deepEqual(tokens.map(toBase64url), one.tokens);
  assert.deepEqual(
    tokens.map((token) => toBase64url(submissionId(token))),
    one.ids,
  );
  assert.deepEqual(deleteToken(receipt, one.portal, "2026-11-25", 0, one.index), data(one.next_day_token));
});
test("an index that two bytes do not hold is no thread, and there are sixteen slots a day", () => {
  const receipt = new Uint8Array(16);
  for (const index of [-1, 65_536, 65_537, NaN]) {
    assert.equal(
      refusal(() => receiptKeys(receipt, "abc", index)),
      "bad-format",
    );
  }
  for (const slot of [-1, 16, 255, NaN]) {
    assert.equal(
      refusal(() => deleteToken(receipt, "abc", "2026-11-24", slot)),
      "bad-format",
    );
  }
});
each("routing tag", derive.tags, ({ routing, tag }) => {
  const { receipt, portal } = derive.cases[0] ?? assert.fail();
  assert.deepEqual(routingOf(receiptKeys(data(receipt), portal), routing).tag, data(tag));
});

interface Labels {
  readonly key: string;
  readonly portal: string;
  readonly data: string;
  readonly signatures: Readonly<Record<What, string>>;
  readonly moved: readonly {
    name: string;
    signature: string;
    what: What;
    portal: string;
    data: string;
    ok: boolean;
  }[];
  readonly notes: readonly { name: string; covered: string; signature: string; ok: boolean }[];
}
const labels = load<Labels>("labels");
const key = data(labels.key);
test("a signature under one label fails under all thirteen others", () => {
  const all = Object.entries(labels.signatures);
  assert.equal(all.length, 14);
  for (const [label, signature] of all) {
    for (const [what] of all as [What, string][]) {
      const check = () => verify(what, labels.portal, data(labels.data), data(signature), key);
      if (what === label) check();
      else assert.equal(refusal(check), "bad-signature");
    }
  }
});
each("label", labels.moved, (one) => {
  const check = () => verify(one.what, one.portal, data(one.data), data(one.signature), key);
  if (one.ok) check();
  else assert.equal(refusal(check), "bad-signature");
});
each("note and preimage", labels.notes, ({ covered, signature, ok }) => {
  assert.equal(holds(data(covered), data(signature), key), ok);
});

type Kind = "message" | "reply";
interface Frames {
  readonly signature: string;
  readonly cases: readonly { name?: string; kind: Kind; length: number; size: number | null }[];
  readonly built: readonly { name?: string; kind: Kind; length: number; sha256: string }[];
  readonly lies: readonly {
    name: string;
    kind: Kind;
    length: number;
    total: number;
    patches: readonly (readonly [number, string])[];
    ok: boolean;
  }[];
}
const frames = load<Frames>("frame");
const SIZES = { message: MESSAGE_FRAMES, reply: REPLY_FRAMES };
const signature = data(frames.signature);
const repeated = (length: number) => new Uint8Array(length).fill(0x61);
each("frame size", frames.cases, ({ kind, length, size }) => {
  assert.equal(fitting(length, SIZES[kind]) ?? null, size);
});
each("frame", frames.built, (one) => {
  const frame = fillFrame(repeated(one.length), signature, SIZES[one.kind]);
  assert.deepEqual(sha256(frame), data(one.sha256));
  assert.deepEqual(parseFrame(frame, SIZES[one.kind]), { message: repeated(one.length), signature });
});
each("frame", frames.lies, (one) => {
  const frame = new Uint8Array(one.total);
  frame.set(fillFrame(repeated(one.length), signature, SIZES[one.kind]).subarray(0, one.total));
  for (const [at, laid] of one.patches) frame.set(data(laid), at);
  const parse = () => parseFrame(frame, SIZES[one.kind]);
  if (one.ok) assert.deepEqual(parse().message, repeated(one.length));
  else assert.equal(refusal(parse), "bad-format");
});

interface Envelope {
  readonly envelope: string;
  readonly seeds: readonly string[];
}
interface SealedThings extends Envelope {
  readonly message: string;
  readonly slot: string;
  readonly receipt: string;
  readonly portal: string;
  readonly reply: string;
  readonly full: Envelope;
  readonly chunks: { file: string; seed: string; pattern: string; length: number; sha256: string };
}
const sealed = load<SealedThings>("sealed");
const sealedKeys = receiptKeys(data(sealed.receipt), sealed.portal);
test("an envelope that Python sealed opens here, with and without decoys", async () => {
  for (const [one, count] of [[sealed, 2] as const, [sealed.full, 16] as const]) {
    const envelope = data(one.envelope);
    checkEnvelope(envelope);
    assert.equal(one.seeds.length, count);
    for (const seed of one.seeds) {
      const frame = parseFrame(await unseal(envelope, data(seed)), MESSAGE_FRAMES);
      assert.equal(fromUtf8(frame.message), sealed.message);
    }
  }
});
test("a slot and a file of two chunks that Python sealed open here", async () => {
  const fragment = parseFragment(await openSlot(data(sealed.slot), sealedKeys.replySeed));
  assert.equal(fromUtf8(parseFrame(joinFragments([fragment]), REPLY_FRAMES).message), sealed.reply);
  const { file, seed, pattern, length, sha256: hash } = sealed.chunks;
  const plaintext = await unseal(data(file), data(seed));
  assert.equal(plaintext.length, length);
  assert.deepEqual(sha256(plaintext), data(hash));
  assert.ok(plaintext.every((byte, at) => byte === data(pattern)[at % 16]));
});
test("a message names the thread that its receipt gives", () => {
  assert.deepEqual(parseMessage(utf8(sealed.message)).thread, threadOf(sealedKeys));
});
