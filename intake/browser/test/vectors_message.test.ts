/** Messages, attachments, replies and consent, case by case; twin of `tests/crypto/test_vectors_message.py`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { partName } from "../src/client/attach.ts";
import { checkAnswer, hasConsent } from "../src/public/consent.ts";
import { holds } from "../src/public/verify.ts";
import {
  attachmentsToJson,
  fittingMebibytes,
  parseAttachments,
  plaintextLength,
  SIZES,
} from "../src/wire/attachments.ts";
import { fromBase64url as data, toBase64url } from "../src/wire/base64.ts";
import { fromUtf8, utf8 } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import type { Json } from "../src/wire/fields.ts";
import { fillFrame, parseFrame, REPLY_FRAMES } from "../src/wire/frame.ts";
import { preimage } from "../src/wire/labels.ts";
import { encodeMessage, parseMessage } from "../src/wire/message.ts";
import { encodeReply, fragments, joinFragments, parseFragment, parseReply, readReply } from "../src/wire/reply.ts";
import { refusal } from "./refusal.ts";
import { type Cases, type Change, changed, each, load } from "./vectors.ts";

interface Tables {
  readonly bases: Readonly<Record<string, string>>;
  readonly changes: readonly Change[];
}
/** The changed JSON in its one form. */
const bytesOf = (tables: Tables, change: Change) =>
  utf8(JSON.stringify(changed(JSON.parse(tables.bases[change.base] ?? ""), change)));
const same = (a: Uint8Array, b: Uint8Array) => assert.deepEqual(JSON.parse(fromUtf8(a)), JSON.parse(fromUtf8(b)));

const messages = load<Cases<{ name: string; json: string; signature: string }> & Tables>("message");
each("message", messages.cases, ({ json, signature }) => {
  const message = parseMessage(utf8(json));
  assert.equal(fromUtf8(encodeMessage(message)), json);
  assert.ok(holds(preimage("message", message.portal, utf8(json)), data(signature), message.thread.key));
});
each("member of a message", messages.changes, (change) => {
  const raw = bytesOf(messages, change);
  if (change.code === undefined) same(encodeMessage(parseMessage(raw)), raw);
  else
    assert.equal(
      refusal(() => parseMessage(raw)),
      change.code,
    );
});

interface Cut {
  readonly name?: string;
  readonly json: string;
  readonly times?: number;
  readonly signature: string;
}
interface Piece {
  readonly of: string;
  readonly at: number;
  readonly id?: string;
  readonly place?: number;
  readonly count?: number;
  readonly length?: number;
}
type Replies = Tables & {
  readonly cases: readonly (Cut & { readonly frame: string; readonly fragments: readonly string[] })[];
  readonly joins: readonly { name: string; pieces: readonly Piece[]; code?: string }[];
};
const replies = load<Replies>("reply");
each("reply", replies.cases, (one) => {
  const frame = framed(one);
  assert.deepEqual(sha256(frame), data(one.frame));
  const { message } = parseFrame(frame, REPLY_FRAMES);
  const pieces = fragments(frame, parseReply(message).id);
  assert.deepEqual(
    pieces.map((piece) => toBase64url(sha256(piece))),
    one.fragments,
  );
  assert.deepEqual(joinFragments([...pieces].reverse().map(parseFragment)), frame);
  assert.deepEqual(encodeReply(parseReply(message)), message);
});
each("member of a reply", replies.changes, (change) => {
  const raw = bytesOf(replies, change);
  if (change.code === undefined) assert.deepEqual(encodeReply(parseReply(raw)), raw);
  else
    assert.equal(
      refusal(() => parseReply(raw)),
      change.code,
    );
});
each("fragments", replies.joins, ({ pieces, code }) => {
  const read = () => readReply(pieces.map((piece) => parseFragment(written(piece))));
  if (code === undefined) assert.deepEqual(read().reply, parseReply(parseFrame(frameOf("four"), REPLY_FRAMES).message));
  else assert.equal(refusal(read), code);
});

/** The frame of a reply, from its JSON, in which the text is repeated, and its signature. */
function framed({ json, times = 1, signature }: Cut): Uint8Array {
  const value = JSON.parse(json) as { body: { text: string } };
  value.body.text = value.body.text.repeat(times);
  return fillFrame(utf8(JSON.stringify(value)), data(signature), REPLY_FRAMES);
}

