import assert from "node:assert/strict";
import { test } from "node:test";

import type { Answer } from "../src/client/net.ts";
import { openPortal, type Portal } from "../src/client/portal.ts";
import { openCommittees, readers } from "../src/client/choose.ts";
import { selfTest } from "../src/client/selftest.ts";
import { ClientError } from "../src/errors.ts";
import { utf8 } from "../src/wire/bytes.ts";
import { laterRefusal, refusal } from "./refusal.ts";
import {
  answer,
  type Call,
  CLOCK,
  directoryJson,
  honest,
  intake,
  KEY_FILE,
  NOON,
  note,
  openWorld,
  PIN,
  refused,
  start,
  VAULTS,
} from "./world.ts";

const HOUR = 3_600_000;
const open = (reply: (call: Call) => Answer, clock = CLOCK): Promise<Portal> => openPortal(PIN, clock, intake(reply));
const starting =
  (bytes: Uint8Array, date: number | null = NOON) =>
  (call: Call) =>
    call.path === "/start" ? answer(200, bytes, date) : honest(call);

test("an honest intake opens, with two requests and nothing of a choice in them", async () => {
  const net = intake(honest);
  const portal = await openPortal(PIN, CLOCK, net);
  assert.equal(portal.name, PIN.portal);
  assert.equal(portal.day, "2026-11-24");
  assert.equal(portal.epoch.id, "2026-11");
  assert.deepEqual([...portal.keys.keys()], [...VAULTS]);
  assert.deepEqual(
    net.calls.map(({ method, path }) => `${method} ${path.slice(0, 6)}`),
    ["GET /start", "GET /keys/"],
  );
});

test("an under-signed, expired, early or foreign directory opens nothing", async () => {
  assert.equal(await laterRefusal(() => open(starting(start(note(directoryJson(), "root-1"))))), "too-few-signatures");
  assert.equal(await laterRefusal(() => open(honest, { now: NOON, chosen: "2027-01-15" })), "expired");
  assert.equal(await laterRefusal(() => open(honest, { now: NOON, chosen: "2026-10-31" })), "not-yet-valid");
  assert.equal(await laterRefusal(() => open(honest, { now: NOON, chosen: "2026-12-01" })), "missing-epoch");
  assert.equal(
    await laterRefusal(() => openPortal({ ...PIN, portal: "other.portal" }, CLOCK, intake(honest))),
    "wrong-portal",
  );
  assert.equal(await laterRefusal(() => openPortal({ ...PIN, seq: 2 }, CLOCK, intake(honest))), "sequence-too-small");
});

test("a directory older than the one this visit believed opens nothing", async () => {
  const again = (atLeast: number) => () => openPortal(PIN, CLOCK, intake(honest), { atLeast });
  assert.equal((await again(1)()).directory.seq, 1);
  assert.equal(await laterRefusal(again(2)), "sequence-too-small");
});

test("what is refused is a ClientError that trying again does not help", async () => {
  await assert.rejects(
    open(starting(start(note(directoryJson(), "root-1")))),
    (error) => error instanceof ClientError && !error.retry,
  );
});

test("keys that do not match the directory open nothing", async () => {
  const bent = Uint8Array.from(KEY_FILE).fill(0, 100, 101);
  const serving = (keys: Uint8Array) => (call: Call) => (call.path === "/start" ? honest(call) : answer(200, keys));
  assert.equal(await laterRefusal(() => open(serving(bent))), "key-file-mismatch");
  assert.equal(await laterRefusal(() => open(serving(KEY_FILE.subarray(1)))), "key-file-length");
});

test("an answer that is not intake's opens nothing", async () => {
  for (const text of [
    "",
    "<html>",
    "[]",
    "null",
    "{}",
    '{"v":2,"directory":"","changes":[]}',
    '{"v":1,"directory":1,"changes":[]}',
    '{"v":1,"directory":"","changes":[1]}',
    '{"v":1,"directory":"","changes":[]}',
  ]) {
    assert.equal(await laterRefusal(() => open(starting(utf8(text)))), "bad-format", text);
  }
  assert.equal(await laterRefusal(() => open(() => refused("closed", 503))), "closed");
  assert.equal(await laterRefusal(() => open(() => answer(502, utf8("<h1>Bad gateway</h1>")))), "bad-answer");
});

test("members of the answer that a later release adds do no harm", async () => {
  const more = { ...(JSON.parse(new TextDecoder().decode(start())) as object), later: { any: 1.5 } };
  await open(starting(utf8(JSON.stringify(more, null, 2))));
});

test("clocks that differ by more than 26 hours stop everything until the person says the day", async () => {
  for (const difference of [27 * HOUR, -27 * HOUR, 400 * 24 * HOUR]) {
    const clock = { now: NOON + difference };
    assert.equal(await laterRefusal(() => open(honest, clock)), "clocks-apart");
    assert.equal((await open(honest, { ...clock, chosen: "2026-11-20" })).day, "2026-11-20");
  }
});

test("clocks that differ by a time zone, and a server without a clock, do not", async () => {
  assert.equal((await open(honest, { now: NOON + 25 * HOUR })).day, "2026-11-25");
  assert.equal((await open(starting(start(), null), { now: NOON })).day, "2026-11-24");
});

test("the day is the UTC day of this device", async () => {
  assert.equal((await open(honest, { now: Date.parse("2026-11-24T23:59:59Z") })).day, "2026-11-24");
  assert.equal((await open(honest, { now: Date.parse("2026-11-25T00:00:00Z") })).day, "2026-11-25");
});

test("only committees that are open can be chosen, and the readers are theirs", async () => {
  const portal = await openWorld();
  const ids = (committees: string[], excluded: string[] = [], conflicts: string[] = []) =>
    readers(portal, { committees, excluded, conflicts }).map(({ id }) => id);
  assert.deepEqual(
    openCommittees(portal).map(({ id }) => id),
    ["cat", "cmw", "desk"],
  );
  assert.deepEqual(ids(["cmw"]), ["cmw-1", "cmw-2"]);
  assert.deepEqual(ids(["cmw"], [], ["XA"]), ["cmw-2"]);
  assert.equal(
    refusal(() => ids(["cmw"], ["cmw-2"], ["XA"])),
    "nobody-left",
  );
  assert.equal(
    refusal(() => ids(["ced"])),
    "not-open",
  );
});

test("the self-test passes here, and fails closed where random numbers are missing", async () => {
  await selfTest();
  const real = Object.getOwnPropertyDescriptor(globalThis, "crypto") ?? assert.fail();
  Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
  try {
    assert.equal(await laterRefusal(selfTest), "self-test");
  } finally {
    Object.defineProperty(globalThis, "crypto", real);
  }
});
