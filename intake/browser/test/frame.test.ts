import assert from "node:assert/strict";
import { test } from "node:test";

import { fillFrame, fitting, MESSAGE_FRAMES, OVERHEAD, parseFrame, REPLY_FRAMES } from "../src/wire/frame.ts";
import { fragments, joinFragments, parseFragment } from "../src/wire/reply.ts";
import { refusal } from "./refusal.ts";

const signature = new Uint8Array(64).fill(7);
const message = new Uint8Array(100).fill(1);
const frame = fillFrame(message, signature, MESSAGE_FRAMES);
const END = 100 + OVERHEAD;

/** Whether a frame with this byte set is refused. */
function refuses(at: number, value: number): boolean {
  const bent = Uint8Array.from(frame);
  bent[at] = value;
  return refusal(() => parseFrame(bent, MESSAGE_FRAMES)) === "bad-format";
}

test("a frame gives back its message and signature", () => {
  assert.deepEqual(parseFrame(frame, MESSAGE_FRAMES), { message, signature });
  assert.equal(OVERHEAD, 75);
});

test("a frame has the smallest size that holds it, at every border", () => {
  for (const sizes of [MESSAGE_FRAMES, REPLY_FRAMES]) {
    for (const [at, size] of sizes.entries()) {
      assert.equal(fillFrame(new Uint8Array(size - OVERHEAD), signature, sizes).length, size);
      assert.equal(fitting(size - OVERHEAD + 1, sizes), sizes[at + 1]);
    }
  }
  assert.equal(
    refusal(() => fillFrame(new Uint8Array(262_070), signature, MESSAGE_FRAMES)),
    "too-long",
  );
});

test("any byte behind the signature that is not zero is refused", () => {
  for (const at of [END, END + 1, 20_000, frame.length - 1]) assert.ok(refuses(at, 1), `${at}`);
});

test("another algorithm or length of the signature is refused", () => {
  for (const [at, value] of [
    [108, 0],
    [108, 2],
    [109, 1],
    [110, 63],
    [110, 65],
  ] as const)
    assert.ok(refuses(at, value), `${at}`);
});

test("a length that does not fit, or that a smaller frame would hold, is refused", () => {
  for (const at of [0, 1, 2, 3, 4, 5]) assert.ok(refuses(at, 1), `${at}`);
  assert.ok(refuses(7, 101));
  const wide = new Uint8Array(64 * 1024);
  wide.set(frame);
  assert.equal(
    refusal(() => parseFrame(wide, MESSAGE_FRAMES)),
    "bad-format",
  );
});

test("a frame of another size is refused", () => {
  for (const length of [0, 8, 75, 32_767, 32_769])
    assert.equal(
      refusal(() => parseFrame(new Uint8Array(length), MESSAGE_FRAMES)),
      "bad-format",
    );
  assert.equal(
    refusal(() => parseFrame(frame, REPLY_FRAMES)),
    "bad-format",
  );
});

test("a signature of another length is not put into a frame", () => {
  assert.equal(
    refusal(() => fillFrame(message, signature.subarray(1), MESSAGE_FRAMES)),
    "bad-format",
  );
});

const id = new Uint8Array(16).fill(9);
const whole = Uint8Array.from({ length: 4 * 8_174 }, (_, at) => at % 253);
const pieces = fragments(whole, id).map(parseFragment);
const [first = assert.fail(), second = assert.fail()] = pieces;

test("fragments join in any order, and the same one twice is one", () => {
  assert.equal(pieces.length, 4);
  assert.deepEqual(joinFragments([...pieces].reverse()), whole);
  assert.deepEqual(joinFragments([...pieces, second]), whole);
});

test("a missing, differing or foreign fragment is refused", () => {
  const otherData = { ...second, data: Uint8Array.from(second.data).fill(0, 5, 9) };
  const otherId = { ...second, replyId: new Uint8Array(16) };
  const faults = [
    [],
    pieces.slice(1),
    [...pieces, otherData],
    [first, otherId, ...pieces.slice(2)],
    [...pieces, { ...first, count: 2 }],
  ];
  for (const wrong of faults)
    assert.equal(
      refusal(() => joinFragments(wrong)),
      "bad-format",
    );
});

test("a fragment says a place and number that exist", () => {
  for (const [at, count] of [
    [0, 0],
    [0, 3],
    [1, 1],
    [4, 4],
    [0, 5],
  ] as const) {
    const plaintext = new Uint8Array(8_192);
    plaintext[16] = at;
    plaintext[17] = count;
    assert.equal(
      refusal(() => parseFragment(plaintext)),
      "bad-format",
      `${at} of ${count}`,
    );
  }
  assert.equal(
    refusal(() => parseFragment(new Uint8Array(8_191))),
    "bad-format",
  );
  assert.equal(
    refusal(() => fragments(new Uint8Array(8_173), id)),
    "bad-format",
  );
});
