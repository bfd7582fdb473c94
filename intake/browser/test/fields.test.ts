import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBareBase64, fromBase64url, fromPaddedBase64, toBase64url } from "../src/wire/base64.ts";
import { utf8 } from "../src/wire/bytes.ts";
import { daysBetween, isDay, isEpochId } from "../src/wire/calendar.ts";
import { encodeJson, Members, parseJson } from "../src/wire/fields.ts";
import { refusal } from "./refusal.ts";

const refusesJson = (text: string) => refusal(() => parseJson(utf8(text), 1_000)) === "bad-format";

test("json longer than its cap is refused before it is read", () => {
  parseJson(utf8('{"a":1}'), 7);
  assert.equal(
    refusal(() => parseJson(utf8('{"a":1}'), 6)),
    "bad-format",
  );
});

test("json that nests a million deep is refused, not a crash", () => {
  const deep = utf8(`{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}`);
  assert.equal(
    refusal(() => parseJson(deep, 1e7)),
    "bad-format",
  );
});

test("json that is not UTF-8 is refused", () => {
  assert.equal(
    refusal(() => parseJson(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 100)),
    "bad-format",
  );
});

test("a number past 2^53 is refused in every spelling that would come back the same", () => {
  assert.ok(
    ["1e+21", "9007199254740993", "9007199254740992", "-9007199254740992"].every((n) => refusesJson(`{"a":${n}}`)),
  );
});

test("half a character is refused when reading and when writing", () => {
  assert.ok(refusesJson('{"a":"\\ud83d"}'));
  assert.equal(
    refusal(() => encodeJson({ a: "\ud83d" })),
    "bad-format",
  );
  assert.deepEqual(encodeJson({ a: "\u{1f54a}" }), utf8('{"a":"\u{1f54a}"}'));
});

test("names of an object's own machinery are no members", () => {
  const members = new Members({}, "empty");
  for (const name of ["constructor", "to_string", "__proto__"])
    assert.equal(
      refusal(() => members.take(name)),
      "bad-format",
    );
});

test("a member that nobody asked for is refused at the end", () => {
  const members = new Members({ a: 1, b: 2 }, "two");
  members.integer("a", 1);
  assert.equal(
    refusal(() => members.end()),
    "bad-format",
  );
  members.integer("b", 1);
  members.end();
});

test("lengths of text count characters, not halves of them", () => {
  assert.equal(new Members({ a: "\u{1f54a}\u{1f54a}" }, "birds").text("a", 2), "\u{1f54a}\u{1f54a}");
  assert.equal(
    refusal(() => new Members({ a: "\u{1f54a}\u{1f54a}" }, "birds").text("a", 1)),
    "bad-format",
  );
});

test("an integer is no boolean, no text, and stays in its range", () => {
  for (const value of [true, "1", null, 0, 4]) {
    assert.equal(
      refusal(() => new Members({ a: value }, "range").integer("a", 1, 3)),
      "bad-format",
    );
  }
});

test("a list takes no value twice and no more than its cap", () => {
  assert.equal(
    refusal(() => new Members({ a: ["x", "x"] }, "list").names("a", 5)),
    "bad-format",
  );
  assert.equal(
    refusal(() => new Members({ a: ["x", "y"] }, "list").names("a", 1)),
    "bad-format",
  );
  assert.equal(
    refusal(() => new Members({ a: ["FRA"] }, "list").countries("a", 5)),
    "bad-format",
  );
});

test("base64 has one spelling: no padding where none is due, no spare bits, no spaces, no other alphabet", () => {
  assert.deepEqual(fromBase64url("-_8"), Uint8Array.of(0xfb, 0xff));
  for (const text of ["-_8=", "-_9", "-_ 8", "+/8", "-", "-_8\n"])
    assert.equal(
      refusal(() => fromBase64url(text)),
      "bad-format",
    );
  for (const text of ["+/8=", "+/9", "-_8", "+/ 8"])
    assert.equal(
      refusal(() => fromBareBase64(text)),
      "bad-format",
    );
  for (const text of ["+/8", "+/9=", "+/8==", "+/8=\n"])
    assert.equal(
      refusal(() => fromPaddedBase64(text)),
      "bad-format",
    );
});

test("base64url of another length is refused", () => {
  assert.equal(
    refusal(() => fromBase64url(toBase64url(new Uint8Array(31)), 32)),
    "bad-format",
  );
});

test("a day is a real date and nothing else", () => {
  assert.ok(["2026-11-24", "2024-02-29", "0001-01-01", "9999-12-31"].every(isDay));
  const wrong = [
    "2026-02-29",
    "2026-13-01",
    "2026-00-10",
    "2026-11-31",
    "2026-1-01",
    "26-11-24",
    "0000-01-01",
    " 2026-11-24",
  ];
  for (const day of [...wrong, "2026-11-24T00:00", "٢٠٢٦-١١-٢٤", "2026-11-24\n", ""]) assert.ok(!isDay(day), day);
});

test("an epoch is a month", () => {
  assert.ok(isEpochId("2026-11") && !isEpochId("2026-13") && !isEpochId("2026-00") && !isEpochId("2026-11-01"));
});

test("days are counted over leap years and summer time", () => {
  assert.equal(daysBetween("2026-11-24", "2027-03-04"), 100);
});

test("a long document is refused before it is parsed when it holds more than one comma for each 16 bytes", () => {
  const dense = utf8(`{"a":[${"1,".repeat(600_000)}1]}`);
  const sparse = utf8(`{"a":[${'"aaaaaaaaaaaaa",'.repeat(80_000)}""]}`);
  assert.equal(
    refusal(() => parseJson(dense, 8_000_000)),
    "bad-format",
  );
  assert.equal((parseJson(sparse, 8_000_000).a as unknown[]).length, 80_001);
  assert.equal((parseJson(utf8(`{"a":[${"1,".repeat(200_000)}1]}`), 8_000_000).a as unknown[]).length, 200_001);
});
