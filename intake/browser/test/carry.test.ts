/** Parts arrive whole and once, whatever happens to lines, answers and servers on the way. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Decrypter } from "age-encryption";

import { attach, type FileSource, partName } from "../src/client/attach.ts";
import { type Asked, type Carriage, type Load, newCarriage, type Sealer } from "../src/client/carry.ts";
import { type Draft, drawIds, type Draws, newReceipt, sealAccount } from "../src/client/compose.ts";
import { FileError, foreseen } from "../src/client/named.ts";
import { send } from "../src/client/send.ts";
import { HASHING_HERE } from "../src/client/sha256.ts";
import { ClientError } from "../src/errors.ts";
import { identityText } from "../src/public/open.ts";
import { attachmentsToJson, MEBIBYTE, plaintextLength } from "../src/wire/attachments.ts";
import { toBase64url } from "../src/wire/base64.ts";
import { equal, join } from "../src/wire/bytes.ts";
import { encodeJson } from "../src/wire/fields.ts";
import { laterRefusal } from "./refusal.ts";
import { type Fate, shore, type Shore } from "./shore.ts";
import { answer, type Call, openWorld, PORTAL, refused } from "./world.ts";

const portal = await openWorld();
const receipt = newReceipt();
const PATIENT: Asked = { ready: async () => true, trouble: async () => true };

function file(length: number, name = "a.bin"): FileSource {
  const data = Uint8Array.from({ length }, (_, at) => (at * 31) ^ (at >> 8));
  return { name, type: "", size: length, stream: () => new Blob([data]).stream() as ReadableStream<Uint8Array> };
}

/** Two files that take two parts. */
const FILES = [file(700_000, "صورة.jpg"), file(500_000)];
const PARTS = 2;

function sealing(files: readonly FileSource[] = FILES): Sealer {
  const parts = attach(PORTAL, files, HASHING_HERE);
  return { next: (spare) => parts.next(spare), stop: () => void parts.return(undefined as never) };
}

function loaded(net: Shore, changes: Partial<Load> = {}): Carriage {
  return newCarriage({ net, draws: drawIds(portal, receipt), begin: () => sealing(), told: () => {}, ...changes });
}

const isPart = ({ path }: Call) => path.includes("/parts/");
const idOf = ({ path }: Call) => path.split("/")[2] ?? "";
const nameOf = ({ path }: Call) => path.split("/")[4] ?? "";
const ids = (net: Shore) => [...new Set(net.calls.map(idOf))];

/** Everything that intake must hold at the end: the parts of one stream, which opens, and no others under that ID. */
async function arrived(net: Shore, carriage: Carriage): Promise<void> {
  const { draws, attachments } = carriage.carried() ?? assert.fail("not carried");
  const held = net.parts.get(draws.draws[0]?.id ?? "") ?? assert.fail("nothing under the ID");
  assert.equal(held.size, attachments.mebibytes);
  const stream = Array.from({ length: attachments.mebibytes }, (_, at) => {
    return held.get(toBase64url(partName(attachments.seed, PORTAL, at))) ?? assert.fail(`part ${at}`);
  });
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityText(attachments.seed));
  assert.equal((await decrypter.decrypt(join(...stream))).length, plaintextLength(attachments.mebibytes));
}

test("parts go in order, one after the other, each once, and nothing else is asked", async () => {
  const net = shore();
  const carriage = loaded(net);
  assert.equal(carriage.carried(), null);
  assert.ok(await carriage.run(PATIENT));
  await arrived(net, carriage);
  assert.deepEqual(
    net.calls.map(({ method, body, headers }) => [method, body.length, headers]),
    Array.from({ length: PARTS }, () => ["PUT", MEBIBYTE, {}]),
  );
  const { seed } = carriage.carried()?.attachments ?? assert.fail();
  assert.deepEqual(
    net.calls.map(nameOf),
    [0, 1].map((at) => toBase64url(partName(seed, PORTAL, at))),
  );
  assert.deepEqual(ids(net), [drawIdOf(carriage)]);
  await carriage.run(PATIENT);
  assert.equal(net.calls.length, PARTS);
});