function frameOf(name: string): Uint8Array {
  return framed(replies.cases.find((one) => one.name === name) ?? assert.fail());
}

/** A slot's plaintext, with another id, place or count written on it, cut or continued to `length`. */
function written({ of, at, id, place, count, length = 8_192 }: Piece): Uint8Array {
  const frame = frameOf(of);
  const whole = Uint8Array.from(fragments(frame, parseReply(parseFrame(frame, REPLY_FRAMES).message).id)[at] ?? []);
  if (id !== undefined) whole.set(data(id));
  whole[16] = place ?? whole[16] ?? 0;
  whole[17] = count ?? whole[17] ?? 0;
  const plaintext = new Uint8Array(length);
  plaintext.set(whole.subarray(0, length));
  return plaintext;
}

interface Attached {
  readonly sizes: readonly { mebibytes: number; plaintext: number }[];
  readonly fitting: readonly { total: number; mebibytes: number | null }[];
  readonly parts: readonly { seed: string; portal: string; at: number; name: string }[];
  readonly bases: Readonly<Record<string, unknown>>;
  readonly changes: readonly Change[];
}
const attached = load<Attached>("attachments");
each("member of attachments, alone and in a message", attached.changes, (change) => {
  const value = changed(attached.bases[change.base], change) as Json;
  const message = utf8(JSON.stringify({ ...JSON.parse(messages.bases["followup"] ?? ""), attachments: value }));
  if (change.code === undefined) {
    assert.deepEqual(attachmentsToJson(parseAttachments(value)), value);
    assert.deepEqual(parseMessage(message).attachments, parseAttachments(value));
    assert.deepEqual(encodeMessage(parseMessage(message)), message);
  } else {
    assert.equal(
      refusal(() => parseAttachments(value)),
      change.code,
    );
    assert.equal(
      refusal(() => parseMessage(message)),
      change.code,
    );
  }
});
test("attachments: the room of every stream, and the stream for every total", () => {
  assert.deepEqual(
    attached.sizes,
    SIZES.map((mebibytes) => ({ mebibytes, plaintext: plaintextLength(mebibytes) })),
  );
  for (const { total, mebibytes } of attached.fitting) {
    if (mebibytes !== null) assert.equal(fittingMebibytes(total), mebibytes);
    else
      assert.equal(
        refusal(() => fittingMebibytes(total)),
        "too-long",
      );
  }
});
test("attachments: the names of parts", () => {
  for (const { seed, portal, at, name } of attached.parts) {
    assert.deepEqual(partName(data(seed), portal, at), data(name), `${portal} ${at}`);
  }
  assert.equal(new Set(attached.parts.map(({ name }) => name)).size, attached.parts.length);
});

interface Asked {
  readonly name: string;
  readonly request: string;
  readonly answer: string;
  readonly day: string;
  readonly says?: string;
  readonly code?: string;
}
interface Consents extends Cases<Asked> {
  readonly requests: Readonly<Record<string, Cut>>;
  readonly answers: Readonly<Record<string, string>>;
  readonly together: readonly {
    readonly name: string;
    readonly request: string;
    readonly answers: readonly (readonly [string, string])[];
    readonly consent: boolean;
  }[];
}
const consents = load<Consents>("consent");
each("consent", consents.cases, ({ request, answer, day, says, code }) => {
  const frame = framed(consents.requests[request] ?? assert.fail());
  const check = () => checkAnswer(frame, parseMessage(utf8(consents.answers[answer] ?? "")), day);
  if (says !== undefined) assert.equal(check(), says);
  else assert.equal(refusal(check), code);
});
each("consent of several answers", consents.together, ({ request, answers, consent }) => {
  const frame = framed(consents.requests[request] ?? assert.fail());
  const said = answers.map(([name, day]) => [parseMessage(utf8(consents.answers[name] ?? "")), day] as const);
  assert.equal(hasConsent(frame, said.values()), consent);
  assert.equal(hasConsent(frame, said.toReversed()), consent);
});
test("consent: a frame that holds no reply is refused, even without answers", () => {
  assert.equal(
    refusal(() => hasConsent(new Uint8Array(8_174), [])),
    "bad-format",
  );
});
