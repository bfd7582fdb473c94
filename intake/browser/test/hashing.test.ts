/** SHA-256 of files, here and through a port: known values, every border of a block, other splits, slow and false ends. */

import assert from "node:assert/strict";
import { createHash, randomInt } from "node:crypto";
import { test, type TestContext } from "node:test";

import { attach, type Part } from "../src/client/attach.ts";
import {
  atOnceIfShort,
  type Emptied,
  type Filled,
  type Hash,
  hashingAt,
  type NewHash,
  type Port,
} from "../src/client/hashing.ts";
import { hashFor, hashHere } from "../src/client/sha256.ts";
import { join, utf8 } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import { PORTAL } from "./world.ts";

const BUFFER = 256 * 1024;
const SHORT = 8 * 1024 * 1024;
const KNOWN: Readonly<Record<string, string>> = {
  "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  abc: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq:
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ["a".repeat(1_000_000)]: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
};
const LENGTHS = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 70_001, BUFFER - 1, BUFFER, BUFFER + 1];

type End = (port: Port<Filled, Emptied>) => void;

/** Hashes through a port, at whose other end `end` listens. */
function through(context: TestContext, end: End = hashFor): NewHash {
  const { port1, port2 } = new MessageChannel();
  context.after(() => port1.close());
  end(port2 as unknown as Port<Filled, Emptied>);
  return hashingAt(port1 as unknown as Port<Emptied, Filled>);
}

function ways(context: TestContext): readonly NewHash[] {
  return [hashHere, through(context)];
}

async function hex(hash: Hash, pieces: readonly Uint8Array[]): Promise<string> {
  for (const piece of pieces) await hash.update(piece);
  return Buffer.from(await hash.digest()).toString("hex");
}

function varied(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => Math.imul(at + 1, 2_654_435_761) >>> 24);
}

function split(bytes: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, end; at < bytes.length; at = end) {
    end = at + randomInt(1, Math.min(bytes.length, 100_000) + 1);
    pieces.push(bytes.subarray(at, end));
  }
  return pieces;
}

test("the published values come out, here and through a port", async (context) => {
  for (const newHash of ways(context)) {
    for (const [text, digest] of Object.entries(KNOWN)) assert.equal(await hex(newHash(), [utf8(text)]), digest);
  }
});

test("whatever the length and the splits, two other implementations say the same", async (context) => {
  for (const newHash of ways(context)) {
    for (const length of [...LENGTHS, ...Array.from({ length: 20 }, () => randomInt(700_000))]) {
      const bytes = varied(length);
      const pieces = split(bytes);
      const said = await hex(newHash(), pieces);
      const where = pieces.map((piece) => piece.length).join(" ");
      assert.equal(said, createHash("sha256").update(bytes).digest("hex"), where);
      assert.equal(said, Buffer.from(sha256(bytes)).toString("hex"), where);
    }
  }
});

test("the length in bits may be more than 32 bits long", async () => {
  const piece = varied(1024 * 1024);
  const [hash, other] = [hashHere(), createHash("sha256")];
  for (let at = 0; at < 513; at++) {
    await hash.update(piece);
    other.update(piece);
  }
  assert.equal(await hex(hash, []), other.digest("hex"));
});

test("what was given may be changed at once, and an empty piece changes nothing", async (context) => {
  for (const newHash of ways(context)) {
    const hash = newHash();
    const bytes = varied(100_000);
    const digest = createHash("sha256").update(bytes).digest("hex");
    await hash.update(bytes);
    bytes.fill(0);
    assert.equal(await hex(hash, [new Uint8Array(0)]), digest);
  }
});

