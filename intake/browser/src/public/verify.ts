/** Ed25519 signatures, taken exactly when libsodium takes them (FORMAT.md 1.4). */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { SignatureError } from "../errors.ts";
import { equal, join } from "../wire/bytes.ts";
import type { NamedKey } from "../wire/directory.ts";
import { preimage, type What } from "../wire/labels.ts";
import { keyId, type Note } from "../wire/note.ts";

const { Point } = ed25519;
const KEY_LENGTH = 32;
const SIGNATURE_LENGTH = 64;

/** Returns when `key` (32 bytes) signed `data` under this label; throws `SignatureError` otherwise. */
export function verify(what: What, portal: string, data: Uint8Array, signature: Uint8Array, key: Uint8Array): void {
  if (!holds(preimage(what, portal, data), signature, key)) throw new SignatureError(what);
}

/** Those of `keys` that signed the note; a bad signature under a known name and key id is refused. */
export function noteSigners(note: Note, keys: readonly NamedKey[]): readonly NamedKey[] {
  return keys.filter((named) => {
    const id = keyId(named.name, named.key);
    const line = note.signatures.find((one) => one.name === named.name && equal(one.keyId, id));
    if (line && !holds(note.text, line.signature, named.key)) throw new SignatureError(`note by ${named.name}`);
    return line !== undefined;
  });
}

/** Returns when the note bears this one signature and no other. */
export function verifyNote(note: Note, signer: NamedKey): void {
  if (note.signatures.length !== 1 || noteSigners(note, [signer]).length !== 1) {
    throw new SignatureError(`note by ${signer.name}`);
  }
}

export function holds(data: Uint8Array, signature: Uint8Array, key: Uint8Array): boolean {
  if (key.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  return ed25519.verify(signature, data, key, { zip215: false }) && holdsWithoutCofactor(data, signature, key);
}

/**
 * noble multiplies the equation by the cofactor 8 and so takes signatures that libsodium refuses: R of small order, or
 * a part of small order in R or key. Here S·B - k·A must give R itself, and R must not be of small order.
 */
function holdsWithoutCofactor(data: Uint8Array, signature: Uint8Array, key: Uint8Array): boolean {
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const k = Point.Fn.create(littleEndian(sha512(join(r, key, data))));
  const point = Point.BASE.multiplyUnsafe(s).subtract(Point.fromBytes(key).multiplyUnsafe(k));
  return !point.isSmallOrder() && equal(point.toBytes(), r);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
