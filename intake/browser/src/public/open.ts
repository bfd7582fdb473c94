/** Opens age files over X-Wing with a seed (FORMAT.md 2). The browser opens replies with it, and nothing else. */

import { bech32 } from "@scure/base";
import { Decrypter } from "age-encryption";

import { AgeError, FormatError } from "../errors.ts";
import { checkSlot, encapsulatedKey, parseHeader, SEED_LENGTH } from "../wire/age.ts";

/** `AGE-SECRET-KEY-PQ-1...`, as the age program takes it. */
export function identityText(seed: Uint8Array): string {
  if (seed.length !== SEED_LENGTH) throw new FormatError("seed length");
  return bech32.encodeFromBytes("age-secret-key-pq-", seed).toUpperCase();
}

/** The whole plaintext, or nothing: throws `AgeError`. All stanzas are checked before the key is tried. */
export async function unseal(data: Uint8Array, seed: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityText(seed));
  parseHeader(data).stanzas.forEach(encapsulatedKey);
  const released = await matched(decrypter, streamOf(data));
  try {
    return new Uint8Array(await new Response(released).arrayBuffer());
  } catch {
    throw new AgeError("payload-failure", "payload");
  }
}

/** The plaintext (8,192 bytes) of a slot, which has exactly one stanza. */
export async function openSlot(slot: Uint8Array, seed: Uint8Array): Promise<Uint8Array> {
  checkSlot(slot);
  return unseal(slot, seed);
}

/**
 * What an identity of `decrypter` opens, chunk by chunk, after the header's MAC was found right; reading it fails when the
 * payload does. Throws `AgeError` of the header.
 */
export async function matched(
  decrypter: Decrypter,
  file: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  try {
    return await decrypter.decrypt(file);
  } catch (error) {
    throw headerFailure(error);
  }
}

function streamOf(data: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(data);
      controller.close();
    },
  });
}

/** age-encryption tells these apart by words alone. Its version is pinned, and the vectors hold the words. */
function headerFailure(error: unknown): AgeError {
  const words = error instanceof Error ? error.message : "";
  if (words.includes("no identity matched")) return new AgeError("no-match", "no key opens this");
  if (words.includes("header HMAC")) return new AgeError("mac-failure", "header MAC");
  return new AgeError("header-failure", "stanza");
}
