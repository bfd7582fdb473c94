/** Stanzas that nobody opens, made while the person still reads and types (FORMAT.md 2.2). */

import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";
import { Encrypter } from "age-encryption";

import { FormatError } from "../errors.ts";
import { type AgeStanza, checkStanza, ENVELOPE_STANZAS, parseHeader, SEED_LENGTH } from "../wire/age.ts";
import { wipe } from "../wire/bytes.ts";
import { recipientText } from "./keys.ts";
import { randomBytes } from "./random.ts";

const MOST_READY = ENVELOPE_STANZAS - 1;

/**
 * Decoys that are ready. Each leaves once, whatever becomes of the envelope it was taken for: two envelopes with the same
 * stanza would be known as one person's.
 */
export interface Decoys {
  /** One that was never given out before, or nothing when none is ready. */
  take(): AgeStanza | undefined;
  /** Makes them one at a time, each after a `pause`, until 15 are ready. A second call while one runs does nothing. */
  fill(pause: () => Promise<void>): Promise<void>;
  /** Forgets what is ready, and makes no more. */
  drop(): void;
}

export function newDecoys(): Decoys {
  let ready: AgeStanza[] = [];
  let filling = false;
  let dropped = false;
  const fill = async (pause: () => Promise<void>) => {
    while (ready.length < MOST_READY && !dropped) {
      await pause();
      const made = await makeDecoy();
      if (!dropped) ready.push(made);
    }
  };
  return {
    take: () => ready.pop(),
    async fill(pause) {
      if (filling) return;
      filling = true;
      await fill(pause).finally(() => (filling = false));
    },
    drop() {
      dropped = true;
      ready = [];
    },
  };
}

/** A real encapsulation to a fresh key, because random bytes would be told apart from one: the header of an empty file. */
export async function makeDecoy(): Promise<AgeStanza> {
  const seed = randomBytes(SEED_LENGTH);
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipientText(MLKEM768X25519.getPublicKey(seed)));
  wipe(seed);
  const [stanza] = parseHeader(await encrypter.encrypt(new Uint8Array(0))).stanzas;
  if (!stanza) throw new FormatError("decoy");
  checkStanza(stanza);
  return stanza;
}
