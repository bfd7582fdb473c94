/** Whether anybody still confirms the directory that is believed: a decision over notes and a day (FORMAT.md 4.5). */

import { CryptoError } from "../errors.ts";
import { equal } from "../wire/bytes.ts";
import { type Day, daysBetween } from "../wire/calendar.ts";
import { vaultOf } from "../wire/directory.ts";
import { type Note, noteBody, noteHash } from "../wire/note.ts";
import { type NamedDirectory, parseRecord, type VaultRecord } from "../wire/record.ts";
import type { Believed } from "./trust.ts";
import { verifyNote } from "./verify.ts";

const STALE_AFTER_DAYS = 21;
const CLOSED_AFTER_DAYS = 45;
const DAYS_AHEAD = 1;
const CONFIRMATIONS = 2;

/** `stale`: readers warn; `closed`: writers stop. `newer`: fetch again. `forked`: two directories share a number. */
export interface Freshness {
  readonly state: "fresh" | "stale" | "closed";
  readonly newer: boolean;
  readonly forked: boolean;
}

interface Counting {
  readonly vault: string;
  readonly record: VaultRecord;
}

/**
 * What the vaults' records say of the believed directory, on the day for which it is believed.
 *
 * The server chooses which records to show. One that does not count, in whatever way, is as good as not shown.
 */
export function freshness(believed: Believed, records: readonly Note[]): Freshness {
  const counting = records.flatMap((note) => readCounting(believed, note) ?? []);
  const current = { seq: believed.directory.seq, hash: noteHash(believed.note) };
  const named = counting.map(({ record }) => record.directory);
  return {
    state: stateAfter(daysBetween(startOf(believed, current, newestOf(counting)), believed.day)),
    newer: named.some(({ seq }) => seq > current.seq),
    forked: named.some(({ seq, hash }) => seq === current.seq && !equal(hash, current.hash)),
  };
}

/** Vault and record, when an active vault made its one signature and the day is at most one after today. */
function readCounting(believed: Believed, note: Note): Counting | null {
  const name = note.signatures[0]?.name ?? "";
  const vault = vaultOf(believed.directory, name);
  if (vault?.status !== "active") return null;
  try {
    verifyNote(note, { name, key: vault.key });
    const record = parseRecord(noteBody(note, "record", believed.portal));
    return daysBetween(believed.day, record.day) <= DAYS_AHEAD ? { vault: name, record } : null;
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

/** One record a vault: the one with the largest `n`. */
function newestOf(counting: readonly Counting[]): readonly VaultRecord[] {
  const rising = [...counting].sort(
    ({ record: a }, { record: b }) => a.n - b.n || (a.day < b.day ? -1 : Number(a.day > b.day)),
  );
  return [...new Map(rising.map(({ vault, record }) => [vault, record])).values()];
}

/** The day on which the clock starts. */
function startOf(believed: Believed, current: NamedDirectory, records: readonly VaultRecord[]): Day {
  const { vaults, validFrom } = believed.directory;
  const needed = vaults.filter(({ status }) => status === "active").length === 1 ? 1 : CONFIRMATIONS;
  const confirmed = records
    .filter(({ directory: { seq, hash } }) => seq === current.seq && equal(hash, current.hash))
    .map(({ day }) => day)
    .sort()
    .reverse();
  const last = confirmed[needed - 1];
  return last !== undefined && last > validFrom ? last : validFrom;
}

function stateAfter(days: number): Freshness["state"] {
  if (days > CLOSED_AFTER_DAYS) return "closed";
  return days > STALE_AFTER_DAYS ? "stale" : "fresh";
}
