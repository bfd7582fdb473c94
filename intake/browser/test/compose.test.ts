import assert from "node:assert/strict";
import { test } from "node:test";

import {
  type Draft,
  drawIds,
  type Followup,
  newReceipt,
  room,
  sealAccount,
  type Sealed,
  sealFollowup,
} from "../src/client/compose.ts";
import { deleteToken, receiptKeys, routingOf, submissionId, threadOf } from "../src/client/receipt_keys.ts";
import { unseal } from "../src/public/open.ts";
import { verify } from "../src/public/verify.ts";
import { checkEnvelope, ENVELOPE_LENGTHS } from "../src/wire/age.ts";
import { attachmentsToJson } from "../src/wire/attachments.ts";
import { toBase64url } from "../src/wire/base64.ts";
import { fromUtf8 } from "../src/wire/bytes.ts";
import { type JsonObject, encodeJson, parseJson } from "../src/wire/fields.ts";
import { MESSAGE_FRAMES, parseFrame } from "../src/wire/frame.ts";
import { type Message, parseMessage } from "../src/wire/message.ts";
import { laterRefusal, refusal } from "./refusal.ts";
import { DAY, openWorld, PORTAL, vaultSeed } from "./world.ts";

const portal = await openWorld();
const receipt = newReceipt();
const keys = receiptKeys(receipt, PORTAL);
const WORDS = "السلام عليكم · 你好 · café cafe\u0301 · line 1\nline 2\r\n\ttab \u0000 \u2028 🕊";

const draft = (words: string, changes: Partial<Draft> = {}): Draft => ({
  committees: ["cat"],
  excluded: [],
  conflicts: [],
  language: "ar",
  answers: { account: words, danger: ["now"] },
  questionnaire: toBase64url(new Uint8Array(32)),
  ...changes,
});

const followup = (changes: Partial<Followup> = {}): Followup => ({
  to: { committees: ["cat"], excluded: [], conflicts: [] },
  language: "fr",
  text: WORDS,
  answersTo: null,
  seen: [],
  ...changes,
});

/** What a vault gets to read, after its signature was verified. */
async function opened(sealed: Sealed, vault: string): Promise<Message> {
  const frame = parseFrame(await unseal(sealed.envelope, vaultSeed(vault)), MESSAGE_FRAMES);
  const message = parseMessage(frame.message);
  verify("message", PORTAL, frame.message, frame.signature, message.thread.key);
  return message;
}

test("an account reaches its reader byte for byte, in every script", async () => {
  const sealed = await sealAccount(portal, receipt, draft(WORDS));
  checkEnvelope(sealed.envelope);
  const message = await opened(sealed, "cat");
  assert.ok(message.body.kind === "account");
  assert.deepEqual(
    [...message.body.answers],
    [
      ["account", WORDS],
      ["danger", ["now"]],
    ],
  );
  assert.equal(message.day, DAY);
  assert.equal(message.epoch, sealed.epoch);
  assert.equal(message.directory, sealed.directory);
  assert.deepEqual(message.thread, threadOf(keys));
  assert.deepEqual(message.routing, routingOf(keys, draft(WORDS)));
});

test("an account can be opened by the chosen readers and by nobody else", async () => {
  const sealed = await sealAccount(portal, receipt, draft(WORDS, { committees: ["cmw"], conflicts: ["XA"] }));
  await opened(sealed, "cmw-2");
  for (const vault of ["cmw-1", "cat", "desk"])
    assert.equal(await laterRefusal(() => opened(sealed, vault)), "no-match");
});

test("a follow-up keeps the routing of the reply it answers, and names what was seen", async () => {
  const routing = routingOf(keys, { committees: ["cmw"], excluded: ["cmw-1"], conflicts: ["XB", "XC"].slice(1) });
  const ids = Array.from({ length: 70 }, (_, at) => new Uint8Array(16).fill(at));
  const answersTo = ids[0] ?? assert.fail();
  const seen = ids.map((id) => ({ id, vault: "cmw-2" }));
  const sealed = await sealFollowup(portal, receipt, followup({ to: { routing }, answersTo, seen }));
  const message = await opened(sealed, "cmw-2");
  assert.deepEqual(message.routing, routing);
  assert.deepEqual(message.body, { kind: "followup", text: WORDS, answersTo });
  assert.deepEqual(message.seen, ids.slice(0, 64));
});

