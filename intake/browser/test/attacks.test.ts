/** The gallery's half for the person who waits for an answer (docs/attacks.md): each lie beside the honest reply. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";

import { readThread, type ThreadItems } from "../src/client/mailbox.ts";
import { openPortal, type Portal } from "../src/client/portal.ts";
import { type ReceiptKeys, receiptKeys, routingOf, sign, threadKey } from "../src/client/receipt_keys.ts";
import { canFollow } from "../src/page/thread.ts";
import { randomBytes } from "../src/public/random.ts";
import { sealSlot } from "../src/public/seal.ts";
import { toBareBase64 } from "../src/wire/base64.ts";
import { join, utf8 } from "../src/wire/bytes.ts";
import type { JsonObject } from "../src/wire/fields.ts";
import { fillFrame, REPLY_FRAMES } from "../src/wire/frame.ts";
import { encodeReply, fragments, type WordsReply } from "../src/wire/reply.ts";
import {
  answer,
  CLOCK,
  DAY,
  directoryJson,
  honest,
  intake,
  note,
  openWorld,
  PIN,
  PORTAL,
  seed,
  start,
  vaultJson,
  vaultSigns,
  VAULTS,
} from "./world.ts";

const portal = await openWorld();
const receipt = randomBytes(16);
const keys = receiptKeys(receipt, PORTAL);
const chosen = { committees: ["cat", "cmw"], excluded: ["cmw-2"], conflicts: [] };

function replyTo(thread: ReceiptKeys, changes: Partial<WordsReply> = {}): WordsReply {
  return {
    id: randomBytes(16),
    kind: "text",
    portal: PORTAL,
    thread: threadKey(thread),
    committee: "cat",
    vault: "cat",
    routing: routingOf(thread, chosen),
    day: DAY,
    body: { language: "fr", text: "Nous avons lu votre message." },
    ...changes,
  };
}

/** The slots of a reply in this mailbox; the signature is its vault's unless somebody else makes it. */
async function slots(
  reply: WordsReply,
  by: (data: Uint8Array) => Uint8Array = (data) => vaultSigns(reply.vault, data),
) {
  const data = encodeReply(reply);
  const frame = fillFrame(data, by(data), REPLY_FRAMES);
  return Promise.all(fragments(frame, reply.id).map(into));
}

const into = (plaintext: Uint8Array) => sealSlot(plaintext, MLKEM768X25519.getPublicKey(keys.replySeed));
const decoySlot = () => sealSlot(new Uint8Array(8_192), MLKEM768X25519.getPublicKey(randomBytes(32)));

/** What the person sees of a mailbox with these slots. */
async function read(held: readonly Uint8Array[], at: Portal = portal): Promise<ThreadItems> {
  const filling = await Promise.all(Array.from({ length: 4 - (held.length % 4) }, decoySlot));
  const all = [...held, ...filling];
  const net = intake(({ body }) => {
    const page = (body[32] ?? 0) * 256 + (body[33] ?? 0);
    return answer(200, join(...all.slice(page * 4, page * 4 + 4)));
  });
  return readThread(net, at, receipt);
}

const verdicts = async (held: readonly Uint8Array[], at?: Portal) =>
  (await read(held, at)).items.map((item) => item.verdict);

/** A lie is called one, and the honest reply beside it stays genuine. */
async function assertLie(lie: WordsReply, by?: (data: Uint8Array) => Uint8Array): Promise<void> {
  const good = replyTo(keys);
  const { items, unreadable } = await read([...(await slots(lie, by)), ...(await slots(good))]);
  assert.equal(unreadable, 0);
  assert.deepEqual(
    items.map(({ reply, verdict }) => [reply.id, verdict]).sort(),
    [
      [lie.id, "not-genuine"],
      [good.id, "genuine"],
    ].sort(),
  );
}

/** The same world in which one vault has another status. */
function worldWhere(vault: string, changes: JsonObject): Promise<Portal> {
  const vaults = VAULTS.map((id) => vaultJson(id, id === vault ? { from: "2026-01-01", ...changes } : {}));
  const newest = note(directoryJson({ vaults }), "root-1", "root-2");
  return openPortal(
    PIN,
    CLOCK,
    intake((call) => (call.path === "/start" ? answer(200, start(newest)) : honest(call))),
  );
}

test("a reply to one person that is forwarded to another is not genuine", async () => {
  const other = receiptKeys(randomBytes(16), PORTAL);
  await assertLie(replyTo(other));
});

test("a reply that names this thread under the routing of another is not genuine", async () => {
  const other = receiptKeys(randomBytes(16), PORTAL);
  await assertLie(replyTo(keys, { routing: routingOf(other, chosen) }));
});

test("a reply of a revoked vault is not genuine", async () => {
  const one = await slots(replyTo(keys));
  assert.deepEqual(await verdicts(one, await worldWhere("cat", { status: "revoked" })), ["not-genuine"]);
  assert.deepEqual(await verdicts(one, await worldWhere("cat", { status: "absent" })), ["genuine"]);
});

