/** Seals files as the one stream that travels beside a message, part by part, without ever holding it whole. */

import { hkdf } from "@noble/hashes/hkdf.js";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";
import { Encrypter } from "age-encryption";

import { FormatError } from "../errors.ts";
import { recipientText } from "../public/keys.ts";
import { randomBytes } from "../public/random.ts";
import { SEED_LENGTH } from "../wire/age.ts";
import {
  type AttachedFile,
  type Attachments,
  fittingMebibytes,
  MEBIBYTE,
  MOST_FILES,
  PART_NAME_LENGTH,
  plaintextLength,
} from "../wire/attachments.ts";
import { join, u16, utf8 } from "../wire/bytes.ts";
import { sha256 } from "../wire/digest.ts";
import type { Hashing, NewHash } from "./hashing.ts";
import { FileError, type NamedFile, nameOf, typeOf } from "./named.ts";

const PIECE = 64 * 1024;

/** What a browser's `File` gives. */
export interface FileSource extends NamedFile {
  stream(): ReadableStream<Uint8Array>;
}

/** 1 MiB of the stream, and the name (16 bytes) under which it is handed in. */
export interface Part {
  readonly name: Uint8Array;
  readonly data: Uint8Array;
}

/** The name of a part, counted from 0: only who knows the seed sees which parts belong together. */
export function partName(seed: Uint8Array, portal: string, at: number): Uint8Array {
  const info = join(utf8("sealed-intake/derive/v1 part\0"), u16(at));
  return hkdf(sha256, seed, utf8(portal), info, PART_NAME_LENGTH);
}

/**
 * Gives the parts of 1 to 64 files, one after the other, and returns what the message has to say of them. The files are
 * read once, as fast as parts are asked for. Who asks may hand back the array of a part that is not needed any more.
 *
 * Throws `TooLong`; `FormatError` on another number of files; `FileError`: "file-changed" when a file has not the size
 * that it had, "file-unreadable" when the device does not give it. Parts that were given before are worth nothing then.
 */
export async function* attach(
  portal: string,
  files: readonly FileSource[],
  hashing: Hashing,
): AsyncGenerator<Part, Attachments, Uint8Array | void> {
  if (files.length < 1 || files.length > MOST_FILES) throw new FormatError("number of files");
  const mebibytes = fittingMebibytes(files.reduce((sum, file) => sum + file.size, 0));
  const seed = randomBytes(SEED_LENGTH);
  const carried: AttachedFile[] = [];
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipientText(MLKEM768X25519.getPublicKey(seed)));
  const stream = await encrypter.encrypt(
    streamOf(plaintext(files, plaintextLength(mebibytes), carried, hashing.files)),
  );
  const hash = hashing.stream();
  let at = 0;
  const parts = mebibytesOf(stream);
  try {
    for (let next = await parts.next(), spare; !next.done; next = await parts.next(spare)) {
      await hash.update(next.value);
      spare = yield { name: partName(seed, portal, at++), data: next.value };
    }
  } finally {
    await parts.return();
  }
  if (at !== mebibytes) throw new FormatError("stream length");
  return { seed, mebibytes, sha256: await hash.digest(), files: carried };
}

/** The files one behind the other, each entered into `carried` when it is through, then zeros up to `length`. */
async function* plaintext(
  files: readonly FileSource[],
  length: number,
  carried: AttachedFile[],
  newHash: NewHash,
): AsyncGenerator<Uint8Array, void, void> {
  let offset = 0;
  for (const [at, file] of files.entries()) {
    const hash = newHash(file.size);
    let read = 0;
    for await (const piece of piecesOf(file, at)) {
      read += piece.length;
      if (read > file.size) break;
      await hash.update(piece);
      yield piece;
    }
    if (read !== file.size) throw new FileError("file-changed", at);
    const sha256 = await hash.digest();
    carried.push({ name: nameOf(file), type: typeOf(file), offset, length: read, sha256 });
    offset += read;
  }
  const zeros = new Uint8Array(PIECE);
  for (; offset < length; offset += PIECE) yield zeros.subarray(0, length - offset);
}

/** The bytes of a file, never more than 64 KiB at a time; what was given before is gone when more is asked for. */
async function* piecesOf(file: FileSource, which: number): AsyncGenerator<Uint8Array, void, void> {
  const reader = readerOf(file.stream());
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new FileError("file-unreadable", which);
      });
      if (done) return;
      for (let at = 0; at < value.length; at += PIECE) yield value.subarray(at, at + PIECE);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * Reads into one and the same memory, where the engine can: what it makes itself for each piece it keeps, until it looks
 * for what nobody needs, and a whole file of plaintext gathers.
 */
function readerOf(
  stream: ReadableStream<Uint8Array>,
): Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel"> {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = stream.getReader({ mode: "byob" });
  } catch {
    return stream.getReader();
  }
  let memory: ArrayBufferLike = new ArrayBuffer(PIECE);
  return {
    async read() {
      const { done, value } = await reader.read(new Uint8Array(memory as ArrayBuffer));
      if (done || !value) return { done: true, value: undefined };
      memory = value.buffer;
      return { done, value };
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

/** Gathers a stream into arrays of 1 MiB, that which is handed back or new ones; what is left over at the end is a stream that is no whole number of MiB. */
async function* mebibytesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, Uint8Array | void> {
  const reader = stream.getReader();
  let part: Uint8Array = new Uint8Array(MEBIBYTE);
  let filled = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      for (let rest = next.value; rest.length > 0;) {
        const piece = rest.subarray(0, MEBIBYTE - filled);
        part.set(piece, filled);
        filled += piece.length;
        rest = rest.subarray(piece.length);
        if (filled < MEBIBYTE) continue;
        part = (yield part) ?? new Uint8Array(MEBIBYTE);
        filled = 0;
      }
      release(next.value);
    }
    if (filled > 0) throw new FormatError("stream length");
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Gives the memory of a piece back at once, where the engine can; it would let tens of MiB gather before it looks. */
function release({ buffer }: Uint8Array): void {
  if (buffer.byteLength >= PIECE) (buffer as { transfer?: (length: number) => unknown }).transfer?.(0);
}

/** A stream that asks for the next piece only when it is read. */
function streamOf(pieces: AsyncGenerator<Uint8Array, void, void>): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}