test("a follow-up tells its readers nothing of what others wrote", async () => {
  const [own, other, excluded] = [1, 2, 3].map((byte) => new Uint8Array(16).fill(byte));
  const seen = [
    { id: other ?? assert.fail(), vault: "cat" },
    { id: own ?? assert.fail(), vault: "cmw-2" },
    { id: excluded ?? assert.fail(), vault: "cmw-1" },
  ];
  const routing = routingOf(keys, { committees: ["cmw"], excluded: ["cmw-1"], conflicts: [] });
  const sealed = await sealFollowup(portal, receipt, followup({ to: { routing }, seen }));
  assert.deepEqual((await opened(sealed, "cmw-2")).seen, [own]);
});

test("a follow-up is not sealed by a routing that somebody else has widened", async () => {
  const { tag } = routingOf(keys, { committees: ["cmw"], excluded: ["cmw-1"], conflicts: [] });
  const widened = { committees: ["cmw"], excluded: [], conflicts: [], tag };
  const code = await laterRefusal(() => sealFollowup(portal, receipt, followup({ to: { routing: widened } })));
  assert.equal(code, "bad-signature");
});

test("a follow-up of the same size looks like an account", async () => {
  const one = await sealAccount(portal, receipt, draft("short"));
  const other = await sealFollowup(portal, receipt, followup({ text: "short" }));
  assert.equal(one.envelope.length, other.envelope.length);
});

test("two seals of the same words share no message id and no stanza", async () => {
  const [a, b] = [await sealAccount(portal, receipt, draft(WORDS)), await sealAccount(portal, receipt, draft(WORDS))];
  assert.notDeepEqual((await opened(a, "cat")).id, (await opened(b, "cat")).id);
  assert.notDeepEqual(a.envelope.slice(22, 1_600), b.envelope.slice(22, 1_600));
});

test("the room shrinks by what is typed, to the byte, and the last byte still fits", async () => {
  const empty = room(portal, draft(""));
  assert.equal(room(portal, draft("é")), empty - 2);
  assert.equal(room(portal, draft("\n")), empty - 2);
  assert.equal(room(portal, draft("🕊")), empty - 4);
  const full = draft("a".repeat(empty));
  assert.equal(room(portal, full), 0);
  assert.equal((await sealAccount(portal, receipt, full)).envelope.length, ENVELOPE_LENGTHS[3]);
  const over = draft("a".repeat(empty + 1));
  assert.equal(room(portal, over), -1);
  assert.equal(await laterRefusal(() => sealAccount(portal, receipt, over)), "too-long");
  assert.equal(room(portal, followup({ text: "" })) - room(portal, followup({ text: "four" })), 4);
});

test("twenty thousand characters of any script fit", () => {
  for (const character of ["a", "ш", "你", "🕊"]) assert.ok(room(portal, draft(character.repeat(20_000))) > 0);
});

test("the size that is seen outside is the smallest of the four that holds the words", async () => {
  for (const [at, size] of [100, 40_000, 100_000, 200_000].entries()) {
    assert.equal((await sealAccount(portal, receipt, draft("a".repeat(size)))).envelope.length, ENVELOPE_LENGTHS[at]);
  }
});

test("half a character becomes a mark of replacement instead of stopping the message", async () => {
  const message = await opened(await sealAccount(portal, receipt, draft("a\ud83d b\udd4a 🕊")), "cat");
  assert.ok(message.body.kind === "account");
  assert.equal(message.body.answers.get("account"), "a\ufffd b\ufffd 🕊");
});

test("a message offers three of the sixteen ids that the receipt gives for the day, others each time", async () => {
  const all = new Set(
    Array.from({ length: 16 }, (_, slot) => toBase64url(submissionId(deleteToken(receipt, PORTAL, DAY, slot)))),
  );
  const orders = new Set<string>();
  for (let round = 0; round < 4; round++) {
    const { id, others } = await sealAccount(portal, receipt, draft("short"));
    const ids = new Set([id, ...others]);
    assert.equal(ids.size, 3);
    assert.ok([...ids].every((one) => all.has(one)));
    orders.add([id, ...others].join());
  }
  assert.ok(orders.size > 1);
});

test("nobody is sealed to when nobody is left", async () => {
  const nobody = draft(WORDS, { committees: ["cmw"], excluded: ["cmw-1", "cmw-2"] });
  assert.equal(await laterRefusal(() => sealAccount(portal, receipt, nobody)), "nobody-left");
});

