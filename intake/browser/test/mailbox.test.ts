import assert from "node:assert/strict";
import { test } from "node:test";

import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";

import { readThread, type ThreadItems } from "../src/client/mailbox.ts";
import { receiptKeys, routingOf, threadKey } from "../src/client/receipt_keys.ts";
import { randomBytes } from "../src/public/random.ts";
import { sealSlot } from "../src/public/seal.ts";
import { join } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import { fillFrame, REPLY_FRAMES } from "../src/wire/frame.ts";
import { encodeReply, fragments, type Reply, type WordsReply } from "../src/wire/reply.ts";
import { laterRefusal } from "./refusal.ts";
import { answer, DAY, intake, openWorld, PORTAL, refused, vaultSigns } from "./world.ts";

const portal = await openWorld();
const receipt = randomBytes(16);
const keys = receiptKeys(receipt, PORTAL);
const recipient = MLKEM768X25519.getPublicKey(keys.replySeed);
const routing = routingOf(keys, { committees: ["cat", "cmw"], excluded: ["cmw-2"], conflicts: [] });

const reply = (changes: Partial<WordsReply> = {}): WordsReply => ({
  id: randomBytes(16),
  kind: "text",
  portal: PORTAL,
  thread: threadKey(keys),
  committee: "cat",
  vault: "cat",
  routing,
  day: DAY,
  body: { language: "fr", text: "Nous avons lu votre message." },
  ...changes,
});

function frameOf(one: Reply, signer = one.vault): Uint8Array {
  const data = encodeReply(one);
  return fillFrame(data, vaultSigns(signer, data), REPLY_FRAMES);
}

/** The slots of a reply, sealed as a station would; `signer` may lie. */
async function slots(one: Reply, signer = one.vault, id = one.id): Promise<readonly Uint8Array[]> {
  return Promise.all(fragments(frameOf(one, signer), id).map((fragment) => sealSlot(fragment, recipient)));
}

const genuine = (one: Reply) => ({ reply: one, verdict: "genuine", frameHash: sha256(frameOf(one)) });

const decoySlot = () => sealSlot(new Uint8Array(8_192), MLKEM768X25519.getPublicKey(randomBytes(32)));

/** Reads a mailbox that holds these slots, in pages of four filled up with decoys. */
async function read(...held: readonly Uint8Array[]): Promise<ThreadItems & { pages: number }> {
  const filling = await Promise.all(Array.from({ length: 4 - (held.length % 4) }, decoySlot));
  const all = [...held, ...filling];
  const net = intake(({ body }) => {
    const page = (body[32] ?? 0) * 256 + (body[33] ?? 0);
    return answer(200, join(...all.slice(page * 4, page * 4 + 4)));
  });
  const thread = await readThread(net, portal, receipt);
  for (const call of net.calls) {
    assert.equal(`${call.method} ${call.path}`, "POST /mailbox");
    assert.deepEqual(call.body.slice(0, 32), keys.mailboxSecret);
    assert.equal(call.body.length, 34);
  }
  return { ...thread, pages: net.calls.length };
}

const verdictOf = async (one: Reply, signer?: string) => (await read(...(await slots(one, signer)))).items[0]?.verdict;

test("an empty mailbox and one with three slots ask for one page, so that the line tells nothing", async () => {
  assert.deepEqual(await read(), { items: [], unreadable: 0, pages: 1 });
  const three = await Promise.all([reply(), reply(), reply()].map((one) => slots(one)));
  const thread = await read(...three.flat());
  assert.equal(thread.items.length, 3);
  assert.equal(thread.pages, 1);
});

test("a reply of four fragments is read, whatever their order", async () => {
  const long = reply({ body: { language: "ar", text: "س".repeat(15_000) } });
  const four = await slots(long);
  assert.equal(four.length, 4);
  const thread = await read(...[...four].reverse());
  assert.equal(thread.pages, 2);
  assert.deepEqual(thread.items, [genuine(long)]);
});

