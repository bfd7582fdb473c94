/** Our own vectors in TypeScript; Python runs the same files (`tests/crypto/test_vectors.py`). */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  deleteToken,
  mailboxAddress,
  receiptKeys,
  routingOf,
  submissionId,
  threadOf,
} from "../src/client/receipt_keys.ts";
import { openSlot, unseal } from "../src/public/open.ts";
import { judge, type Verdict } from "../src/public/replies.ts";
import { eligible } from "../src/public/routing.ts";
import { believe, parsePin } from "../src/public/trust.ts";
import { holds, verify } from "../src/public/verify.ts";
import { checkEnvelope } from "../src/wire/age.ts";
import { fromBase64url as data } from "../src/wire/base64.ts";
import { fromUtf8, utf8 } from "../src/wire/bytes.ts";
import { type Directory, parseDirectory, type Vault } from "../src/wire/directory.ts";
import { parseJson } from "../src/wire/fields.ts";
import { fitting, MESSAGE_FRAMES, parseFrame, REPLY_FRAMES } from "../src/wire/frame.ts";
import { preimage, type What } from "../src/wire/labels.ts";
import { type Choice, encodeMessage, parseMessage } from "../src/wire/message.ts";
import { parseNote } from "../src/wire/note.ts";
import { formatDigits, parseDigits } from "../src/wire/receipt.ts";
import { encodeReply, fragments, joinFragments, parseFragment, parseReply } from "../src/wire/reply.ts";
import { refusal } from "./refusal.ts";
import { load } from "./vectors.ts";

interface Cases<T> {
  readonly cases: readonly T[];
}

/** One test a case, named after it; no case at all is a fault of the vectors. */
function each<T extends { name?: string }>(
  title: string,
  cases: readonly T[],
  check: (one: T) => void | Promise<void>,
): void {
  test(`${title}: there are cases`, () => assert.ok(cases.length > 0));
  cases.forEach((one, at) => test(`${title}: ${one.name ?? at}`, () => check(one)));
}

type Json = { name: string; json: string; ok: boolean };
each("strict JSON", load<Cases<Json>>("fields").cases, ({ json, ok }) => {
  const parse = () => parseJson(utf8(json), 1_000);
  if (ok) parse();
  else assert.equal(refusal(parse), "bad-format");
});

type Receipt = { name: string; text: string; receipt?: string; code?: string };
const receipts = load<Cases<Receipt> & { formatted: readonly Receipt[] }>("receipt");
each("receipt", receipts.cases, ({ text, receipt, code }) => {
  if (receipt !== undefined) assert.deepEqual(parseDigits(text), data(receipt));
  else
    assert.equal(
      refusal(() => parseDigits(text)),
      code,
    );
});
each("receipt in groups", receipts.formatted, ({ text, receipt = "" }) => {
  assert.equal(formatDigits(data(receipt)), text);
});

interface Derivation {
  readonly name: string;
  readonly portal: string;
  readonly receipt: string;
  readonly index: number;
  readonly reply: string;
  readonly mailbox: string;
  readonly address: string;
  readonly sign: string;
  readonly day: string;
  readonly tokens: readonly [string, string];
  readonly ids: readonly [string, string];
  readonly routing: Choice;
  readonly tag: string;
}
each("derivation", load<Cases<Derivation>>("derive").cases, (one) => {
  const receipt = data(one.receipt);
  const keys = receiptKeys(receipt, one.portal, one.index);
  assert.deepEqual(keys.replySeed, data(one.reply));
  assert.deepEqual(keys.mailboxSecret, data(one.mailbox));
  assert.deepEqual(mailboxAddress(keys), data(one.address));
  assert.deepEqual(keys.signSeed, data(one.sign));
  assert.deepEqual(routingOf(keys, one.routing).tag, data(one.tag));
  for (const [at, slot] of [0, 15].entries()) {
    const token = deleteToken(receipt, one.portal, one.day, slot, one.index);
    assert.deepEqual(token, data(one.tokens[at] ?? ""));
    assert.deepEqual(submissionId(token), data(one.ids[at] ?? ""));
  }
});

type Label = { name: string; what: What; portal: string; data: string; ok: boolean };
const labels = load<Cases<Label> & { key: string; signature: string }>("labels");
each("label", labels.cases, (one) => {
  const check = () => verify(one.what, one.portal, data(one.data), data(labels.signature), data(labels.key));
  if (one.ok) check();
  else assert.equal(refusal(check), "bad-signature");
});

type Size = { name?: string; kind: "message" | "reply"; length: number; size: number | null };
each("frame size", load<Cases<Size>>("frame").cases, ({ kind, length, size }) => {
  assert.equal(fitting(length, kind === "message" ? MESSAGE_FRAMES : REPLY_FRAMES) ?? null, size);
});

