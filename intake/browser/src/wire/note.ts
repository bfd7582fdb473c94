/** C2SP signed notes, two lines of text and their signatures (FORMAT.md 3). */

import { FormatError } from "../errors.ts";
import { fromPaddedBase64, toPaddedBase64 } from "./base64.ts";
import { fromUtf8, join, utf8 } from "./bytes.ts";
import { sha256 } from "./digest.ts";
import { firstLine, type What } from "./labels.ts";

const MOST_NOTE = 32 * 1024 * 1024;
const MOST_SIGNATURES = 32;
const LINE = /^\u2014 ([a-z][a-z0-9_-]{0,31}) ([A-Za-z0-9+/]+={0,2})$/u;
const ED25519 = Uint8Array.of(0x01);

/** One signature line: the signer's name, 4 bytes of key id, 64 bytes of Ed25519. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A text and who says to have signed it; nothing is verified here. */
export interface Note {
  readonly text: Uint8Array;
  readonly signatures: readonly NoteSignature[];
}

/**
 * Splits at the last empty line; refuses a name that stands twice and anything else out of form.
 *
 * More than `most` bytes, the cap of the label that is expected, are not looked at.
 */
export function parseNote(data: Uint8Array, most = MOST_NOTE): Note {
  if (data.length > most) throw new FormatError("note longer than allowed");
  const whole = decode(data);
  const gap = whole.lastIndexOf("\n\n");
  if (gap < 0 || !whole.endsWith("\n")) throw new FormatError("note");
  const rows = whole.slice(gap + 2, -1).split("\n");
  if (rows.length > MOST_SIGNATURES) throw new FormatError("note signatures");
  const signatures = rows.map(parseLine);
  const names = new Set(signatures.map((one) => one.name));
  if (names.size !== signatures.length) throw new FormatError("note signatures", "signer-twice");
  return { text: utf8(whole.slice(0, gap + 1)), signatures };
}

/** The text, an empty line, the signature lines. */
export function encodeNote(note: Note): Uint8Array {
  const lines = note.signatures.map((one) => `\u2014 ${one.name} ${toPaddedBase64(join(one.keyId, one.signature))}\n`);
  return join(note.text, utf8(`\n${lines.join("")}`));
}

/** SHA-256 of the text without signatures (32 bytes). */
export function noteHash(note: Note): Uint8Array {
  return sha256(note.text);
}

/** The first 4 bytes of SHA-256(name, line feed, 0x01, key). */
export function keyId(name: string, key: Uint8Array): Uint8Array {
  return sha256(join(utf8(`${name}\n`), ED25519, key)).slice(0, 4);
}

/** The text of a note: the label line and one line of JSON. */
export function composeNote(what: What, portal: string, json: Uint8Array): Uint8Array {
  return join(utf8(`${firstLine(what, portal)}\n`), json, utf8("\n"));
}

/** The JSON line of a note, which must carry exactly this label and portal. */
export function noteBody(note: Note, what: What, portal: string): Uint8Array {
  const [label, json, rest, ...more] = fromUtf8(note.text).split("\n");
  if (label !== firstLine(what, portal) || json === undefined || rest !== "" || more.length > 0) {
    throw new FormatError(`note label ${what}`);
  }
  return utf8(json);
}

function decode(data: Uint8Array): string {
  try {
    return fromUtf8(data);
  } catch {
    throw new FormatError("note");
  }
}

function parseLine(line: string): NoteSignature {
  const found = LINE.exec(line);
  if (!found?.[1] || !found[2]) throw new FormatError("note signature line");
  const data = fromPaddedBase64(found[2]);
  if (data.length !== 68) throw new FormatError("note signature line");
  return { name: found[1], keyId: data.slice(0, 4), signature: data.slice(4) };
}
