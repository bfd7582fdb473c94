/** Seals bytes to public keys as age files over X-Wing (FORMAT.md 2). */

import { Encrypter, type Recipient, Stanza } from "age-encryption";

import { FormatError, RoutingError } from "../errors.ts";
import {
  type AgeStanza,
  checkEnvelope,
  checkSlot,
  checkStanza,
  ENVELOPE_STANZAS,
  MOST_STANZAS,
  parseHeader,
  SLOT_PLAINTEXT,
} from "../wire/age.ts";
import { MESSAGE_FRAMES } from "../wire/frame.ts";
import { type Decoys, makeDecoy } from "./decoys.ts";
import { recipientText } from "./keys.ts";
import { shuffled } from "./random.ts";

/** Told after each step of sealing; what it returns is waited for, so that a page can draw. */
export type Progress = (done: number, of: number) => void | Promise<void>;

/** An age file that each of 1 to 20 keys (1,216 bytes) opens; stanzas in the order given. */
export async function seal(plaintext: Uint8Array, recipients: readonly Uint8Array[]): Promise<Uint8Array> {
  return encrypt(plaintext, recipients.map(recipientText));
}

/**
 * A message frame to 1 to 16 vaults, each as one of 16 shuffled stanzas; the rest are decoys: those that are ready, and
 * when they are too few, new ones.
 */
export async function sealEnvelope(
  frame: Uint8Array,
  vaultKeys: readonly Uint8Array[],
  progress: Progress = () => {},
  decoys?: Pick<Decoys, "take">,
): Promise<Uint8Array> {
  if (!MESSAGE_FRAMES.includes(frame.length)) throw new FormatError("frame size");
  if (vaultKeys.length === 0) throw new RoutingError("nobody-left");
  if (vaultKeys.length > ENVELOPE_STANZAS) throw new RoutingError("too-many-vaults");
  const recipients: (string | Recipient)[] = vaultKeys.map(recipientText);
  while (recipients.length < ENVELOPE_STANZAS) {
    let decoy = decoys?.take();
    if (!decoy) {
      await progress(recipients.length, ENVELOPE_STANZAS);
      decoy = await makeDecoy();
    }
    recipients.push(standing(decoy));
  }
  const envelope = await encrypt(frame, shuffled(recipients));
  checkEnvelope(envelope);
  await progress(ENVELOPE_STANZAS, ENVELOPE_STANZAS);
  return envelope;
}

/** 8,192 bytes to one key: 9,851 bytes. */
export async function sealSlot(plaintext: Uint8Array, recipient: Uint8Array): Promise<Uint8Array> {
  if (plaintext.length !== SLOT_PLAINTEXT) throw new FormatError("slot plaintext");
  const slot = await seal(plaintext, [recipient]);
  checkSlot(slot);
  return slot;
}

async function encrypt(plaintext: Uint8Array, recipients: readonly (string | Recipient)[]): Promise<Uint8Array> {
  if (recipients.length < 1 || recipients.length > MOST_STANZAS) throw new FormatError("number of recipients");
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const file = await encrypter.encrypt(plaintext);
  parseHeader(file).stanzas.forEach(checkStanza);
  return file;
}

/** A recipient that ignores the file key: its stanza wraps another one, to a key that nobody has. */
function standing({ type, arguments: words, body }: AgeStanza): Recipient {
  return { wrapFileKey: () => [new Stanza([type, ...words], body)] };
}
