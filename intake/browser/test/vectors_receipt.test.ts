/** Receipts, case by case; twin of `tests/crypto/test_vectors_receipt.py`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { build } from "esbuild";

import { fromBase64url as data } from "../src/wire/base64.ts";
import { checkDigit, formatDigits, parseDigits } from "../src/wire/receipt.ts";
import { formatWords, parseReceipt, parseWords } from "../src/wire/receipt_words.ts";
import { refusal } from "./refusal.ts";
import { each, load } from "./vectors.ts";

interface Spelled {
  readonly name: string;
  readonly text: string;
  readonly receipt?: string;
  readonly code?: string;
}
interface Written {
  readonly name?: string;
  readonly receipt: string;
  readonly digits: string;
  readonly words: string;
}
interface Receipts {
  readonly written: readonly Written[];
  readonly zeros: readonly number[];
  readonly digits: readonly Spelled[];
  readonly words: readonly Spelled[];
}
const whole = load<Receipts>("receipt");
const plain = whole.written.map(({ digits }) => digits.replaceAll(" ", ""));
const some = whole.written[2] ?? assert.fail();

for (const kind of ["digits", "words"] as const) {
  each(`receipt in ${kind}`, whole[kind], ({ text, receipt, code }) => {
    if (receipt !== undefined) assert.deepEqual(parseReceipt(text), data(receipt));
    else
      assert.equal(
        refusal(() => parseReceipt(text)),
        code,
      );
  });
}

each("receipt in groups and in words", whole.written, ({ receipt, digits, words }) => {
  assert.equal(formatDigits(data(receipt)), digits);
  assert.equal(formatWords(data(receipt)), words);
  assert.deepEqual(parseDigits(digits), data(receipt));
  assert.deepEqual(parseWords(words), data(receipt));
});

test("no other length is written", () => {
  for (const length of [0, 15, 17, 32]) {
    for (const write of [formatDigits, formatWords]) {
      assert.equal(
        refusal(() => write(new Uint8Array(length))),
        "receipt-count",
      );
    }
  }
});

test("the digits of every script are read, and a newer Unicode only adds scripts", () => {
  const digits = plain[2] ?? assert.fail();
  for (const zero of whole.zeros) {
    const text = [...digits].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");
    assert.deepEqual(parseDigits(text), data(some.receipt), zero.toString(16));
  }
  assert.equal(whole.zeros.length, 66);
  const known = Array.from({ length: 0x110000 }, (_, code) => code).filter((code) =>
    /\p{Nd}/u.test(String.fromCodePoint(code)),
  );
  assert.ok(known.length >= 660);
  assert.equal(known.length % 10, 0);
});

const wrongDigits = (digits: string) =>
  [...digits].flatMap((right, at) =>
    [..."0123456789"]
      .filter((digit) => digit !== right)
      .map((digit) => digits.slice(0, at) + digit + digits.slice(at + 1)),
  );
const swaps = (digits: string) =>
  [...digits.slice(1)].flatMap((right, at) =>
    right === digits.charAt(at) ? [] : [digits.slice(0, at) + right + digits.charAt(at) + digits.slice(at + 2)],
  );

test("every wrong digit and every swap of neighbours is found by the check digit itself", () => {
  for (const digits of plain) {
    assert.equal(wrongDigits(digits).length, 40 * 9);
    for (const wrong of [...wrongDigits(digits), ...swaps(digits)]) {
      assert.equal(
        refusal(() => parseDigits(wrong)),
        "receipt-check",
      );
    }
  }
  assert.ok(plain.flatMap(swaps).length > 100);
});

test("a sum of the digits would find wrong digits, and miss every swap", () => {
  const sum = (digits: string) => String([...digits].reduce((all, digit) => all + Number(digit), 0) % 10);
  const endsInSum = (digits: string) => sum(digits.slice(0, -1)) === digits.slice(-1);
  const digits = (plain[2] ?? assert.fail()).slice(0, -1);
  assert.ok(!wrongDigits(digits + sum(digits)).some(endsInSum));
  assert.ok(swaps(digits).length > 20);
  assert.ok(swaps(digits).every((one) => endsInSum(one + sum(digits))));
  assert.ok(swaps(digits).every((one) => checkDigit(one) !== checkDigit(digits)));
});

async function bundled(entry: string): Promise<string> {
  const { metafile } = await build({ entryPoints: [entry], bundle: true, write: false, metafile: true, format: "esm" });
  return Object.keys(metafile.inputs).join("\n");
}

test("the page does not carry the list of words", async () => {
  const page = await bundled("src/page/main.ts");
  assert.match(page, /wire\/receipt\.ts/);
  assert.doesNotMatch(page, /bip39|receipt_words/);
  assert.match(await bundled("src/wire/receipt_words.ts"), /bip39\/wordlists\/english/);
});