function drawIdOf(carriage: Carriage): string {
  return carriage.carried()?.draws.draws[0]?.id ?? assert.fail();
}

const PASSING: Record<string, Fate> = {
  "a line that breaks": "request lost",
  "an answer that gets lost": "answer lost",
  "a server that starts again": answer(502, new Uint8Array(0)),
  "too-many": { ...refused("too-many", 429), after: 30 },
  closed: refused("closed", 503),
  unavailable: { ...refused("unavailable", 503), after: 30 },
  "storage-full": { ...refused("storage-full", 507), after: 30 },
  internal: refused("internal", 500),
};

for (const [what, fate] of Object.entries(PASSING)) {
  test(`after ${what}, the very same part is sent again, and the rest as ever`, async () => {
    for (let at = 0; at < PARTS; at++) {
      const net = shore();
      net.fate = (_, number) => (number >= at && number < at + 4 ? fate : undefined);
      const met: [string, number, number][] = [];
      const carriage = loaded(net);
      const trouble = async ({ code, after }: ClientError, failures: number) => met.push([code, after, failures]) > 0;
      assert.ok(await carriage.run({ ...PATIENT, trouble }));
      await arrived(net, carriage);
      assert.equal(net.calls.length, PARTS + 4);
      assert.deepEqual(
        met.map(([, , failures]) => failures),
        [0, 1, 2, 3],
      );
      if (typeof fate === "object") assert.ok(met.every(([, after]) => after === (fate.after ?? 0)));
      const again = net.calls.slice(at, at + 5);
      assert.ok(
        again.every((call) => equal(call.body, again[0]?.body ?? assert.fail()) && call.path === again[0]?.path),
      );
    }
  });
}

test("who does not want to wait can go, and what was sent is not sent again later", async () => {
  const net = shore();
  net.fate = (_, number) => (number === 1 ? "answer lost" : undefined);
  const carriage = loaded(net);
  assert.equal(await carriage.run({ ...PATIENT, trouble: async () => false }), false);
  assert.equal(carriage.carried(), null);
  assert.ok(await carriage.run(PATIENT));
  await arrived(net, carriage);
  assert.equal(net.calls.length, PARTS + 1);
});

test("a conflict at any part leads to another ID, a fresh seed and all parts again", async () => {
  for (let at = 0; at < PARTS; at++) {
    const net = shore();
    net.fate = (_, number) => (number === at ? refused("conflict") : undefined);
    const carriage = loaded(net);
    assert.ok(await carriage.run(PATIENT));
    await arrived(net, carriage);
    assert.equal(net.calls.length, at + 1 + PARTS);
    assert.equal(ids(net).length, 2);
    const [before, after] = [net.calls.slice(0, at + 1), net.calls.slice(at + 1)];
    assert.deepEqual(new Set(after.map(idOf)), new Set([drawIdOf(carriage)]));
    const names = new Set(before.map(nameOf));
    assert.ok(!after.some((call) => names.has(nameOf(call))));
  }
});

test("a server that calls everything taken learns three IDs, and none more however often it is tried", async () => {
  const net = shore();
  net.fate = () => refused("conflict");
  const carriage = loaded(net);
  for (let round = 0; round < 3; round++) {
    assert.equal(await laterRefusal(() => carriage.run(PATIENT)), "conflict");
    assert.equal(ids(net).length, 3);
    assert.equal(net.calls.length, 3);
  }
  assert.equal(carriage.restart(), false);
});

test("what cannot be helped by trying again is said at once, and nothing more is sent", async () => {
  for (const code of ["too-many-parts", "too-large", "bad-id", "wrong-length", "not-found"]) {
    const net = shore();
    net.fate = (_, number) => (number === 1 ? refused(code, 413) : undefined);
    const trouble = () => assert.fail("asked to wait");
    assert.equal(await laterRefusal(() => loaded(net).run({ ...PATIENT, trouble })), code);
    assert.equal(net.calls.length, 2);
  }
});

test("only a 204 means stored", async () => {
  for (const status of [200, 201, 202, 304]) {
    const net = shore();
    net.fate = (_, number) => (number === 0 ? answer(status, new Uint8Array(0)) : undefined);
    const carriage = loaded(net);
    assert.ok(await carriage.run(PATIENT));
    assert.equal(net.calls.length, PARTS + 1);
    await arrived(net, carriage);
  }
});

