/** Which directory to believe: a decision over bytes and a day, without input or output (FORMAT.md 4.4). */

import { FormatError, TrustError } from "../errors.ts";
import { equal, fromUtf8 } from "../wire/bytes.ts";
import { type Day, dayOf, isDay } from "../wire/calendar.ts";
import {
  type Directory,
  type Epoch,
  epochOn,
  parseDirectory,
  type RootChange,
  type RootSet,
} from "../wire/directory.ts";
import { parseRootSet } from "../wire/directory_parts.ts";
import { Members, parseJson } from "../wire/fields.ts";
import { firstLine } from "../wire/labels.ts";
import { type Note, noteBody, noteHash } from "../wire/note.ts";
import { checkKeyFile } from "./keys.ts";
import { noteSigners } from "./verify.ts";

const MOST_PIN = 8_192;
const MOST_CHANGES = 256;
const MOST_CLOCK_DIFFERENCE = 26 * 60 * 60 * 1000;

/** What a release believes before it has read anything: the roots in force at `seq`. */
export interface Pin {
  readonly portal: string;
  readonly seq: number;
  readonly roots: RootSet;
}

/** From the bytes of `portal.json`. */
export function parsePin(data: Uint8Array): Pin {
  const members = new Members(parseJson(data, MOST_PIN), "pin");
  members.integer("v", 1, 1);
  const pin = {
    portal: members.portal("portal"),
    seq: members.integer("seq", 1),
    roots: parseRootSet(members.take("roots")),
  };
  members.end();
  return pin;
}

/** A directory that passed every check on `day`, and the epoch of that day. */
export interface Believed {
  readonly portal: string;
  readonly directory: Directory;
  readonly note: Note;
  readonly day: Day;
  readonly epoch: Epoch;
}

/** Vault name -> public key (1,216 bytes) of the day's epoch, of every vault, also of those not active. */
export function vaultKeys(believed: Believed, keyFile: Uint8Array): ReadonlyMap<string, Uint8Array> {
  return checkKeyFile(believed.epoch, keyFile);
}

/**
 * The UTC day of the reader's clock, or the one that the person chose. Moments are in milliseconds since 1970.
 *
 * Throws `TrustError` when the server's clock differs by more than 26 hours and nobody chose.
 */
export function agreedDay(now: number, server: number | null, chosen?: Day): Day {
  if (chosen !== undefined) {
    if (!isDay(chosen)) throw new FormatError("day");
    return chosen;
  }
  if (server !== null && Math.abs(now - server) > MOST_CLOCK_DIFFERENCE) throw new TrustError("clocks-apart");
  return dayOf(now);
}

/**
 * Returns when `next` is the very next directory after `before`, whose note has this hash (32 bytes).
 *
 * Throws `TrustError` otherwise, so that of two directories with one `seq` only one can be kept.
 */
export function follows(before: Directory, digest: Uint8Array, next: Directory): void {
  if (next.seq !== before.seq + 1) throw new TrustError("sequence-gap");
  if (next.prev === null || !equal(next.prev, digest)) throw new TrustError("broken-prev");
}

/**
 * The newest directory, or the first reason not to believe it as `TrustError`, `SignatureError` or `FormatError`.
 *
 * `changes` are the notes that changed the roots since the pin or an older one, oldest first; `minSeq` is the largest
 * smallest `seq` that the reader knows from elsewhere.
 */
export function believe(pin: Pin, newest: Note, changes: readonly Note[], day: Day, minSeq = 1): Believed {
  const { roots, last } = walk(pin, changes);
  const directory = read(newest, pin.portal);
  if (!last || !equal(noteHash(newest), last.hash)) checkNewest(newest, directory, roots, last);
  if (directory.seq < Math.max(pin.seq, minSeq)) throw new TrustError("sequence-too-small");
  if (day < directory.validFrom) throw new TrustError("not-yet-valid");
  if (day >= directory.expires) throw new TrustError("expired");
  const epoch = epochOn(directory, day);
  if (!epoch) throw new TrustError("missing-epoch");
  return { portal: pin.portal, directory, note: newest, day, epoch };
}

interface Walked {
  readonly roots: RootSet;
  readonly last: RootChange | null;
}

/**
 * Follows the root changes after the pin; each is signed by the roots before it and by its own.
 *
 * Each names the one before it, which a directory can do only with a larger `seq` (FORMAT.md 4.1).
 */
function walk(pin: Pin, changes: readonly Note[]): Walked {
  if (changes.length > MOST_CHANGES) throw new TrustError("broken-walk");
  let walked: Walked = { roots: pin.roots, last: null };
  for (const note of changes) {
    const directory = read(note, pin.portal);
    if (directory.seq <= pin.seq) continue;
    if (!namesLast(directory, walked.last)) throw new TrustError("broken-walk");
    const signers = signingKeys(note, walked.roots, directory.roots);
    if (!enough(signers, walked.roots) || !enough(signers, directory.roots))
      throw new TrustError("root-change-unsigned");
    walked = { roots: directory.roots, last: { seq: directory.seq, hash: noteHash(note) } };
  }
  return walked;
}

function checkNewest(note: Note, directory: Directory, roots: RootSet, last: RootChange | null): void {
  if (!enough(signingKeys(note, roots), roots)) throw new TrustError("too-few-signatures");
  if (!sameRoots(directory.roots, roots)) throw new TrustError("root-change-unsigned");
  if (!namesLast(directory, last)) throw new TrustError("broken-walk");
}

function read(note: Note, portal: string): Directory {
  const [label = ""] = fromUtf8(note.text).split("\n", 1);
  const named = firstLine("directory", "");
  if (label.startsWith(named) && label !== firstLine("directory", portal)) throw new TrustError("wrong-portal");
  return parseDirectory(noteBody(note, "directory", portal));
}

/** The keys that signed; a signer that is no root is refused, not ignored. */
function signingKeys(note: Note, ...rootSets: readonly RootSet[]): readonly Uint8Array[] {
  const signers = rootSets.flatMap((roots) => noteSigners(note, roots.keys));
  const names = new Set(signers.map((one) => one.name));
  if (!note.signatures.every((line) => names.has(line.name))) throw new TrustError("unknown-root");
  return signers.map((one) => one.key);
}

function enough(signers: readonly Uint8Array[], roots: RootSet): boolean {
  const signed = roots.keys.filter((root) => signers.some((key) => equal(key, root.key)));
  return signed.length >= roots.threshold;
}

/** Whether the directory names the last change of the walk, once there is one. */
function namesLast(directory: Directory, last: RootChange | null): boolean {
  const named = directory.rootChange;
  return last === null || (named !== null && named.seq === last.seq && equal(named.hash, last.hash));
}

function sameRoots(a: RootSet, b: RootSet): boolean {
  return (
    a.threshold === b.threshold &&
    a.keys.length === b.keys.length &&
    a.keys.every((one, at) => one.name === b.keys[at]?.name && equal(one.key, b.keys[at].key))
  );
}
