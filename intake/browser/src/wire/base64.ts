/** The three spellings of base64 in FORMAT.md, each with one text for the same bytes and no other accepted. */

import { base64, base64nopad, base64urlnopad } from "@scure/base";

import { FormatError } from "../errors.ts";

interface Coder {
  encode(data: Uint8Array): string;
  decode(text: string): Uint8Array;
}

function strictly(coder: Coder, text: string): Uint8Array {
  let data: Uint8Array;
  try {
    data = coder.decode(text);
  } catch {
    throw new FormatError("base64");
  }
  // Newer browsers decode by themselves here: whatever they let pass must still be the one spelling.
  if (coder.encode(data) !== text) throw new FormatError("base64");
  return data;
}

/** Base64url without padding (FORMAT.md 1.1). */
export function toBase64url(data: Uint8Array): string {
  return base64urlnopad.encode(data);
}

/** The bytes; refuses padding, other characters, spare bits that are set, and another length. */
export function fromBase64url(text: string, length?: number): Uint8Array {
  const data = strictly(base64urlnopad, text);
  if (length !== undefined && data.length !== length) throw new FormatError("base64url");
  return data;
}

/** Standard base64 with padding, as in notes. */
export function toPaddedBase64(data: Uint8Array): string {
  return base64.encode(data);
}

export function fromPaddedBase64(text: string): Uint8Array {
  return strictly(base64, text);
}

/** Standard base64 without padding, as in age files. */
export function toBareBase64(data: Uint8Array): string {
  return base64nopad.encode(data);
}

export function fromBareBase64(text: string): Uint8Array {
  return strictly(base64nopad, text);
}
