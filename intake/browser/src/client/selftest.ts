/** Tries the whole of sealing once before anybody may type: a browser that fails here shows no field at all. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";

import { ClientError } from "../errors.ts";
import { openSlot } from "../public/open.ts";
import { randomBytes } from "../public/random.ts";
import { sealSlot } from "../public/seal.ts";
import { verify } from "../public/verify.ts";
import { SEED_LENGTH, SLOT_PLAINTEXT } from "../wire/age.ts";
import { equal } from "../wire/bytes.ts";
import { sign } from "./receipt_keys.ts";

const PORTAL = "self-test";

/** Seals random bytes to a throw-away key, opens them again, signs and verifies. Throws `ClientError` "self-test". */
export async function selfTest(): Promise<void> {
  try {
    const plaintext = randomBytes(SLOT_PLAINTEXT);
    const seed = randomBytes(SEED_LENGTH);
    const slot = await sealSlot(plaintext, MLKEM768X25519.getPublicKey(seed));
    if (!equal(await openSlot(slot, seed), plaintext)) throw new Error("sealing");
    verify("message", PORTAL, slot, sign("message", PORTAL, slot, seed), ed25519.getPublicKey(seed));
  } catch {
    throw new ClientError("self-test", false);
  }
}
