/** Vectors of what is signed as a note and of freshness; Python runs the same (`tests/crypto/test_vectors_notes.py`). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { CryptoError } from "../src/errors.ts";
import { freshness } from "../src/public/freshness.ts";
import { checkKeyFile } from "../src/public/keys.ts";
import { believe, parsePin } from "../src/public/trust.ts";
import { noteSigners, verifyNote } from "../src/public/verify.ts";
import { fromBase64url as data, toBase64url } from "../src/wire/base64.ts";
import { fromUtf8, utf8 } from "../src/wire/bytes.ts";
import { MOST_MANIFEST, parseDay, parseGone } from "../src/wire/day.ts";
import { MOST_DIRECTORY, parseDirectory } from "../src/wire/directory.ts";
import { parseEpoch } from "../src/wire/directory_parts.ts";
import type { Json } from "../src/wire/fields.ts";
import type { What } from "../src/wire/labels.ts";
import { encodeNote, noteBody, parseNote } from "../src/wire/note.ts";
import { MOST_POST, parsePost } from "../src/wire/post.ts";
import { MOST_RECORD, parseRecord } from "../src/wire/record.ts";
import { type Cases, type Change, changed, each, load } from "./vectors.ts";

type Named = Readonly<Record<string, string>>;
type Key = { readonly name: string; readonly key: string };
type Refused = { readonly name: string; readonly note: string; readonly code: string };
interface Signed extends Cases<Change> {
  readonly what: What;
  readonly portal: string;
  readonly signer: Key;
  readonly bases: Named;
  readonly notes: Named;
  readonly refused: readonly Refused[];
}
type Parser = readonly [parse: (data: Uint8Array) => object, most: number];

const PARSERS: Readonly<Record<string, Parser>> = {
  directory: [parseDirectory, MOST_DIRECTORY],
  pin: [parsePin, Infinity],
  day: [parseDay, MOST_MANIFEST],
  today: [parseDay, MOST_MANIFEST],
  gone: [parseGone, MOST_MANIFEST],
  post: [parsePost, MOST_POST],
  record: [parseRecord, MOST_RECORD],
};

const keyOf = ({ name, key }: Key) => ({ name, key: data(key) });
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
  } catch (error) {
    if (error instanceof CryptoError) return error.code;
    throw error;
  }
  return undefined;
};

type Form = {
  readonly name: string;
  readonly text?: string;
  readonly bytes?: string;
  readonly most?: number;
  readonly signers?: readonly string[];
  readonly stranger?: boolean;
  readonly code?: string;
};
const notes = load<Cases<Form> & { what: What; portal: string; json: string; keys: readonly Key[] }>("note");
each("note", notes.cases, (one) => {
  if (one.signers) assert.deepEqual(signersOf(one), one.signers);
  else
    assert.equal(
      codeOf(() => signersOf(one)),
      one.code,
    );
});

/** Who of those that are known signed it, after its text was found right. */
function signersOf(form: Form): readonly string[] {
  const raw = form.text === undefined ? data(form.bytes ?? "") : utf8(form.text);
  const note = form.most === undefined ? parseNote(raw) : parseNote(raw, form.most);
  const signers = noteSigners(note, notes.keys.map(keyOf));
  assert.equal(fromUtf8(noteBody(note, notes.what, notes.portal)), notes.json);
  assert.deepEqual(encodeNote(note), raw);
  assert.equal(signers.length < note.signatures.length, form.stranger ?? false);
  return signers.map(({ name }) => name).sort();
}

for (const [what, [parse, most]] of Object.entries(PARSERS)) {
  const whole = load<Signed>(what);
  const base = (name: string) => whole.bases[name] ?? assert.fail(name);
  each(what, whole.cases, (one) => {
    const value = changed(JSON.parse(base(one.base)), one);
    const act = () => parse(utf8(JSON.stringify(value)));
    assert.equal(codeOf(act), one.code);
    if (one.code === undefined) assert.deepEqual(asJson(act()), said(value));
  });
  for (const [name, json] of Object.entries(whole.bases)) {
    test(`${what}: what is changed is taken as it stands: ${name}`, () =>
      assert.deepEqual(asJson(parse(utf8(json))), said(JSON.parse(json))));
  }
  if (what === "directory" || what === "pin") continue;

  const read = (text: string) => {
    const note = parseNote(utf8(text), most);
    verifyNote(note, keyOf(whole.signer));
    return parse(noteBody(note, whole.what, whole.portal));
  };
  for (const [name, text] of Object.entries(whole.notes)) {
    test(`${what}: a signed note says exactly these bytes: ${name}`, () =>
      assert.deepEqual(asJson(read(text)), JSON.parse(base(name))));
  }
  each(`${what} refused`, whole.refused, ({ note, code }) =>
    assert.equal(
      codeOf(() => read(note)),
      code,
    ),
  );
}

/** What a value keeps of its JSON: a pin's version is checked and dropped. */
function said({ v: _, ...members }: Record<string, unknown>): Record<string, unknown> {
  return members;
}

/** A value as the JSON it came from: members of two words, days and bytes are spelled otherwise there. */
function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return toBase64url(value);
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, below]) => {
    if (name === "intake") return [name, asJson((below as { key: unknown }).key)];
    const spelled = name.replace(/(from|until)Day/, "$1").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [spelled, asJson(below)];
  });
  return Object.fromEntries(members) as unknown;
}

type File = { name: string; file: string; at?: number; length?: number; code?: string };
const keyFiles = load<Cases<File> & { epoch: string; files: Named }>("keyfile");
each("key file", keyFiles.cases, (one) => {
  const epoch = parseEpoch(JSON.parse(keyFiles.epoch) as Json);
  const whole = data(keyFiles.files[one.file] ?? "");
  if (one.at !== undefined) whole[one.at] = (whole[one.at] ?? 0) ^ 1;
  const file = new Uint8Array(one.length ?? whole.length);
  file.set(whole.subarray(0, file.length));
  assert.equal(
    codeOf(() => checkKeyFile(epoch, file)),
    one.code,
  );
  if (one.code === undefined) {
    const expected = [
      ["cat", file.slice(0, 1_216)],
      ["desk", file.slice(1_216)],
    ];
    assert.deepEqual([...checkKeyFile(epoch, file)], expected);
  }
});

interface Fresh {
  readonly name: string;
  readonly directory: string;
  readonly day: string;
  readonly records: readonly string[];
  readonly state: string;
  readonly newer: boolean;
  readonly forked: boolean;
}
const fresh = load<Cases<Fresh> & { pin: string; directories: Named; records: Named }>("freshness");
each("freshness", fresh.cases, ({ directory, day, records, state, newer, forked }) => {
  const note = parseNote(utf8(fresh.directories[directory] ?? ""), MOST_DIRECTORY);
  const believed = believe(parsePin(utf8(fresh.pin)), note, [], day);
  const shown = records.map((name) => parseNote(utf8(fresh.records[name] ?? ""), MOST_RECORD));
  assert.deepEqual(freshness(believed, shown), { state, newer, forked });
  assert.deepEqual(freshness(believed, [...shown].reverse()), { state, newer, forked });
});