test("an interrupted part is sent again whole, once the person goes on", async () => {
  const net = shore();
  const carriage = loaded(net);
  let [asked, waited] = [0, 0];
  net.fate = (_, number) => (number === 1 ? (carriage.interrupt(), undefined) : undefined);
  const ready = async () => {
    asked++;
    if (net.calls.length === 2) waited++;
    return true;
  };
  assert.ok(await carriage.run({ ready, trouble: () => assert.fail("no refusal") }));
  await arrived(net, carriage);
  assert.equal(net.calls.length, PARTS + 1);
  assert.ok(equal(net.calls[1]?.body ?? assert.fail(), net.calls[2]?.body ?? assert.fail()));
  assert.equal(waited, 1);
  assert.ok(asked > PARTS);
});

test("no more than two parts are held at any time", async () => {
  const net = shore();
  let [given, stored, most] = [0, 0, 0];
  const begin = () => {
    const sealer = sealing([file(11_000_000)]);
    return { ...sealer, next: (spare?: Uint8Array) => ((most = Math.max(most, ++given - stored)), sealer.next(spare)) };
  };
  await loaded(net, { begin, told: (_, done) => (stored = done) }).run(PATIENT);
  assert.equal(net.calls.length, 12);
  assert.equal(most, 2);
});

test("giving up deletes what is stored by the tokens of the IDs that were used, and of no others", async () => {
  const net = shore();
  net.fate = (_, number) => (number === 1 ? refused("conflict") : undefined);
  const draws = drawIds(portal, receipt);
  const carriage = loaded(net, { draws });
  let left = 4;
  assert.equal(await carriage.run({ ...PATIENT, ready: async () => left-- > 0 }), false);
  assert.equal(net.parts.size, 2);
  await carriage.undo();
  assert.equal(net.parts.size, 0);
  const { method, path, body } = net.calls.at(-1) ?? assert.fail();
  assert.deepEqual([method, path, body.length], ["POST", "/submissions/delete", 32]);
  assert.equal(carriage.carried(), null);
});

test("who gives up before anything was sent asks for nothing", async () => {
  const net = shore();
  await loaded(net).undo();
  const carriage = loaded(net);
  await carriage.run({ ...PATIENT, ready: async () => false });
  await carriage.undo();
  assert.equal(net.calls.length, 0);
});

test("a deletion that is refused is not taken for one that was done", async () => {
  const net = shore();
  const carriage = loaded(net);
  await carriage.run(PATIENT);
  net.fate = () => "request lost";
  assert.equal(await laterRefusal(() => carriage.undo()), "line");
});

test("what was dropped on its way sends nothing more, and nobody hears of it again", async () => {
  const net = shore();
  const carriage = loaded(net);
  net.fate = (_, number) => (number === 0 ? (carriage.drop(), undefined) : undefined);
  let ended = false;
  void carriage.run(PATIENT).finally(() => (ended = true));
  for (let turn = 0; turn < 1_000; turn++) await new Promise((later) => setImmediate(later));
  assert.deepEqual([net.calls.length, ended, carriage.carried()], [1, false, null]);
});

test("a file that changed stops everything, and is named by its place", async () => {
  const net = shore();
  const files = [file(1_500_000), { ...file(600_000), size: 600_001 }];
  await assert.rejects(
    loaded(net, { begin: () => sealing(files) }).run(PATIENT),
    (error) => error instanceof FileError && error.code === "file-changed" && error.at === 1 && !error.retry,
  );
});

test("the seal that breaks is no refusal that could pass", async () => {
  const net = shore();
  const begin = () => ({ next: () => Promise.reject(new ClientError("worker", false)), stop: () => {} });
  assert.equal(await laterRefusal(() => loaded(net, { begin }).run(PATIENT)), "worker");
  assert.equal(net.calls.length, 0);
});