test("a reply of a retired vault is called that for 180 days, then not genuine", async () => {
  const one = await slots(replyTo(keys));
  for (const [until, verdict] of [
    ["2026-11-01", "retired"],
    ["2026-05-28", "retired"],
    ["2026-05-27", "not-genuine"],
  ] as const)
    assert.deepEqual(await verdicts(one, await worldWhere("cat", { status: "retired", until })), [verdict]);
  assert.deepEqual(await verdicts(one), ["genuine"]);
});

test("a routing that a keyholder widened is not genuine, and nothing more can be sealed by it", async () => {
  const own = routingOf(keys, chosen);
  for (const widened of [
    { ...own, excluded: [] },
    { ...own, committees: [...own.committees, "desk"] },
    { ...own, committees: ["cat"] },
    { ...own, conflicts: ["XA"] },
  ]) {
    const lie = replyTo(keys, { routing: widened });
    await assertLie(lie);
    const [item = assert.fail()] = (await read(await slots(lie))).items;
    assert.equal(canFollow(item, portal), false);
  }
  const [item = assert.fail()] = (await read(await slots(replyTo(keys)))).items;
  assert.equal(canFollow(item, portal), true);
});

test("a reply by a vault of another committee is not genuine", async () => {
  await assertLie(replyTo(keys, { vault: "desk" }));
  await assertLie(replyTo(keys, { committee: "desk", vault: "desk" }));
  await assertLie(replyTo(keys, { committee: "cmw", vault: "cat" }));
});

test("a reply by a keyholder whom the person left out is not genuine", async () => {
  await assertLie(replyTo(keys, { committee: "cmw", vault: "cmw-2" }));
  const wary = routingOf(keys, { committees: ["cmw"], excluded: [], conflicts: ["XA"] });
  await assertLie(replyTo(keys, { committee: "cmw", vault: "cmw-1", routing: wary }));
  const good = replyTo(keys, { committee: "cmw", vault: "cmw-2", routing: wary });
  assert.deepEqual(await verdicts(await slots(good)), ["genuine"]);
});

test("a keyholder cannot sign in the name of a colleague, nor anybody else", async () => {
  await assertLie(replyTo(keys), (data) => vaultSigns("cmw-1", data));
  await assertLie(replyTo(keys), (data) => sign("reply", PORTAL, data, seed("post")));
  await assertLie(replyTo(keys), () => new Uint8Array(64));
});

test("a signature of another purpose or portal does not sign a reply", async () => {
  await assertLie(replyTo(keys), (data) => sign("message", PORTAL, data, seed("cat signs")));
  await assertLie(replyTo(keys), (data) => sign("reply", "other.portal", data, seed("cat signs")));
  await assertLie(replyTo(keys, { portal: "other.portal" }), (data) =>
    sign("reply", "other.portal", data, seed("cat signs")),
  );
});

test("a reply from a day that has not come is not genuine", async () => {
  await assertLie(replyTo(keys, { day: "2026-11-26" }));
  assert.deepEqual(await verdicts(await slots(replyTo(keys, { day: "2026-11-25" }))), ["genuine"]);
});

test("junk of a stolen post key hides no reply that is there", async () => {
  const [one = assert.fail()] = await slots(replyTo(keys));
  const lonely = fragments(new Uint8Array(4 * 8_174), randomBytes(16))[0] ?? assert.fail();
  const lying = Uint8Array.from(lonely).fill(5, 17, 18);
  const cases: readonly Uint8Array[] = [
    new Uint8Array(9_851),
    Uint8Array.from(one).fill(0, 9_000),
    lowOrder(one),
    await into(randomBytes(8_192).fill(255, 16, 18)),
    await into(lonely),
    await into(lying),
  ];
  for (const junk of cases) assert.deepEqual(await verdicts([junk, one]), ["genuine"]);
});

test("fragments under the number of another reply hide it only in the place of one of its own", async () => {
  const long = replyTo(keys, { body: { language: "fr", text: "é".repeat(5_000) } });
  const own = await slots(long);
  for (const [words, items] of [
    ["short", ["genuine"]],
    ["à".repeat(5_000), []],
  ] as const) {
    const data = encodeReply(replyTo(keys, { body: { language: "fr", text: words } }));
    const [borrowed] = fragments(fillFrame(data, vaultSigns("cat", data), REPLY_FRAMES), long.id);
    const mixed = await read([...own, await into(borrowed ?? assert.fail())]);
    assert.deepEqual(
      mixed.items.map((item) => item.verdict),
      items,
    );
    assert.equal(mixed.unreadable, 1);
  }
  assert.deepEqual(await verdicts(own), ["genuine"]);
});

/** The slot with the X25519 share of its stanza set to zeros: 1,088 bytes of ML-KEM, then 32. */
function lowOrder(slot: Uint8Array): Uint8Array {
  const start = utf8("age-encryption.org/v1\n-> mlkem768x25519 ").length;
  const share = Buffer.from(slot.subarray(start, start + 1_494)).toString("latin1");
  const bytes = Uint8Array.from(Buffer.from(share, "base64")).fill(0, 1_088);
  return join(slot.subarray(0, start), utf8(toBareBase64(bytes)), slot.subarray(start + 1_494));
}
