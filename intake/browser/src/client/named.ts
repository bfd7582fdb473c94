/** What a message says of a file before anything of it is read. */

import { ClientError } from "../errors.ts";
import { type Attachments, fittingMebibytes, isFileName, isMediaType, MOST_NAME } from "../wire/attachments.ts";

const UNKNOWN_TYPE = "application/octet-stream";
const REPLACEMENT = "\ufffd";
const NOT_IN_NAMES = /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069/\\]|\p{Surrogate}/gu;

/** What a browser's `File` says of itself. */
export interface NamedFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** One of the files is not what it was. `at`: which, counted from 0. */
export class FileError extends ClientError {
  readonly at: number;

  constructor(code: "file-changed" | "file-unreadable", at: number) {
    super(code, false);
    this.at = at;
  }
}

/** Takes as much room in a message as what is known after sealing. Throws `TooLong`. */
export function foreseen(files: readonly NamedFile[]): Attachments {
  const zeros = new Uint8Array(32);
  let offset = 0;
  const carried = files.map((file) => {
    const one = { name: nameOf(file), type: typeOf(file), offset, length: file.size, sha256: zeros };
    offset += file.size;
    return one;
  });
  return { seed: zeros, mebibytes: fittingMebibytes(offset), sha256: zeros, files: carried };
}

/** The file's own name; what FORMAT.md 7.1 does not allow in it is replaced, and of a long one the end is kept. */
export function nameOf(file: NamedFile): string {
  const name = [...file.name.replace(NOT_IN_NAMES, REPLACEMENT)].slice(-MOST_NAME).join("");
  return isFileName(name) ? name : REPLACEMENT;
}

/** What the browser takes the file for, without parameters. */
export function typeOf(file: NamedFile): string {
  const type = (file.type.split(";", 1)[0] ?? "").trim().toLowerCase();
  return isMediaType(type) ? type : UNKNOWN_TYPE;
}
