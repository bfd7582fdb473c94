/** A message or reply with its signature, filled with zeros to one of few sizes (FORMAT.md 6.2, 8.2). */

import { FormatError, TooLong } from "../errors.ts";
import { join, u16, wipe } from "./bytes.ts";

const KIB = 1024;
const SIGNATURE_LENGTH = 64;
const LENGTH_FIELD = 8;

export const MESSAGE_FRAMES: readonly number[] = [32 * KIB, 64 * KIB, 128 * KIB, 256 * KIB];
export const REPLY_FRAMES: readonly number[] = [8_174, 2 * 8_174, 4 * 8_174];
/** The bytes of a frame that are not message: its length, the signature field. */
export const OVERHEAD = LENGTH_FIELD + 3 + SIGNATURE_LENGTH;

/** What a frame holds: the exact message bytes and the 64 bytes that sign them (not yet verified). */
export interface Frame {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** The smallest of `sizes` that holds a message of `length` bytes. */
export function fitting(length: number, sizes: readonly number[]): number | undefined {
  return sizes.find((size) => length + OVERHEAD <= size);
}

/** The frame; throws `TooLong`. */
export function fillFrame(message: Uint8Array, signature: Uint8Array, sizes: readonly number[]): Uint8Array {
  const size = fitting(message.length, sizes);
  if (size === undefined) throw new TooLong();
  if (signature.length !== SIGNATURE_LENGTH) throw new FormatError("signature length");
  const frame = new Uint8Array(size);
  const start = encodeLength(message.length);
  const field = signatureField(signature);
  frame.set(start);
  frame.set(message, LENGTH_FIELD);
  frame.set(field, LENGTH_FIELD + message.length);
  wipe(field);
  return frame;
}

/** Refuses another size, a length that does not fit, and anything but zeros behind the signature. */
export function parseFrame(data: Uint8Array, sizes: readonly number[]): Frame {
  if (!sizes.includes(data.length)) throw new FormatError("frame size");
  const length = decodeLength(data);
  if (fitting(length, sizes) !== data.length) throw new FormatError("frame length");
  const end = length + OVERHEAD;
  const [algorithm, high, low] = data.subarray(LENGTH_FIELD + length);
  if (algorithm !== 0x01 || high !== 0 || low !== SIGNATURE_LENGTH) throw new FormatError("frame signature field");
  if (data.subarray(end).some((byte) => byte !== 0)) throw new FormatError("frame filling");
  return {
    message: data.slice(LENGTH_FIELD, LENGTH_FIELD + length),
    signature: data.slice(end - SIGNATURE_LENGTH, end),
  };
}

/** Algorithm (1), length (2), signature (FORMAT.md 1.4). */
function signatureField(signature: Uint8Array): Uint8Array {
  return join(Uint8Array.of(0x01), u16(SIGNATURE_LENGTH), signature);
}

function encodeLength(length: number): Uint8Array {
  const field = new Uint8Array(LENGTH_FIELD);
  new DataView(field.buffer).setUint32(4, length);
  return field;
}

function decodeLength(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, LENGTH_FIELD);
  if (view.getUint32(0) !== 0) throw new FormatError("frame length");
  return view.getUint32(4);
}
