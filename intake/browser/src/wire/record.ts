/** What a vault says it has kept and which directory it regards as current (FORMAT.md 9.6). Hashes are 32 bytes. */

import { FormatError } from "../errors.ts";
import type { Day } from "./calendar.ts";
import { isObject, type Json, type JsonObject, Members, parseJson } from "./fields.ts";

export const MOST_RECORD = 16_384;

/** A day manifest: its counter and the hash of its note. */
export interface NamedManifest {
  readonly n: number;
  readonly hash: Uint8Array;
}

/** A directory: its number and the hash of its note. */
export interface NamedDirectory {
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** The vault's `n`-th record, as of a day; `backedUp` says whether a verified backup holds `manifest`. */
export interface VaultRecord {
  readonly n: number;
  readonly day: Day;
  readonly manifest: NamedManifest | null;
  readonly backedUp: boolean;
  readonly directory: NamedDirectory;
  readonly extensions: JsonObject;
}

/** From the JSON of a verified note. */
export function parseRecord(data: Uint8Array): VaultRecord {
  const members = new Members(parseJson(data, MOST_RECORD), "record");
  const record = {
    n: members.integer("n", 1),
    day: members.day("day"),
    manifest: parseManifest(members.take("manifest")),
    backedUp: parseTruth(members.take("backed_up")),
    directory: parseDirectory(members.take("directory")),
    extensions: parseExtensions(members.take("extensions")),
  };
  members.end();
  return record;
}

function parseManifest(value: Json): NamedManifest | null {
  if (value === null) return null;
  const members = new Members(value, "record.manifest");
  const named = { n: members.integer("n", 1), hash: members.data("hash", 32) };
  members.end();
  return named;
}

function parseDirectory(value: Json): NamedDirectory {
  const members = new Members(value, "record.directory");
  const named = { seq: members.integer("seq", 1), hash: members.data("hash", 32) };
  members.end();
  return named;
}

function parseTruth(value: Json): boolean {
  if (typeof value !== "boolean") throw new FormatError("record.backed_up");
  return value;
}

function parseExtensions(value: Json): JsonObject {
  if (!isObject(value)) throw new FormatError("record.extensions");
  return value;
}