test("a slow end is waited for, with no more than 1 MiB on its way", async (context) => {
  const waiting: Filled[] = [];
  let answer = (_: Filled) => {};
  const hash = through(context, (port) => {
    hashFor(port);
    const { onmessage } = port;
    answer = (data) => onmessage?.({ data } as MessageEvent<Filled>);
    port.onmessage = ({ data }) => void waiting.push(data);
  })();
  const bytes = varied(3 * 1024 * 1024);
  const digest = hex(hash, [bytes]);
  for (let left = bytes.length / BUFFER + 1; left > 0;) {
    await new Promise((later) => setTimeout(later, 20));
    assert.ok(waiting.length > 0 && waiting.length <= 4, `${waiting.length}`);
    for (const one of waiting.splice(0)) {
      answer(one);
      left--;
    }
  }
  assert.equal(await digest, createHash("sha256").update(bytes).digest("hex"));
});

test("a digest of another number of bytes is refused", async (context) => {
  const losing = (port: Port<Filled, Emptied>) => {
    hashFor(port);
    const { onmessage } = port;
    port.onmessage = ({ data }) =>
      onmessage?.({ data: { ...data, length: Math.max(0, data.length - 1) } } as MessageEvent<Filled>);
  };
  await assert.rejects(hex(through(context, losing)(), [varied(5)]), /number of bytes/);
  await hex(through(context, losing)(), []);
});

/** The digest of `length` bytes, of which `said` were announced, and which way made it. */
async function wayOf(length: number, said: number | undefined): Promise<[string, string]> {
  let way = "at once";
  const newHash = atOnceIfShort(() => ((way = "other"), hashHere()));
  return [await hex(newHash(said), split(varied(length))), way];
}

test("up to 8 MiB a file is hashed by the browser, a longer one and one of unknown length as before", async () => {
  for (const length of [...LENGTHS, SHORT - 1, SHORT, SHORT + 1]) {
    const digest = createHash("sha256").update(varied(length)).digest("hex");
    assert.deepEqual(await wayOf(length, length), [digest, length > SHORT ? "other" : "at once"]);
    assert.deepEqual(await wayOf(length, undefined), [digest, "other"]);
  }
});

test("where the browser has no hash of its own, short files are hashed as before", async () => {
  const without = Object.getOwnPropertyDescriptor(globalThis, "crypto") as PropertyDescriptor;
  Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
  try {
    const newHash = atOnceIfShort(hashHere);
    assert.equal(await hex(newHash(3), [utf8("abc")]), KNOWN["abc"]);
  } finally {
    Object.defineProperty(globalThis, "crypto", without);
  }
});

test("nothing of a short file stays in memory once its hash is known, and the next one has its own", async () => {
  let held = new Uint8Array();
  const digest: SubtleCrypto["digest"] = (algorithm, data) => {
    held = data as typeof held;
    return crypto.subtle.digest(algorithm, data);
  };
  const newHash = atOnceIfShort(hashHere, { digest } as SubtleCrypto);
  for (const length of [100_000, 70_001, 0, 1]) {
    const expected = createHash("sha256").update(varied(length)).digest("hex");
    assert.equal(await hex(newHash(length), split(varied(length))), expected);
    assert.equal(held.length, length);
    assert.ok(held.every((byte) => byte === 0));
  }
});

test("through ports and at once, each file and the stream have the hash of the bytes that lie in the stream", async (context) => {
  const files = [varied(1_500_000), new Uint8Array(0), varied(1), varied(BUFFER), varied(SHORT + 1), varied(2)];
  const sources = files.map((data) => ({
    name: "a",
    type: "",
    size: data.length,
    stream: () => new Blob([data as Uint8Array<ArrayBuffer>]).stream(),
  }));
  const given = attach(PORTAL, sources, { files: atOnceIfShort(through(context)), stream: through(context) });
  const parts: Part[] = [];
  let next = await given.next();
  for (; !next.done; next = await given.next()) parts.push(next.value);
  const { sha256: ofStream, files: carried } = next.value;
  assert.deepEqual(ofStream, sha256(join(...parts.map(({ data }) => data))));
  assert.deepEqual(
    carried.map((one) => one.sha256),
    files.map((data) => sha256(data)),
  );
});
