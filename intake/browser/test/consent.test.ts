/** Questions for consent: named as Python names them, offered as long as they may be, answered so that it counts. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";

import { type ConsentAnswer, room, type Sealed, sealFollowup } from "../src/client/compose.ts";
import { readThread } from "../src/client/mailbox.ts";
import { receiptKeys, routingOf, threadKey } from "../src/client/receipt_keys.ts";
import { isOver, lastDay, offered, unanswerable } from "../src/page/consent.ts";
import { checkAnswer, hasConsent } from "../src/public/consent.ts";
import { unseal } from "../src/public/open.ts";
import { randomBytes } from "../src/public/random.ts";
import { sealSlot } from "../src/public/seal.ts";
import { fromBase64url } from "../src/wire/base64.ts";
import { join, utf8 } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import { fillFrame, MESSAGE_FRAMES, parseFrame, REPLY_FRAMES } from "../src/wire/frame.ts";
import { CONSENT, type Consent, type Message, parseMessage } from "../src/wire/message.ts";
import { type ConsentRequest, encodeReply, fragments, parseReply, type Proposal } from "../src/wire/reply.ts";
import { laterRefusal, refusal } from "./refusal.ts";
import { load } from "./vectors.ts";
import { answer, DAY, intake, openWorld, PORTAL, vaultSeed, vaultSigns } from "./world.ts";

const portal = await openWorld();
const receipt = randomBytes(16);
const keys = receiptKeys(receipt, PORTAL);

const request = (changes: Partial<Proposal> = {}, routing = { committees: ["cat"] }): ConsentRequest => ({
  id: randomBytes(16),
  kind: "consent-request",
  portal: PORTAL,
  thread: threadKey(keys),
  committee: "cat",
  vault: "cat",
  routing: routingOf(keys, { excluded: [], conflicts: [], ...routing }),
  day: DAY,
  body: {
    language: "en",
    text: "",
    measure: "letter-to-state",
    proposal: "We write that a person was threatened, and give no name.",
    recipient: "the Permanent Mission of State XA",
    identity: "no-detail",
    expires: "2026-12-24",
    ...changes,
  },
});

function frameOf(one: ConsentRequest): Uint8Array {
  const data = encodeReply(one);
  return fillFrame(data, vaultSigns(one.vault, data), REPLY_FRAMES);
}

const said = (one: ConsentRequest, says: Consent, changes: Partial<ConsentAnswer> = {}): ConsentAnswer => ({
  to: one,
  language: "en",
  text: "",
  seen: [one],
  request: sha256(frameOf(one)),
  answer: says,
  ...changes,
});

async function opened({ envelope }: Sealed): Promise<Message> {
  return parseMessage(parseFrame(await unseal(envelope, vaultSeed("cat")), MESSAGE_FRAMES).message);
}

const sealed = (draft: ConsentAnswer) => sealFollowup(portal, receipt, draft);

interface Vectors {
  readonly requests: Readonly<Record<string, { readonly json: string; readonly signature: string }>>;
  readonly answers: Readonly<Record<string, string>>;
}

test("a request is named by the same hash as in Python, when it has come through a mailbox", async () => {
  const { requests, answers } = load<Vectors>("consent");
  const { json, signature } = requests["the request"] ?? assert.fail();
  const frame = fillFrame(utf8(json), fromBase64url(signature, 64), REPLY_FRAMES);
  const recipient = MLKEM768X25519.getPublicKey(keys.replySeed);
  const held = await Promise.all(fragments(frame, parseReply(utf8(json)).id).map((one) => sealSlot(one, recipient)));
  const decoy = await sealSlot(new Uint8Array(8_192), MLKEM768X25519.getPublicKey(randomBytes(32)));
  const page = join(...held, ...Array.from({ length: 4 - held.length }, () => decoy));
  const { items } = await readThread(
    intake(() => answer(200, page)),
    portal,
    receipt,
  );
  const yes = parseMessage(utf8(answers["yes"] ?? "")).body;
  assert.ok(yes.kind === "consent-answer");
  assert.deepEqual(items[0]?.frameHash, yes.request);
});

test("each answer arrives as what was said, and a yes alone gives consent", async () => {
  const one = request();
  for (const says of CONSENT) {
    const text = says === "yes" ? "" : "Not like this. ليس هكذا";
    const message = await opened(await sealed(said(one, says, { text })));
    assert.deepEqual(message.body, { kind: "consent-answer", request: sha256(frameOf(one)), answer: says, text });
    assert.deepEqual(message.seen, [one.id]);
    assert.equal(checkAnswer(frameOf(one), message, DAY), says);
    assert.equal(hasConsent(frameOf(one), [[message, DAY]]), says === "yes");
  }
});

test("a no after a yes takes it back, on whatever day it comes", async () => {
  const one = request();
  const [yes, no] = [await opened(await sealed(said(one, "yes"))), await opened(await sealed(said(one, "no")))];
  assert.ok(hasConsent(frameOf(one), [[yes, DAY]]));
  const takenBack = [
    [yes, DAY],
    [no, "2027-06-01"],
  ] as const;
  assert.ok(!hasConsent(frameOf(one), takenBack));
});

test("a yes whose hash is another's gives no consent", async () => {
  const one = request();
  const altered = sha256(frameOf(one)).map((byte, at) => (at === 0 ? byte ^ 1 : byte));
  const message = await opened(await sealed(said(one, "yes", { request: altered })));
  assert.equal(
    refusal(() => checkAnswer(frameOf(one), message, DAY)),
    "other-request",
  );
});

test("an answer is as long as any further words", async () => {
  const one = request();
  const words = await sealFollowup(portal, receipt, {
    to: one,
    language: "en",
    text: "a",
    answersTo: one.id,
    seen: [one],
  });
  for (const says of CONSENT) {
    const { envelope, parts, others } = await sealed(said(one, says));
    assert.deepEqual(
      [envelope.length, parts, others.length],
      [words.envelope.length, words.parts, words.others.length],
    );
  }
  const long = "a".repeat(room(portal, said(one, "questions")));
  await sealed(said(one, "questions", { text: long }));
  assert.equal(await laterRefusal(() => sealed(said(one, "questions", { text: `${long}a` }))), "too-long");
});

test("an answer to a request whose routing is not the writer's is not sealed", async () => {
  const one = request();
  const widened = { ...one, routing: { ...one.routing, committees: ["cat", "cmw"] } };
  assert.equal(await laterRefusal(() => sealed(said(one, "yes", { to: widened }))), "bad-signature");
});

test("half a character in the words with an answer becomes a mark that is seen", async () => {
  const { body } = await opened(await sealed(said(request(), "no", { text: "a\ud83d" })));
  assert.ok(body.kind === "consent-answer" && body.text === "a\ufffd");
});

test("a yes is offered until the day before the request expires, and every other answer for ever", () => {
  const one = request({ expires: "2027-01-01" });
  assert.equal(lastDay(one), "2026-12-31");
  assert.deepEqual([isOver(one, "2026-12-31"), isOver(one, "2027-01-01")], [false, true]);
  assert.deepEqual(offered(one, "2026-12-31"), CONSENT);
  assert.deepEqual(offered(one, "2027-01-01"), ["no", "change", "not-now", "questions"]);
  assert.deepEqual(offered(one, "2031-01-01"), ["no", "change", "not-now", "questions"]);
  assert.equal(lastDay(request({ expires: "2028-03-01" })), "2028-02-29");
});

const STEP = "A letter to the authorities of your State.";

test("only a genuine request can be answered, while somebody is there who could open the answer", () => {
  const one = request();
  assert.equal(unanswerable(one, "genuine", portal, STEP), null);
  assert.equal(unanswerable(one, "retired", portal, STEP), "consent-retired");
  assert.equal(unanswerable(one, "not-genuine", portal, STEP), "consent-not-genuine");
  assert.equal(unanswerable(request({}, { committees: ["ced"] }), "genuine", portal, STEP), "consent-nobody");
});

test("a request for a step that the page cannot name is not answered", () => {
  assert.equal(unanswerable(request(), "genuine", portal, null), "consent-unknown");
  assert.equal(unanswerable(request(), "not-genuine", portal, null), "consent-not-genuine");
});
