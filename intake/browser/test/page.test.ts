/** The parts of the form that need no page: order, room, pasted receipts, mistakes in a number, dates. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { dayFrom } from "../src/page/clock.ts";
import { opened } from "../src/page/opening.ts";
import { digitsIn, groupOfForeign, wrongGroup } from "../src/page/number.ts";
import { holdsReceipt, mayHoldReceipt, whole } from "../src/page/pasted.ts";
import { bytesOf, roundDown, roundUp, wordsIn } from "../src/page/room.ts";
import { canFollow } from "../src/page/thread.ts";
import { type Move, type Place, step } from "../src/page/walk.ts";
import { fill } from "../src/page/words.ts";
import type { ThreadItem } from "../src/client/mailbox.ts";
import { openPortal } from "../src/client/portal.ts";
import type { Verdict } from "../src/public/replies.ts";
import { toBase64url } from "../src/wire/base64.ts";
import type { Choice } from "../src/wire/message.ts";
import { noteHash } from "../src/wire/note.ts";
import { formatDigits } from "../src/wire/receipt.ts";
import { laterRefusal } from "./refusal.ts";
import { answer, CLOCK, DAY, directoryJson, honest, intake, NOON, note, NOTE, PIN, PORTAL, start } from "./world.ts";

const BYTES = Uint8Array.from({ length: 16 }, (_, at) => at * 7);
const OTHER = BYTES.map((byte) => byte + 1);
const RECEIPT = formatDigits(BYTES);
const NAMES = ["committees", "account", "danger", "check"];

test("the screens follow each other, and Back before the first leaves", () => {
  const walk = (moves: readonly Move[]) =>
    moves.reduce<Place>((place, move) => step(place, move, NAMES), { at: 0, returning: false });
  assert.equal(walk(["next", "next"]).at, 2);
  assert.equal(walk(["next", "back", "back"]).at, -1);
  assert.equal(walk(["next", "next", "next", "next"]).at, NAMES.length);
});

test("a changed answer leads back to the check, whichever way it is left", () => {
  const changing = step({ at: 3, returning: false }, { change: "account" }, NAMES);
  assert.deepEqual(changing, { at: 1, returning: true });
  for (const move of ["next", "back"] as const) {
    assert.deepEqual(step(changing, move, NAMES), { at: 3, returning: false });
  }
});

test("a receipt in a text is noticed, however it is spaced and in whatever digits", () => {
  const arabic = RECEIPT.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)));
  for (const text of [
    RECEIPT,
    `my number is ${RECEIPT}.`,
    RECEIPT.replace(/ /g, ""),
    RECEIPT.replace(/ /g, "\n"),
    RECEIPT.replace(/ /g, " - "),
    `In 2027: ${RECEIPT}, and 12 more`,
    arabic,
  ]) {
    assert.ok(mayHoldReceipt(text), text);
    assert.ok(holdsReceipt(text, BYTES), text);
  }
});

test("other numbers are no receipt", () => {
  const wrong = RECEIPT.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
  for (const text of [
    "",
    "0041 22 917 90 00",
    "1".repeat(39),
    wrong,
    RECEIPT.slice(0, -1),
    RECEIPT.replace(/ /g, " a "),
  ]) {
    assert.ok(!mayHoldReceipt(text), text);
    assert.ok(!holdsReceipt(text, BYTES), text);
  }
});

test("the number in hand is found inside a longer one too; any other number is not", () => {
  for (const text of [`1234567 ${RECEIPT}`, `${RECEIPT} 12`, `2027\n${RECEIPT}\n2028`]) {
    assert.ok(holdsReceipt(text, BYTES), text);
    assert.ok(!mayHoldReceipt(text), text);
    assert.ok(!holdsReceipt(text, OTHER), text);
  }
});

test("three hundred lists of twelve telephone numbers raise no doubt, however they are written", () => {
  for (const between of ["\n", " ", ", ", "\r\n- "]) {
    for (let list = 0; list < 300; list++) {
      const numbers = Array.from(
        { length: 12 },
        (_, at) => `+41 22 ${String(9_000_000 + (((list * 12 + at) * 7_919) % 999_983))}`,
      );
      assert.ok(!mayHoldReceipt(numbers.join(between)), numbers.join(between));
      assert.ok(!holdsReceipt(numbers.join(between), BYTES));
    }
  }
});

test("a quarter of a million digits are searched in less than a second", () => {
  for (const long of ["9".repeat(250_000), "9 ".repeat(125_000), `9${" ".repeat(250_000)}`]) {
    const began = Date.now();
    assert.ok(!mayHoldReceipt(long));
    assert.ok(!holdsReceipt(long, BYTES));
    assert.ok(Date.now() - began < 1_000);
  }
});

test("half a character becomes a mark that is seen, and whole ones stay", () => {
  assert.equal(whole("a\ud83d b\udd4a \u{1f54a} \u00e9"), "a\ufffd b\ufffd \u{1f54a} \u00e9");
});

const portalOf = (newest: typeof NOTE) =>
  openPortal(
    PIN,
    CLOCK,
    intake((call) => (call.path === "/start" ? answer(200, start(newest)) : honest(call))),
  );

function answerBy(verdict: Verdict, changes: Partial<Choice> = {}): ThreadItem {
  const routing = { committees: ["cat"], excluded: [], conflicts: [], tag: new Uint8Array(32), ...changes };
  const body = { language: "en", text: "We have read it." } as const;
  const whose = { portal: PORTAL, thread: new Uint8Array(32), committee: "cat", vault: "cat", routing };
  const reply = { id: new Uint8Array(16), kind: "text", day: DAY, body, ...whose } as const;
  return { verdict, reply, frameHash: new Uint8Array(32) };
}

test("more can be written after a genuine answer alone, and only while all its readers are there", async () => {
  const portal = await portalOf(NOTE);
  const closed = await portalOf(note(directoryJson({ committees: [] }), "root-1", "root-2"));
  assert.ok(canFollow(answerBy("genuine"), portal));
  assert.ok(!canFollow(answerBy("retired"), portal));
  assert.ok(!canFollow(answerBy("not-genuine"), portal));
  assert.ok(!canFollow(answerBy("genuine"), closed));
  assert.ok(!canFollow(answerBy("genuine", { excluded: ["cat"] }), portal));
});

test("a portal that is opened again is never an older one than before", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: NOON });
  const first = { seq: 1, hash: toBase64url(noteHash(NOTE)) };
  const second = note(directoryJson({ seq: 2, prev: first.hash, root_change: first }), "root-1", "root-2");
  let newest = NOTE;
  const net = intake((call) => (call.path === "/start" ? answer(200, start(newest)) : honest(call)));
  const { portal, reopen } = await opened(PIN, net);
  assert.equal(portal.directory.seq, 1);
  newest = second;
  assert.equal((await reopen()).directory.seq, 2);
  newest = NOTE;
  assert.equal(await laterRefusal(reopen), "sequence-too-small");
  newest = second;
  assert.equal((await reopen()).directory.seq, 2);
});

test("text takes the bytes it takes inside JSON", () => {
  assert.equal(bytesOf(""), 0);
  assert.equal(bytesOf("a"), 1);
  assert.equal(bytesOf('"\\\n'), 6);
  assert.equal(bytesOf("\u0001"), 6);
  assert.equal(bytesOf("\u0645"), 2);
  assert.equal(bytesOf("\u4e2d"), 3);
  assert.equal(bytesOf("\u{1f512}"), 4);
});

test("room is counted in words of the text, once there is enough of it", () => {
  assert.equal(wordsIn(6_000, "", "en"), 1_000);
  assert.ok(wordsIn(6_000, "", "ar") < wordsIn(6_000, "", "en"));
  const long = "incomprehensibilities ".repeat(40);
  assert.ok(Math.abs(wordsIn(22_000, long, "en") - 1_000) < 1);
});

test("room is rounded so that it never promises too much", () => {
  assert.deepEqual([0, 9, 19, 99, 104, 4_321, 43_652].map(roundDown), [0, 0, 10, 90, 100, 4_300, 43_000]);
  assert.deepEqual([0, 1, 20, 21, 399].map(roundUp), [20, 20, 20, 40, 400]);
});

test("the group with the mistake is named", () => {
  assert.equal(wrongGroup("1234 5678 901 2345")?.at, 3);
  assert.deepEqual(wrongGroup("1234-5678-90123"), { at: 3, count: 5 });
  assert.equal(wrongGroup("1234 5678"), null);
  assert.equal(wrongGroup("123456789"), null);
  assert.equal(groupOfForeign("1234 56x8"), 2);
  assert.equal(groupOfForeign("x"), 1);
  assert.equal(digitsIn("12 \u0663\u0664 x"), 4);
});

test("a date is taken in the digits of three scripts, and refused when there is no such day", () => {
  assert.equal(dayFrom("2027", "3", "27"), "2027-03-27");
  assert.equal(dayFrom("\u0662\u0660\u0662\u0667", "\u0663", "\u0662\u0667"), "2027-03-27");
  assert.equal(dayFrom("\u06f2\u06f0\u06f2\u06f7", "12", " 1 "), "2027-12-01");
  for (const [year, month, day] of [
    ["2027", "2", "29"],
    ["27", "3", "27"],
    ["2027", "13", "1"],
    ["", "", ""],
    ["2027", "x", "1"],
  ]) {
    assert.equal(dayFrom(year ?? "", month ?? "", day ?? ""), null);
  }
});

test("braces are filled, and unknown ones left", () => {
  assert.equal(fill("{count} of {all}", { count: "3" }), "3 of {all}");
});