test("what is told never runs ahead: sealed and stored parts, from nothing to all", async () => {
  const net = shore();
  net.fate = (_, number) => (number === 1 ? refused("conflict") : undefined);
  const told: [number, number][] = [];
  await loaded(net, { told: (sealed, stored) => told.push([sealed, stored]) }).run(PATIENT);
  assert.ok(told.every(([sealed, stored]) => stored <= sealed && sealed <= stored + 2));
  assert.deepEqual(told.at(-1), [PARTS, PARTS]);
  assert.ok(told.some(([sealed, stored], at) => at > 0 && sealed === 0 && stored === 0));
});

const draft: Draft = {
  committees: ["cat"],
  excluded: [],
  conflicts: [],
  language: "ar",
  answers: { account: "words" },
  questionnaire: toBase64url(new Uint8Array(32)),
};

async function sentAfter(net: Shore, carriage: Carriage): Promise<void> {
  const { draws, attachments } = carriage.carried() ?? assert.fail();
  await send(net, await sealAccount(portal, receipt, { ...draft, draws, attachments }));
}

test("the message follows its parts under their ID and announces them; sealed again, it finds them there", async () => {
  const net = shore();
  const carriage = loaded(net);
  await carriage.run(PATIENT);
  net.fate = (call) => (isPart(call) ? undefined : refused("epoch-over"));
  assert.equal(await laterRefusal(() => sentAfter(net, carriage)), "epoch-over");
  net.fate = () => undefined;
  await carriage.run(PATIENT);
  await sentAfter(net, carriage);
  assert.equal(net.calls.filter(isPart).length, PARTS);
  assert.deepEqual([...net.envelopes.keys()], [drawIdOf(carriage)]);
  assert.deepEqual(ids(net), [drawIdOf(carriage)]);
});

test("a message whose parts are gone, or whose ID is taken, begins again under another one", async () => {
  for (const code of ["parts-missing", "conflict"]) {
    const net = shore();
    const carriage = loaded(net);
    await carriage.run(PATIENT);
    if (code === "parts-missing") net.forgetParts();
    else net.fate = (_, number) => (number === PARTS ? refused(code) : undefined);
    assert.equal(await laterRefusal(() => sentAfter(net, carriage)), code);
    assert.ok(carriage.restart());
    assert.equal(carriage.carried(), null);
    await carriage.run(PATIENT);
    await sentAfter(net, carriage);
    await arrived(net, carriage);
    assert.deepEqual([...net.envelopes.keys()], [drawIdOf(carriage)]);
    assert.equal(ids(net).length, 2);
  }
});

/** All that a network sees of sending: who asks what, how long it is. */
async function seen(draws: Draws, files: readonly FileSource[], changes: Partial<Draft>): Promise<unknown> {
  const net = shore();
  const carriage = loaded(net, { draws, begin: () => sealing(files) });
  await carriage.run(PATIENT);
  const { draws: used, attachments } = carriage.carried() ?? assert.fail();
  await send(net, await sealAccount(portal, receipt, { ...draft, ...changes, draws: used, attachments }));
  return net.calls.map(({ method, path, headers, body }) => [method, path.length, headers, body.length]);
}

test("two people with as many parts send alike, whatever they choose, write, and call their files", async () => {
  const one = await seen(drawIds(portal, receipt), [file(2_000_000, "a")], {});
  const many = Array.from({ length: 60 }, (_, at) => file(20_000 + at, `${"ملف".repeat(40)} ${at}.jpeg`));
  const other = { committees: ["cmw", "desk"], language: "fr", answers: { account: "x".repeat(200) } } as const;
  assert.deepEqual(await seen(drawIds(portal, newReceipt()), many, other), one);
  assert.notDeepEqual(await seen(drawIds(portal, receipt), [file(2_100_000)], {}), one);
});

test("what is foreseen of files takes as many bytes as what is known in the end", async () => {
  const files = [file(0, "empty"), file(1_234_567, "صورة".repeat(90)), file(3, "../c\u202e.txt")];
  const net = shore();
  const carriage = loaded(net, { begin: () => sealing(files) });
  await carriage.run(PATIENT);
  const known = carriage.carried()?.attachments ?? assert.fail();
  const length = (one: typeof known) => encodeJson(attachmentsToJson(one)).length;
  assert.equal(length(foreseen(files)), length(known));
});