test("replies stand newest day first", async () => {
  const days = ["2026-11-20", "2026-11-24", "2026-11-22"];
  const all = await Promise.all(days.map((day) => slots(reply({ day }))));
  assert.deepEqual(
    (await read(...all.flat())).items.map((item) => item.reply.day),
    ["2026-11-24", "2026-11-22", "2026-11-20"],
  );
});

test("a reply that came twice is one reply", async () => {
  const one = reply();
  assert.equal((await read(...(await slots(one)), ...(await slots(one)))).items.length, 1);
});

test("a reply of a vault of the routing is genuine", async () => {
  assert.equal(await verdictOf(reply()), "genuine");
  assert.equal(await verdictOf(reply({ committee: "cmw", vault: "cmw-1" })), "genuine");
});

test("a reply is not genuine when anything about it is another's", async () => {
  const otherKeys = receiptKeys(randomBytes(16), PORTAL);
  assert.equal(await verdictOf(reply(), "desk"), "not-genuine");
  assert.equal(await verdictOf(reply({ vault: "desk" })), "not-genuine");
  assert.equal(await verdictOf(reply({ committee: "desk", vault: "desk" })), "not-genuine");
  assert.equal(await verdictOf(reply({ committee: "cmw", vault: "cmw-2" })), "not-genuine");
  assert.equal(await verdictOf(reply({ committee: "cmw" })), "not-genuine");
  assert.equal(await verdictOf(reply({ portal: "other.portal" })), "not-genuine");
  assert.equal(await verdictOf(reply({ thread: threadKey(otherKeys) })), "not-genuine");
  assert.equal(await verdictOf(reply({ routing: { ...routing, excluded: [] } })), "not-genuine");
  assert.equal(await verdictOf(reply({ routing: routingOf(otherKeys, routing) })), "not-genuine");
});

test("fragments that carry another id than their reply do not make a reply", async () => {
  assert.deepEqual(await read(...(await slots(reply(), "cat", randomBytes(16)))), {
    items: [],
    unreadable: 1,
    pages: 1,
  });
});

test("what is damaged, incomplete or of a later kind is counted, and hides nothing else", async () => {
  const [cut = assert.fail()] = await slots(reply());
  const damaged = Uint8Array.from(cut).fill(0, 9_000, 9_001 + 2);
  const [lonely = assert.fail()] = await slots(reply({ body: { language: "fr", text: "é".repeat(5_000) } }));
  const later = { ...reply(), kind: "question" as "text" };
  const good = reply();
  const thread = await read(damaged, lonely, ...(await slots(later)), ...(await slots(good)));
  assert.equal(thread.unreadable, 3);
  assert.deepEqual(thread.items, [genuine(good)]);
});

test("a consent request stands among the others, with the hash of the frame that the answer has to name", async () => {
  const request: Reply = {
    ...reply({ day: "2026-11-23" }),
    kind: "consent-request",
    body: {
      language: "fr",
      text: "",
      measure: "letter",
      proposal: "words",
      recipient: "the State",
      identity: "no-detail",
      expires: "2027-01-01",
    },
  };
  const good = reply();
  assert.deepEqual(await read(...(await slots(request)), ...(await slots(good))), {
    items: [genuine(good), genuine(request)],
    unreadable: 0,
    pages: 1,
  });
});

test("another receipt reads nothing of this mailbox, even if it were given its slots", async () => {
  const held = join(...(await slots(reply())), await decoySlot(), await decoySlot(), await decoySlot());
  const thread = await readThread(
    intake(() => answer(200, held)),
    portal,
    randomBytes(16),
  );
  assert.deepEqual(thread, { items: [], unreadable: 0 });
});

test("an answer of another length and a refusal are errors, not empty mailboxes", async () => {
  assert.equal(
    await laterRefusal(() =>
      readThread(
        intake(() => answer(200, new Uint8Array(39_403))),
        portal,
        receipt,
      ),
    ),
    "bad-answer",
  );
  assert.equal(
    await laterRefusal(() =>
      readThread(
        intake(() => refused("too-many", 429)),
        portal,
        receipt,
      ),
    ),
    "too-many",
  );
});
