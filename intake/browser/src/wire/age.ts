/** The header of an age v1 file: bytes to stanzas, without any key (FORMAT.md 2; C2SP age.md). */

import { bytesToHex } from "@noble/hashes/utils.js";

import { AgeError, FormatError } from "../errors.ts";
import { fromBareBase64 } from "./base64.ts";
import { join } from "./bytes.ts";

export const RECIPIENT_TYPE = "mlkem768x25519";
export const KEY_LENGTH = 1_216;
export const SEED_LENGTH = 32;

export const ENVELOPE_STANZAS = 16;
export const ENVELOPE_LENGTHS: readonly number[] = [57_782, 90_550, 156_102, 287_206];
export const SLOT_LENGTH = 9_851;
export const SLOT_PLAINTEXT = 8_192;
export const MOST_STANZAS = 20;

const ENCAPSULATED_LENGTH = 1_120;
const WRAPPED_LENGTH = 32;
const SHARE_LENGTH = 32;
const MOST_LINE = 8_192;
/** More than the longest header that is allowed here, 20 stanzas: 31,210 bytes. */
const MOST_HEADER = 32_768;
const COLUMNS = 64;
const VERSION = "age-encryption.org/v1";
const ARGUMENT = /^[\x21-\x7e]+$/;

/** RFC 7748, section 6.1: 0 and 1, also above the prime, one less than the prime, and two points of order 8. */
const LOW_ORDER: readonly string[] = [
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  ...["ec", "ed", "ee"].map((first) => `${first}${"ff".repeat(30)}7f`),
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
];

/** One recipient's line: its type and arguments, and a body. */
export interface AgeStanza {
  readonly type: string;
  readonly arguments: readonly string[];
  readonly body: Uint8Array;
}

/** The stanzas, the MAC (32 bytes, not yet verified), and where the payload starts. */
export interface Header {
  readonly stanzas: readonly AgeStanza[];
  readonly mac: Uint8Array;
  readonly length: number;
}

/** Reads the header at the start of `data`; every departure from the format is a header failure. */
export function parseHeader(data: Uint8Array): Header {
  const lines = new Lines(data);
  if (lines.next() !== VERSION) throw failure("version line");
  const stanzas: AgeStanza[] = [];
  let line = lines.next();
  while (line.startsWith("-> ")) {
    if (stanzas.length === MOST_STANZAS) throw failure("too many stanzas");
    stanzas.push(parseStanza(line, lines));
    line = lines.next();
  }
  if (!line.startsWith("--- ") || stanzas.length === 0) throw failure("MAC line");
  const mac = decode(line.slice(4));
  if (mac.length !== 32) throw failure("MAC length");
  return { stanzas, mac, length: lines.at };
}

/** Refuses a stanza of any type but the one that is allowed here, and one out of form. */
export function checkStanza(stanza: AgeStanza): void {
  if (stanza.type !== RECIPIENT_TYPE) throw failure("stanza type");
  const [argument, ...more] = stanza.arguments;
  if (argument === undefined || more.length > 0 || stanza.body.length !== WRAPPED_LENGTH) throw failure("stanza form");
  if (decode(argument).length !== ENCAPSULATED_LENGTH) throw failure("encapsulated key length");
}

/** The 1,120 bytes of a stanza that `checkStanza` takes, and whose X25519 share can agree on anything. */
export function encapsulatedKey(stanza: AgeStanza): Uint8Array {
  checkStanza(stanza);
  const key = decode(stanza.arguments[0] ?? "");
  if (hasLowOrder(key.subarray(-SHARE_LENGTH))) throw failure("share of low order");
  return key;
}

/** Whether an X25519 public key or share (32 bytes) gives zero with every key. Its highest bit does not count. */
export function hasLowOrder(share: Uint8Array): boolean {
  const low = share.slice();
  low[SHARE_LENGTH - 1] = (share[SHARE_LENGTH - 1] ?? 0) & 0x7f;
  return LOW_ORDER.includes(bytesToHex(low));
}

/** All that can be seen of an envelope without a key: one of four lengths, 16 stanzas of the one type. */
export function checkEnvelope(data: Uint8Array): void {
  if (!ENVELOPE_LENGTHS.includes(data.length)) throw new FormatError("envelope length", "wrong-length");
  checkShape(data, ENVELOPE_STANZAS);
}

/** All that can be seen of a slot without a key. */
export function checkSlot(data: Uint8Array): void {
  if (data.length !== SLOT_LENGTH) throw new FormatError("slot length", "wrong-length");
  checkShape(data, 1);
}

function checkShape(data: Uint8Array, stanzas: number): void {
  let header: Header;
  try {
    header = parseHeader(data);
    header.stanzas.forEach(checkStanza);
  } catch (error) {
    throw new FormatError(error instanceof AgeError ? error.where : "age", "wrong-shape");
  }
  if (header.stanzas.length !== stanzas) throw new FormatError("number of stanzas", "wrong-shape");
}

/** The printable ASCII lines at the start of a file. */
class Lines {
  readonly #data: Uint8Array;
  at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** The next line without its line feed. */
  next(): string {
    const end = this.#data.indexOf(0x0a, this.at);
    if (end < 0 || end - this.at >= MOST_LINE) throw failure("line without end");
    const line = this.#data.subarray(this.at, end);
    if (line.some((byte) => byte < 0x20 || byte > 0x7e)) throw failure("line is no text");
    this.at = end + 1;
    if (this.at > MOST_HEADER) throw failure("header too long");
    return String.fromCharCode(...line);
  }
}

function parseStanza(first: string, lines: Lines): AgeStanza {
  const [type, ...rest] = first.slice(3).split(" ");
  if (type === undefined || ![type, ...rest].every((word) => ARGUMENT.test(word))) throw failure("stanza argument");
  const pieces: Uint8Array[] = [];
  for (;;) {
    const line = lines.next();
    if (line.length > COLUMNS) throw failure("body line too long");
    pieces.push(decode(line));
    if (line.length < COLUMNS) return { type, arguments: rest, body: join(...pieces) };
  }
}

function decode(text: string): Uint8Array {
  try {
    return fromBareBase64(text);
  } catch {
    throw failure("base64");
  }
}

function failure(why: string): AgeError {
  return new AgeError("header-failure", why);
}
