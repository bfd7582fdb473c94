/** Opens age files over X-Wing with a seed (FORMAT.md 2). The browser opens replies with it, and nothing else. */

import { bech32 } from "@scure/base";
import { Decrypter } from "age-encryption";

import { AgeError, FormatError } from "../errors.ts";
import { checkSlot, checkStanza, parseHeader, SEED_LENGTH } from "../wire/age.ts";

const NONCE_LENGTH = 16;

/** `AGE-SECRET-KEY-PQ-1...`, as the age program takes it. */
export function identityText(seed: Uint8Array): string {
  if (seed.length !== SEED_LENGTH) throw new FormatError("seed length");
  return bech32.encodeFromBytes("age-secret-key-pq-", seed).toUpperCase();
}

/** The whole plaintext, or nothing: throws `AgeError`. All stanzas are checked before the key is tried. */
export async function unseal(data: Uint8Array, seed: Uint8Array): Promise<Uint8Array> {
  const header = parseHeader(data);
  header.stanzas.forEach(checkStanza);
  if (data.length < header.length + NONCE_LENGTH) throw new AgeError("header-failure", "nonce");
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityText(seed));
  try {
    await decrypter.decryptHeader(data.subarray(0, header.length));
  } catch (error) {
    throw headerFailure(error);
  }
  try {
    return await decrypter.decrypt(data);
  } catch {
    throw new AgeError("payload-failure", "payload");
  }
}

/** The plaintext (8,192 bytes) of a slot, which has exactly one stanza. */
export async function openSlot(slot: Uint8Array, seed: Uint8Array): Promise<Uint8Array> {
  checkSlot(slot);
  return unseal(slot, seed);
}

/** age-encryption tells these apart by words alone. Its version is pinned, and a test holds the words. */
function headerFailure(error: unknown): AgeError {
  const words = error instanceof Error ? error.message : "";
  if (words.includes("no identity matched")) return new AgeError("no-match", "no key opens this");
  if (words.includes("header HMAC")) return new AgeError("mac-failure", "header MAC");
  return new AgeError("header-failure", "stanza");
}
