import assert from "node:assert/strict";
import { test } from "node:test";

import { randomBytes } from "../src/public/random.ts";
import { formatDigits, parseDigits } from "../src/wire/receipt.ts";
import { refusal } from "./refusal.ts";

const someReceipts = Array.from({ length: 40 }, () => randomBytes(16));
const plain = (receipt: Uint8Array) => formatDigits(receipt).replaceAll(" ", "");
const isRefused = (digits: string) => ["receipt-check", "receipt-range"].includes(refusal(() => parseDigits(digits)));

test("a receipt comes back from its digits", () => {
  for (const receipt of someReceipts) {
    assert.match(formatDigits(receipt), /^\d{4}( \d{4}){9}$/);
    assert.deepEqual(parseDigits(formatDigits(receipt)), receipt);
  }
});

test("every wrong digit at every place is found", () => {
  for (const digits of someReceipts.map(plain)) {
    for (let at = 0; at < digits.length; at++) {
      for (const wrong of "0123456789".replace(digits.charAt(at), "")) {
        assert.ok(isRefused(digits.slice(0, at) + wrong + digits.slice(at + 1)));
      }
    }
  }
});

test("every swap of two different neighbours is found, the check digit's too", () => {
  let swaps = 0;
  for (const digits of someReceipts.map(plain)) {
    for (let at = 0; at + 1 < digits.length; at++) {
      const [a, b] = [digits.charAt(at), digits.charAt(at + 1)];
      if (a === b) continue;
      swaps++;
      assert.ok(isRefused(digits.slice(0, at) + b + a + digits.slice(at + 2)));
    }
  }
  assert.ok(swaps > 1_000);
});

test("the digits of every script that this machine can write are read", () => {
  const receipt = someReceipts[0] ?? assert.fail();
  const systems = Intl.supportedValuesOf("numberingSystem").map((system) => `en-u-nu-${system}`);
  let scripts = 0;
  for (const locale of systems) {
    const digits = Array.from({ length: 10 }, (_, value) => new Intl.NumberFormat(locale).format(value));
    if (!digits.every((digit) => /^\p{Nd}$/u.test(digit))) continue;
    scripts++;
    const text = formatDigits(receipt).replace(/\d/g, (digit) => digits[Number(digit)] ?? "");
    assert.deepEqual(parseDigits(text), receipt, locale);
  }
  assert.ok(scripts > 50, `${scripts} scripts`);
});

test("what people and machines put between digits is ignored", () => {
  const receipt = someReceipts[0] ?? assert.fail();
  const gaps = [
    " ",
    "-",
    "\n",
    "\r\n",
    "\t",
    "\u00a0",
    "\u2009",
    "\u3000",
    "\u2010",
    "\u2013",
    "\u2014",
    "\u2212",
    "\u200e",
    "\u061c",
  ];
  for (const gap of gaps)
    assert.deepEqual(parseDigits(`${gap}${formatDigits(receipt).replaceAll(" ", gap)}${gap}`), receipt);
});

test("letters, fractions, circled and upper digits are not read as digits", () => {
  for (const wrong of ["O", "l", "½", "①", "²", "一", ".", ",", "\ud800"]) {
    assert.equal(
      refusal(() => parseDigits(plain(new Uint8Array(16)).slice(1) + wrong)),
      "receipt-characters",
    );
  }
});

test("a receipt of another length is not written", () => {
  assert.equal(
    refusal(() => formatDigits(new Uint8Array(15))),
    "receipt-count",
  );
});
