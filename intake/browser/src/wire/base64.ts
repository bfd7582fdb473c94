/** The three spellings of base64 in FORMAT.md, each with one text for the same bytes and no other accepted. */

import { base64nopad } from "@scure/base";

import { FormatError } from "../errors.ts";

const GROUP = 4;

/** The bytes that `bare` spells, as long as `encode` makes exactly `text` of them again. */
function strictly(text: string, bare: string, encode: (data: Uint8Array) => string): Uint8Array {
  let data: Uint8Array;
  try {
    data = base64nopad.decode(bare);
  } catch {
    throw new FormatError("base64");
  }
  if (encode(data) !== text) throw new FormatError("base64");
  return data;
}

/** Base64url without padding (FORMAT.md 1.1). */
export function toBase64url(data: Uint8Array): string {
  return toBareBase64(data).replace(/\+/g, "-").replace(/\//g, "_");
}

/** The bytes; refuses padding, other characters, spare bits that are set, and another length. */
export function fromBase64url(text: string, length?: number): Uint8Array {
  const data = strictly(text, text.replace(/-/g, "+").replace(/_/g, "/"), toBase64url);
  if (length !== undefined && data.length !== length) throw new FormatError("base64url");
  return data;
}

/** Standard base64 with padding, as in notes. */
export function toPaddedBase64(data: Uint8Array): string {
  const bare = toBareBase64(data);
  return bare.padEnd(Math.ceil(bare.length / GROUP) * GROUP, "=");
}

export function fromPaddedBase64(text: string): Uint8Array {
  return strictly(text, text.replace(/={1,2}$/, ""), toPaddedBase64);
}

/** Standard base64 without padding, as in age files. */
export function toBareBase64(data: Uint8Array): string {
  return base64nopad.encode(data);
}

export function fromBareBase64(text: string): Uint8Array {
  return strictly(text, text, toBareBase64);
}
