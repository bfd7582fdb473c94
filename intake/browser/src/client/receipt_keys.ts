/** All keys of a thread come from its receipt (FORMAT.md 5.2). */

import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";

import { FormatError } from "../errors.ts";
import { join, u16, utf8, wipe } from "../wire/bytes.ts";
import type { Day } from "../wire/calendar.ts";
import { sha256 } from "../wire/digest.ts";
import { preimage, type What } from "../wire/labels.ts";
import { type Choice, type Routing, taggedBytes, type Thread } from "../wire/message.ts";

const SECRET_LENGTH = 32;
const TOKEN_LENGTH = 16;
const ID_LENGTH = 16;
const THREADS = 1 << 16;
/** How many submissions of one receipt may bear the same day. */
export const SLOTS = 16;

/** The secrets of one thread: X-Wing seed, mailbox secret, Ed25519 seed, HMAC key; 32 bytes each. */
export interface ReceiptKeys {
  readonly portal: string;
  readonly replySeed: Uint8Array;
  readonly mailboxSecret: Uint8Array;
  readonly signSeed: Uint8Array;
  readonly routingKey: Uint8Array;
}

/** The keys of a receipt (16 bytes) for one portal and one thread index (16 bits). `wipeKeys` ends them. */
export function receiptKeys(receipt: Uint8Array, portal: string, index = 0): ReceiptKeys {
  const secret = (label: string) => derive(receipt, portal, label, index, new Uint8Array(0), SECRET_LENGTH);
  return {
    portal,
    replySeed: secret("reply"),
    mailboxSecret: secret("mailbox"),
    signSeed: secret("sign"),
    routingKey: secret("routing"),
  };
}

export function wipeKeys(keys: ReceiptKeys): void {
  wipe(keys.replySeed, keys.mailboxSecret, keys.signSeed, keys.routingKey);
}

/** What only the author can show (16 bytes); slot 0 to 15. */
export function deleteToken(receipt: Uint8Array, portal: string, day: Day, slot: number, index = 0): Uint8Array {
  if (!(slot >= 0 && slot < SLOTS)) throw new FormatError("submission slot");
  return derive(receipt, portal, "submission", index, join(utf8(day), Uint8Array.of(slot)), TOKEN_LENGTH);
}

/** The ID (16 bytes) that a delete token belongs to. */
export function submissionId(token: Uint8Array): Uint8Array {
  return sha256(token).slice(0, ID_LENGTH);
}

/** Where replies wait (32 bytes). */
export function mailboxAddress(keys: ReceiptKeys): Uint8Array {
  return sha256(keys.mailboxSecret);
}

/** The public key (32 bytes) that names the thread. */
export function threadKey(keys: ReceiptKeys): Uint8Array {
  return ed25519.getPublicKey(keys.signSeed);
}

/** What a message says of its thread. */
export function threadOf(keys: ReceiptKeys): Thread {
  return {
    key: threadKey(keys),
    recipient: MLKEM768X25519.getPublicKey(keys.replySeed),
    mailbox: mailboxAddress(keys),
  };
}

/** The choice with its HMAC. */
export function routingOf(keys: ReceiptKeys, { committees, excluded, conflicts }: Choice): Routing {
  const choice = { committees, excluded, conflicts };
  const tag = hmac(sha256, keys.routingKey, preimage("routing", keys.portal, taggedBytes(choice)));
  return { ...choice, tag };
}

/** 64 bytes over `data` under this label. */
export function sign(what: What, portal: string, data: Uint8Array, seed: Uint8Array): Uint8Array {
  return ed25519.sign(preimage(what, portal, data), seed);
}

function derive(
  receipt: Uint8Array,
  portal: string,
  label: string,
  index: number,
  more: Uint8Array,
  length: number,
): Uint8Array {
  // Two bytes would carry a larger index as that of another thread.
  if (!(index >= 0 && index < THREADS)) throw new FormatError("thread index");
  const info = join(utf8(`sealed-intake/derive/v1 ${label}\0`), u16(index), more);
  return hkdf(sha256, receipt, utf8(portal), info, length);
}
