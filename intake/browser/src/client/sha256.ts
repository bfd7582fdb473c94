/*! stablelib - MIT License (c) 2016 Dmitry Chestnykh */
/**
 * SHA-256 (FIPS 180-4) for files: twice as fast as that of `wire/digest.ts`, with and without just-in-time compilation.
 * Only the Worker that hashes has it: the form's script has no room for two.
 */

import { SHA256 } from "@stablelib/sha256";

import { type Emptied, type Filled, type Hash, type Hashing, nonsense, type Port } from "./hashing.ts";

/** Hashes where it is called. */
export function hashHere(): Hash {
  const hash = new SHA256();
  return {
    async update(bytes) {
      hash.update(bytes);
    },
    async digest() {
      const digest = hash.digest();
      hash.clean();
      return digest;
    },
  };
}

export const HASHING_HERE: Hashing = { files: hashHere, stream: hashHere };

/** The other end of `hashingAt`: hashes what comes through the port, for as long as it is open. */
export function hashFor(port: Port<Filled, Emptied>): void {
  const hash = new SHA256();
  let hashed = 0;
  port.onmessage = ({ data: { buffer, length, last } }) => {
    hash.update(buffer, length);
    hashed += length;
    port.postMessage({ buffer, hashed, ...(last ? { digest: hash.digest() } : {}) }, [buffer.buffer]);
    if (!last) return;
    hash.clean();
    hashed = 0;
  };
  port.onmessageerror = nonsense;
}
