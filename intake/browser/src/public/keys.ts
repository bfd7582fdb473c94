/** Public sealing keys: age's spelling of them and the files they are published in (FORMAT.md 2.1, 4.3). */

import { bech32 } from "@scure/base";

import { FormatError, TrustError } from "../errors.ts";
import { hasLowOrder, KEY_LENGTH } from "../wire/age.ts";
import { equal } from "../wire/bytes.ts";
import { sha256 } from "../wire/digest.ts";
import type { Epoch } from "../wire/directory.ts";

const MLKEM_KEY = 1_184;
const MLKEM_COEFFICIENTS = 1_152;
const MLKEM_MODULUS = 3_329;

/** `age1pq1...`, as the age program takes it. Refuses what is no X-Wing key. */
export function recipientText(key: Uint8Array): `age1pq1${string}` {
  if (key.length !== KEY_LENGTH || !isReduced(key)) throw new FormatError("recipient");
  if (hasLowOrder(key.subarray(MLKEM_KEY))) throw new FormatError("recipient");
  return bech32.encode("age1pq", bech32.toWords(key), false);
}

/** Vault name -> public key (1,216 bytes), after the file's length and SHA-256 were found right. */
export function checkKeyFile(epoch: Epoch, data: Uint8Array): ReadonlyMap<string, Uint8Array> {
  if (data.length !== KEY_LENGTH * epoch.vaults.length) throw new TrustError("key-file-length");
  if (!equal(sha256(data), epoch.keys)) throw new TrustError("key-file-mismatch");
  return new Map(epoch.vaults.map((vault, at) => [vault, data.slice(at * KEY_LENGTH, (at + 1) * KEY_LENGTH)]));
}

/** FIPS 203, 7.2: each coefficient (12 bits) is below the modulus. noble 0.5.4 means to check it, but lets all pass. */
function isReduced(key: Uint8Array): boolean {
  for (let at = 0; at < MLKEM_COEFFICIENTS; at += 3) {
    const [a = 0, b = 0, c = 0] = key.subarray(at, at + 3);
    if ((a | ((b & 0x0f) << 8)) >= MLKEM_MODULUS || ((b >> 4) | (c << 4)) >= MLKEM_MODULUS) return false;
  }
  return true;
}