test("receipts differ, and derive different secrets on another portal or index", () => {
  assert.notDeepEqual(newReceipt(), newReceipt());
  assert.notDeepEqual(receiptKeys(receipt, "other.portal").replySeed, keys.replySeed);
  assert.notDeepEqual(receiptKeys(receipt, PORTAL, 1).replySeed, keys.replySeed);
  const secrets = [keys.replySeed, keys.mailboxSecret, keys.signSeed, keys.routingKey].map(toBase64url);
  assert.equal(new Set(secrets).size, 4);
});

const good = JSON.parse(fromUtf8(await rawMessage())) as Record<string, never>;
const parse = (changes: object) => refusal(() => parseMessage(encodeJson({ ...good, ...changes } as JsonObject)));
const { routing, thread, body } = good as unknown as Record<string, JsonObject>;

async function rawMessage(): Promise<Uint8Array> {
  const sealed = await sealAccount(portal, receipt, draft("words"));
  return parseFrame(await unseal(sealed.envelope, vaultSeed("cat")), MESSAGE_FRAMES).message;
}

test("a message of a newer kind or version is not understood, and not called broken", () => {
  const later = [{ v: 2 }, { kind: "testimony" }, { kind: "testimony", body: [] }, { body: { ...body, v: 2 } }];
  for (const changes of later) assert.equal(parse(changes), "not-understood");
});

test("a message out of form is refused", () => {
  const faults: object[] = [
    { more: 1 },
    { id: toBase64url(new Uint8Array(15)) },
    { portal: "X" },
    { directory: 0 },
    { epoch: "2026-1" },
    { language: "de" },
    { day: "2026-11-31" },
    { seen: [1] },
    { seen: Array.from({ length: 65 }, () => toBase64url(new Uint8Array(16))) },
    { thread: { ...thread, recipient: null } },
    { thread: { ...thread, mailbox: null } },
    { routing: { ...routing, committees: [] } },
    { routing: { ...routing, committees: ["cat", "cat"] } },
    { routing: { tag: routing?.tag, committees: ["cat"], excluded: [], conflicts: [] } },
    { routing: { ...routing, more: 1 } },
    { body: { ...body, more: 1 } },
    { body: { ...body, answers: { a: 1 } } },
    { body: { ...body, answers: { a: ["not a name"] } } },
    { body: { ...body, answers: [] } },
    { attachments: {} },
  ];
  for (const changes of faults) assert.equal(parse(changes), "bad-format", JSON.stringify(changes));
  parseJson(encodeJson(good as unknown as JsonObject), 10_000);
});

test("a thread that wants no reply has neither recipient nor mailbox", () => {
  const silent = encodeJson({
    ...good,
    thread: { ...thread, recipient: null, mailbox: null },
  } as unknown as JsonObject);
  assert.equal(parseMessage(silent).thread.recipient, null);
});

test("a message that is sealed again keeps its ids and its day", async () => {
  const draws = drawIds(portal, receipt);
  const tomorrow = { ...portal, day: "2026-11-25" };
  const [one, other] = [
    await sealAccount(portal, receipt, draft("short", { draws })),
    await sealAccount(tomorrow, receipt, draft("short", { draws })),
  ];
  assert.deepEqual([other.id, ...other.others], [one.id, ...one.others]);
  assert.equal((await opened(other, "cat")).day, DAY);
  for (const { id, token } of draws.draws) assert.equal(id, toBase64url(submissionId(token)));
});

test("files are named in the message, counted outside, and take room", async () => {
  const files = [{ name: "صورة.jpg", type: "image/jpeg", offset: 0, length: 5, sha256: new Uint8Array(32) }];
  const attachments = { seed: new Uint8Array(32).fill(1), mebibytes: 3, sha256: new Uint8Array(32), files };
  const sealed = await sealAccount(portal, receipt, draft(WORDS, { attachments }));
  assert.equal(sealed.parts, 3);
  assert.equal((await sealAccount(portal, receipt, draft(WORDS))).parts, 0);
  assert.deepEqual((await opened(sealed, "cat")).attachments, attachments);
  const taken = room(portal, draft("")) - room(portal, draft("", { attachments }));
  assert.equal(taken, encodeJson(attachmentsToJson(attachments)).length - "null".length);
});
