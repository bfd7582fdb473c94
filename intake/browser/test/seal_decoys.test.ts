/** Decoys made ahead: each once, none kept, and an envelope that does not show whether there were any. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Draft, newReceipt, sealAccount, sealFollowup } from "../src/client/compose.ts";
import { idle } from "../src/page/idle.ts";
import { type Decoys, makeDecoy, newDecoys } from "../src/public/decoys.ts";
import { unseal } from "../src/public/open.ts";
import { randomBytes } from "../src/public/random.ts";
import { sealEnvelope } from "../src/public/seal.ts";
import { type AgeStanza, checkEnvelope, checkStanza, parseHeader } from "../src/wire/age.ts";
import { toBase64url } from "../src/wire/base64.ts";
import { KEY_FILE, openWorld, vaultSeed } from "./world.ts";

const key = (at: number) => KEY_FILE.slice(at * 1_216, (at + 1) * 1_216);
const FRAME = randomBytes(32 * 1024);
const atOnce = async () => {};
const textOf = ({ arguments: [word = ""] }: AgeStanza) => word;

async function filled(): Promise<Decoys> {
  const decoys = newDecoys();
  await decoys.fill(atOnce);
  return decoys;
}

function takeAll(decoys: Decoys): readonly string[] {
  const taken: string[] = [];
  for (let next = decoys.take(); next; next = decoys.take()) taken.push(textOf(next));
  return taken;
}

function stanzasOf(envelope: Uint8Array): readonly string[] {
  return parseHeader(envelope).stanzas.map(textOf);
}

test("a decoy has the one form of a stanza", async () => {
  checkStanza(await makeDecoy());
});

test("fifteen are made, each after a pause, and no decoy is ever given out twice", async () => {
  let pauses = 0;
  const decoys = newDecoys();
  const pause = async () => void pauses++;
  await decoys.fill(pause);
  assert.equal(pauses, 15);
  const first = takeAll(decoys);
  await decoys.fill(pause);
  const both = [...first, ...takeAll(decoys)];
  assert.equal(both.length, 30);
  assert.equal(new Set(both).size, 30);
});

test("filling twice at once makes no more than fifteen", async () => {
  const decoys = newDecoys();
  await Promise.all([decoys.fill(atOnce), decoys.fill(atOnce)]);
  assert.equal(takeAll(decoys).length, 15);
});

test("an envelope looks the same with no, three or fifteen decoys ready, and opens", async () => {
  for (const ready of [0, 3, 15]) {
    const decoys = await filled();
    for (let left = 15; left > ready; left--) decoys.take();
    const steps: number[] = [];
    const envelope = await sealEnvelope(FRAME, [key(0)], (done) => void steps.push(done), decoys);
    checkEnvelope(envelope);
    assert.equal(new Set(stanzasOf(envelope)).size, 16);
    assert.equal(steps.length, 16 - ready);
    assert.deepEqual(await unseal(envelope, vaultSeed("cat")), FRAME);
  }
});

test("what is ready is used before anything is made, and is gone then", async () => {
  const decoys = await filled();
  const given: string[] = [];
  const take = () => {
    const next = decoys.take();
    if (next) given.push(textOf(next));
    return next;
  };
  const stanzas = stanzasOf(await sealEnvelope(FRAME, [key(0), key(1)], () => {}, { take }));
  assert.equal(given.length, 14);
  assert.ok(given.every((one) => stanzas.includes(one)));
  assert.equal(takeAll(decoys).length, 1);
});

test("a sealing that fails uses its decoys up", async () => {
  const decoys = await filled();
  for (let left = 15; left > 5; left--) decoys.take();
  const lost: string[] = [];
  const take = () => {
    const next = decoys.take();
    if (next) lost.push(textOf(next));
    return next;
  };
  const breaks = () => {
    throw new Error("page is gone");
  };
  await assert.rejects(sealEnvelope(FRAME, [key(0)], breaks, { take }), /page is gone/);
  assert.equal(lost.length, 5);
  await decoys.fill(atOnce);
  const again = [...stanzasOf(await sealEnvelope(FRAME, [key(0)], () => {}, decoys)), ...takeAll(decoys)];
  assert.ok(lost.every((one) => !again.includes(one)));
});

test("a sealing refused before it starts leaves the decoys for the next", async () => {
  const decoys = await filled();
  await assert.rejects(sealEnvelope(FRAME, [], () => {}, decoys));
  await assert.rejects(sealEnvelope(FRAME, [new Uint8Array(1_216).fill(255)], () => {}, decoys));
  assert.equal(takeAll(decoys).length, 15);
});

test("after they are dropped there are none, and no more are made", async () => {
  const decoys = newDecoys();
  let pauses = 0;
  await decoys.fill(async () => {
    if (++pauses === 4) decoys.drop();
  });
  assert.equal(pauses, 4);
  assert.deepEqual(takeAll(decoys), []);
  await decoys.fill(atOnce);
  assert.deepEqual(takeAll(decoys), []);
});

test("accounts and follow-ups are sealed with the decoys that are ready", async () => {
  const choice = { committees: ["cat"], excluded: [], conflicts: [] };
  const questionnaire = toBase64url(new Uint8Array(32));
  const draft: Draft = { ...choice, language: "en", answers: { account: "words" }, questionnaire };
  const followup = { to: choice, language: "en", text: "words", answersTo: null, seen: [] } as const;
  const [portal, receipt] = [await openWorld(), newReceipt()];
  for (const seal of [
    (decoys: Decoys) => sealAccount(portal, receipt, draft, undefined, decoys),
    (decoys: Decoys) => sealFollowup(portal, receipt, followup, undefined, decoys),
  ]) {
    const decoys = await filled();
    checkEnvelope((await seal(decoys)).envelope);
    assert.deepEqual(takeAll(decoys), []);
  }
});

test("the page waits for an idle moment where the browser tells, and for a breath where it cannot", async () => {
  await idle();
  let asked = 0;
  const tell = (run: () => void) => {
    asked++;
    run();
  };
  Object.assign(globalThis, { requestIdleCallback: tell });
  await idle();
  assert.equal(asked, 1);
});
