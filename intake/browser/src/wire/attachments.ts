/** What a message says of the files that travel beside it as one sealed stream (FORMAT.md 7). */

import { FormatError, TooLong } from "../errors.ts";
import { SEED_LENGTH } from "./age.ts";
import { toBase64url } from "./base64.ts";
import { type Json, type JsonObject, Members } from "./fields.ts";

export const MEBIBYTE = 1024 * 1024;
export const PART_NAME_LENGTH = 16;
export const MOST_FILES = 64;
export const MOST_NAME = 255;
/** How long a stream may be, in MiB. */
export const SIZES: readonly number[] = [
  1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024,
];

const HASH_LENGTH = 32;
/** Header and nonce of an age file with one stanza. */
const BEFORE_PAYLOAD = 1_643;
const CHUNK = 64 * 1024;
const TAG = 16;
const MOST_TYPE = 127;
const NAME = /^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069/\\]+$/;
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;

/** One file: where it stands in the plaintext of the stream, and its hash (32 bytes). The name is never a path. */
export interface AttachedFile {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly sha256: Uint8Array;
}

/** The seed (32 bytes) that opens the stream, its length in MiB, its hash (32 bytes), and 1 to 64 files. */
export interface Attachments {
  readonly seed: Uint8Array;
  readonly mebibytes: number;
  readonly sha256: Uint8Array;
  readonly files: readonly AttachedFile[];
}

/** P(N): how many bytes of plaintext a stream of so many MiB holds. */
export function plaintextLength(mebibytes: number): number {
  const payload = mebibytes * MEBIBYTE - BEFORE_PAYLOAD;
  return payload - TAG * Math.ceil(payload / (CHUNK + TAG));
}

/** The smallest size, in MiB, of a stream that holds `total` bytes. Throws `TooLong`. */
export function fittingMebibytes(total: number): number {
  const size = SIZES.find((mebibytes) => total <= plaintextLength(mebibytes));
  if (size === undefined) throw new TooLong();
  return size;
}

/** Whether a file may be called so: 1 to 255 characters, no control character, of direction neither, no `/` or `\`. */
export function isFileName(text: string): boolean {
  return NAME.test(text) && text !== "." && text !== ".." && [...text].length <= MOST_NAME;
}

/** A media type without parameters, as in `image/png`. */
export function isMediaType(text: string): boolean {
  return text.length <= MOST_TYPE && TYPE.test(text);
}

/** From the member of a message, where it is not null. */
export function parseAttachments(value: Json): Attachments {
  const members = new Members(value, "attachments");
  const attachments = {
    seed: members.data("seed", SEED_LENGTH),
    mebibytes: members.integer("mebibytes", 1),
    sha256: members.data("sha256", HASH_LENGTH),
    files: members.each("files", MOST_FILES, parseFile),
  };
  members.end();
  if (!SIZES.includes(attachments.mebibytes)) throw new FormatError("attachments.mebibytes");
  checkOffsets(attachments);
  return attachments;
}

export function attachmentsToJson({ seed, mebibytes, sha256, files }: Attachments): JsonObject {
  return {
    seed: toBase64url(seed),
    mebibytes,
    sha256: toBase64url(sha256),
    files: files.map((file) => ({ ...file, sha256: toBase64url(file.sha256) })),
  };
}

function parseFile(value: Json): AttachedFile {
  const members = new Members(value, "file");
  const file = {
    name: members.text("name", MOST_NAME, 1, isFileName),
    type: members.text("type", MOST_TYPE, 3, isMediaType),
    offset: members.integer("offset", 0),
    length: members.integer("length", 0),
    sha256: members.data("sha256", HASH_LENGTH),
  };
  members.end();
  return file;
}

/** One file behind the other, without gaps, within the stream. */
function checkOffsets({ files, mebibytes }: Attachments): void {
  let end = 0;
  for (const { offset, length } of files) {
    if (offset !== end) throw new FormatError("file.offset");
    end += length;
  }
  if (files.length === 0 || end > plaintextLength(mebibytes)) throw new FormatError("attachments.files");
}