type Signed = { name: string; json: string; signature: string };
each("message", load<Cases<Signed>>("message").cases, ({ json, signature }) => {
  const message = parseMessage(utf8(json));
  assert.equal(fromUtf8(encodeMessage(message)), json);
  assert.ok(holds(preimage("message", message.portal, utf8(json)), data(signature), message.thread.key));
});

type Fragmented = { name?: string; json: string; fragments: readonly string[] };
each("reply", load<Cases<Fragmented>>("reply").cases, (one) => {
  const pieces = one.fragments.map((piece) => data(piece));
  const whole = joinFragments([...pieces].reverse().map(parseFragment));
  const frame = parseFrame(whole, REPLY_FRAMES);
  const reply = parseReply(frame.message);
  assert.equal(fromUtf8(frame.message), one.json);
  assert.deepEqual(encodeReply(reply), frame.message);
  assert.deepEqual(fragments(whole, reply.id), pieces);
});

interface Trust {
  readonly name: string;
  readonly pin: string;
  readonly newest: string;
  readonly changes: readonly string[];
  readonly day: string;
  readonly min_seq: number;
  readonly seq?: number;
  readonly code?: string;
}
each("trust", load<Cases<Trust>>("trust").cases, (one) => {
  const decide = () => {
    const changes = one.changes.map((note) => parseNote(utf8(note)));
    return believe(parsePin(utf8(one.pin)), parseNote(utf8(one.newest)), changes, one.day, one.min_seq);
  };
  if (one.seq !== undefined) assert.equal(decide().directory.seq, one.seq);
  else assert.equal(refusal(decide), one.code);
});

type Routed = Choice & { name?: string; revoked: readonly string[]; vaults?: readonly string[]; code?: string };
const routings = load<Cases<Routed> & { directory: string; epoch: string }>("routing");
each("routing", routings.cases, (one) => {
  const directory = changed(parseDirectory(utf8(routings.directory)), (vault) =>
    one.revoked.includes(vault.id) ? { ...vault, status: "revoked" } : vault,
  );
  const epoch = directory.epochs.find(({ id }) => id === routings.epoch);
  assert.ok(epoch);
  const decide = () => eligible(directory, epoch, one).map((vault) => vault.id);
  if (one.vaults) assert.deepEqual(decide(), one.vaults);
  else assert.equal(refusal(decide), one.code);
});

interface Judged {
  readonly name: string;
  readonly status: Vault["status"];
  readonly until: string | null;
  readonly day: string;
  readonly verdict: Verdict;
}
const verdicts = load<
  Cases<Judged> & { directory: string; vault: string; frame: string; lies: Record<string, string>; ahead: string }
>("verdict");
const judged = (frame: string, directory: Directory, day: string) => {
  const parsed = parseFrame(data(frame), REPLY_FRAMES);
  return judge(parseReply(parsed.message), parsed, directory, day);
};
each("verdict", verdicts.cases, (one) => {
  const directory = changed(parseDirectory(utf8(verdicts.directory)), (vault) =>
    vault.id === verdicts.vault ? { ...vault, status: one.status, untilDay: one.until } : vault,
  );
  assert.equal(judged(verdicts.frame, directory, one.day), one.verdict);
});
for (const [lie, frame] of Object.entries(verdicts.lies)) {
  test(`verdict: a reply with a lie (${lie}) is not genuine`, () => {
    assert.equal(judged(frame, parseDirectory(utf8(verdicts.directory)), "2026-11-24"), "not-genuine");
  });
}
test("verdict: a reply may be one day ahead", () => {
  assert.equal(judged(verdicts.ahead, parseDirectory(utf8(verdicts.directory)), "2026-11-24"), "genuine");
});

interface SealedThings {
  readonly envelope: string;
  readonly seeds: readonly string[];
  readonly message: string;
  readonly slot: string;
  readonly receipt: string;
  readonly portal: string;
  readonly reply: string;
}
test("what Python sealed opens here, envelope and slot", async () => {
  const sealed = load<SealedThings>("sealed");
  const envelope = data(sealed.envelope);
  checkEnvelope(envelope);
  for (const seed of sealed.seeds) {
    const frame = parseFrame(await unseal(envelope, data(seed)), MESSAGE_FRAMES);
    assert.equal(fromUtf8(frame.message), sealed.message);
  }
  const keys = receiptKeys(data(sealed.receipt), sealed.portal);
  const fragment = parseFragment(await openSlot(data(sealed.slot), keys.replySeed));
  assert.equal(fromUtf8(parseFrame(joinFragments([fragment]), REPLY_FRAMES).message), sealed.reply);
});

test("a message names the thread that its receipt gives", () => {
  const { json } = load<Cases<Signed>>("message").cases[0] ?? { json: "" };
  const { receipt, portal } = load<SealedThings>("sealed");
  assert.deepEqual(parseMessage(utf8(json)).thread, threadOf(receiptKeys(data(receipt), portal)));
});

function changed(directory: Directory, change: (vault: Vault) => Vault): Directory {
  return { ...directory, vaults: directory.vaults.map(change) };
}
