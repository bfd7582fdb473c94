/** What is told of a message that was not taken: whether it may have arrived all the same. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Sealed } from "../src/client/compose.ts";
import type { Answer } from "../src/client/net.ts";
import { ClientError, FormatError } from "../src/errors.ts";
import { type Outcome, sealAndSend } from "../src/page/sealing.ts";
import { openPage, pressInTrouble } from "./one_screen.ts";
import { answer, intake, openWorld, refused } from "./world.ts";

openPage();
const portal = await openWorld();
const sealed: Sealed = {
  id: "first",
  others: [],
  parts: 0,
  envelope: new Uint8Array(100),
  directory: 1,
  epoch: "2026-11",
};
const lost = (): never => {
  throw new ClientError("line", true);
};

/** How it ends when intake answers like this, one try after the other, and the person presses these buttons. */
async function ended(
  answers: readonly (() => Answer)[],
  presses: readonly string[],
  changes: Partial<Parameters<typeof sealAndSend>[0]> = {},
): Promise<Pick<Outcome, "end" | "maybeSent">> {
  const left = [...answers];
  const { end, maybeSent } = await pressing(presses, {
    net: intake(() => (left.shift() ?? assert.fail("sent once more"))()),
    portal,
    reopen: async () => portal,
    seal: async () => sealed,
    sameReaders: () => true,
    ...changes,
  });
  assert.equal(left.length, 0);
  return { end, maybeSent };
}

async function pressing(presses: readonly string[], sending: Parameters<typeof sealAndSend>[0]): Promise<Outcome> {
  const outcome = sealAndSend(sending);
  for (const act of presses) await pressInTrouble(act);
  return outcome;
}

test("who goes back after a lost answer is told that the message may have arrived", async () => {
  assert.deepEqual(await ended([lost], ["back"]), { end: "back", maybeSent: true });
  assert.deepEqual(await ended([() => refused("unavailable", 503)], ["back"]), { end: "back", maybeSent: true });
});

test("a later try that ends otherwise does not make it unsent", async () => {
  const outdated = () => refused("directory-outdated");
  const others = { sameReaders: () => false };
  assert.deepEqual(await ended([lost, outdated], ["again"], others), { end: "readers-changed", maybeSent: true });
  assert.deepEqual(await ended([lost, () => refused("too-large")], ["again", "back"]), {
    end: "back",
    maybeSent: true,
  });
});

test("what was never on its way is not said to have arrived", async () => {
  const unlocked = { seal: () => Promise.reject(new FormatError("vault key")) };
  assert.deepEqual(await ended([], ["back"], unlocked), { end: "back", maybeSent: false });
  const files = { carry: async () => "back" as const, again: () => false };
  assert.deepEqual(await ended([], [], { files }), { end: "back", maybeSent: false });
});

test("what is stored was on its way", async () => {
  const stored = () => answer(204, new Uint8Array(0));
  assert.deepEqual(await ended([lost, stored], ["again"]), { end: "stored", maybeSent: true });
});
