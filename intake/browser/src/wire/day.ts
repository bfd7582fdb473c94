/** Day manifests and the list of what intake no longer holds (FORMAT.md 9.1, 9.2). */

import { FormatError } from "../errors.ts";
import type { Day } from "./calendar.ts";
import { type Json, Members, parseJson } from "./fields.ts";
import { checkSorted } from "./order.ts";

export const MOST_MANIFEST = 32 * 1024 * 1024;
const MOST_ENTRIES = 200_000;
const MOST_PARTS = 1_024;
const NAME_LENGTH = 16;
const REASONS = ["author", "purged", "limit"] as const;

/** One part of an attachments stream that arrived: its name (16) and SHA-256. */
export interface Part {
  readonly name: Uint8Array;
  readonly sha256: Uint8Array;
}

/** One submission that arrived: its ID (16), the length and SHA-256 of its envelope, the parts that came with it. */
export interface Entry {
  readonly id: Uint8Array;
  readonly length: number;
  readonly sha256: Uint8Array;
  readonly parts: readonly Part[];
}

/** What arrived between two closings: counter from 1, the day, the hash (32) of the manifest before. */
export interface DayManifest {
  readonly n: number;
  readonly day: Day;
  readonly prev: Uint8Array | null;
  readonly entries: readonly Entry[];
}

/** A submission that stands in a manifest and is no longer held, and why. */
export interface GoneEntry {
  readonly id: Uint8Array;
  readonly reason: (typeof REASONS)[number];
}

/** What intake no longer holds of manifest `n`, as of a day. */
export interface Gone {
  readonly n: number;
  readonly day: Day;
  readonly entries: readonly GoneEntry[];
}

/** From the JSON of a verified note, label `day` or `today`. */
export function parseDay(data: Uint8Array): DayManifest {
  const members = new Members(parseJson(data, MOST_MANIFEST), "day");
  const manifest = {
    n: members.integer("n", 1),
    day: members.day("day"),
    prev: members.dataOrNull("prev", 32),
    entries: members.each("entries", MOST_ENTRIES, parseEntry),
  };
  members.end();
  checkSorted(
    "day.entries",
    manifest.entries.map(({ id }) => id),
  );
  if ((manifest.n === 1) !== (manifest.prev === null)) throw new FormatError("day.prev");
  return manifest;
}

/** From the JSON of a verified note. */
export function parseGone(data: Uint8Array): Gone {
  const members = new Members(parseJson(data, MOST_MANIFEST), "gone");
  const gone = {
    n: members.integer("n", 1),
    day: members.day("day"),
    entries: members.each("entries", MOST_ENTRIES, parseGoneEntry),
  };
  members.end();
  checkSorted(
    "gone.entries",
    gone.entries.map(({ id }) => id),
  );
  if (gone.entries.length === 0) throw new FormatError("gone.entries");
  return gone;
}

function parseEntry(value: Json): Entry {
  const members = new Members(value, "entry");
  const entry = {
    id: members.data("id", 16),
    length: members.integer("length", 1),
    sha256: members.data("sha256", 32),
    parts: members.each("parts", MOST_PARTS, parsePart),
  };
  members.end();
  checkSorted(
    "entry.parts",
    entry.parts.map(({ name }) => name),
  );
  return entry;
}

function parsePart(value: Json): Part {
  const members = new Members(value, "part");
  const part = { name: members.data("name", NAME_LENGTH), sha256: members.data("sha256", 32) };
  members.end();
  return part;
}

function parseGoneEntry(value: Json): GoneEntry {
  const members = new Members(value, "gone entry");
  const entry = { id: members.data("id", 16), reason: members.choice("reason", REASONS) };
  members.end();
  return entry;
}
