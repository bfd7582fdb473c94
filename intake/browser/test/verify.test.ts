import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ed25519 } from "@noble/curves/ed25519.js";

import { sign } from "../src/client/receipt_keys.ts";
import { holds, noteSigners, verify } from "../src/public/verify.ts";
import { utf8 } from "../src/wire/bytes.ts";
import type { What } from "../src/wire/labels.ts";
import { encodeNote, noteBody, parseNote } from "../src/wire/note.ts";
import { refusal } from "./refusal.ts";
import { NOTE, PORTAL, seed } from "./world.ts";

interface Edge {
  readonly name: string;
  readonly key: string;
  readonly signature: string;
  readonly ok: boolean;
}

const edges = JSON.parse(readFileSync("../../tests/vectors/ed25519.json", "utf-8")) as {
  message: string;
  cases: readonly Edge[];
};
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

for (const edge of edges.cases) {
  test(`the same answer as libsodium: ${edge.name}`, () => {
    assert.equal(holds(bytes(edges.message), bytes(edge.signature), bytes(edge.key)), edge.ok);
  });
}

test("noble alone would have taken signatures that libsodium refuses", () => {
  const taken = edges.cases.filter((edge) =>
    ed25519.verify(bytes(edge.signature), bytes(edges.message), bytes(edge.key), { zip215: false }),
  );
  assert.ok(taken.length > edges.cases.filter((edge) => edge.ok).length);
});

test("a signature holds for its bytes, label, portal and key only", () => {
  const data = utf8("words");
  const key = ed25519.getPublicKey(seed("a"));
  const signature = sign("reply", PORTAL, data, seed("a"));
  const check = (what: What, portal: string, words: string, by = key, made = signature) =>
    refusal(() => verify(what, portal, utf8(words), made, by));
  verify("reply", PORTAL, data, signature, key);
  assert.equal(check("message", PORTAL, "words"), "bad-signature");
  assert.equal(check("reply", "other.portal", "words"), "bad-signature");
  assert.equal(check("reply", PORTAL, "Words"), "bad-signature");
  assert.equal(check("reply", PORTAL, "words", ed25519.getPublicKey(seed("b"))), "bad-signature");
  assert.equal(check("reply", PORTAL, "words", key.subarray(1)), "bad-signature");
  assert.equal(check("reply", PORTAL, "words", key, signature.subarray(1)), "bad-signature");
});

const roots = ["root-1", "root-2", "root-3"].map((name) => ({ name, key: ed25519.getPublicKey(seed(name)) }));
const text = new TextDecoder().decode(encodeNote(NOTE));

test("the signers of a note are those whose name and key id stand there", () => {
  assert.deepEqual(
    noteSigners(NOTE, roots).map(({ name }) => name),
    ["root-1", "root-2"],
  );
  const underOther = roots.map(({ key }) => ({ name: "other", key }));
  assert.deepEqual(noteSigners(NOTE, underOther), []);
});

test("a note comes back byte for byte, and one changed byte of text is refused", () => {
  assert.deepEqual(encodeNote(parseNote(utf8(text))), utf8(text));
  const bent = parseNote(utf8(text.replace("Committee cat", "Committee Cat")));
  assert.equal(
    refusal(() => noteSigners(bent, roots)),
    "bad-signature",
  );
});

test("a note gives its json only under its own label and portal", () => {
  noteBody(NOTE, "directory", PORTAL);
  assert.equal(
    refusal(() => noteBody(NOTE, "day", PORTAL)),
    "bad-format",
  );
  assert.equal(
    refusal(() => noteBody(NOTE, "directory", "other.portal")),
    "bad-format",
  );
  const longer = { ...NOTE, text: utf8(`${new TextDecoder().decode(NOTE.text)}more\n`) };
  assert.equal(
    refusal(() => noteBody(longer, "directory", PORTAL)),
    "bad-format",
  );
});
