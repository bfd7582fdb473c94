/** The values a directory is made of (FORMAT.md 4.1, 4.2). Keys and hashes are 32 bytes. */

import { FormatError } from "../errors.ts";
import { toBase64url } from "./base64.ts";
import type { Day } from "./calendar.ts";
import { type Json, Members } from "./fields.ts";

export const LANGUAGES = ["ar", "en", "es", "fr", "ru", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Names = Readonly<Record<Language, string>>;

const ARRANGEMENTS = ["single", "principal-alternate", "joint", "bureau", "desk"] as const;
const VAULT_STATES = ["active", "absent", "retired", "revoked"] as const;
const ENDED_STATES = ["kept", "destroyed", "unknown"] as const;
const COMMITTEE_STATES = ["open", "not-open"] as const;
const OPENPGP = /^[0-9A-F]{40}$/;
const MOST_ROOTS = 16;
export const MOST_VAULTS = 200;
const MOST_VAULTS_OF_COMMITTEE = 8;
const MOST_QUORUM = 16;
const MOST_CONFLICTS = 64;
const MOST_NAME = 300;

/** An Ed25519 public key and the name it signs notes under. */
export interface NamedKey {
  readonly name: string;
  readonly key: Uint8Array;
}

function parseNamedKey(value: Json): NamedKey {
  const members = new Members(value, "key");
  const named = { name: members.name("name"), key: members.data("key", 32) };
  members.end();
  return named;
}

/** The roots, and how many of them must sign. */
export interface RootSet {
  readonly threshold: number;
  readonly keys: readonly NamedKey[];
}

/** No name and no key stands twice. */
export function parseRootSet(value: Json): RootSet {
  const members = new Members(value, "roots");
  const roots = {
    threshold: members.integer("threshold", 1, MOST_ROOTS),
    keys: members.each("keys", MOST_ROOTS, parseNamedKey),
  };
  members.end();
  const count = roots.keys.length;
  const names = new Set(roots.keys.map((one) => one.name));
  const keys = new Set(roots.keys.map((one) => toBase64url(one.key)));
  if (names.size !== count || keys.size !== count) throw new FormatError("roots", "root-counted-twice");
  if (roots.threshold > count) throw new FormatError("roots.threshold");
  return roots;
}

/** The newest earlier note that changed the roots. */
export interface RootChange {
  readonly seq: number;
  readonly hash: Uint8Array;
}

export function parseRootChange(value: Json): RootChange | null {
  if (value === null) return null;
  const members = new Members(value, "root_change");
  const change = { seq: members.integer("seq", 1), hash: members.data("hash", 32) };
  members.end();
  return change;
}

/** A key under which posts are taken from the first day until before the second. */
export interface PostKey {
  readonly key: Uint8Array;
  readonly fromDay: Day;
  readonly untilDay: Day;
}

export function parsePostKey(value: Json): PostKey {
  const members = new Members(value, "post");
  const post = { key: members.data("key", 32), fromDay: members.day("from"), untilDay: members.day("until") };
  members.end();
  return post;
}

/** A month: from its first day until before the next, the vaults in key-file order, the key file's SHA-256. */
export interface Epoch {
  readonly id: string;
  readonly fromDay: Day;
  readonly untilDay: Day;
  readonly vaults: readonly string[];
  readonly keys: Uint8Array;
}

export function parseEpoch(value: Json): Epoch {
  const members = new Members(value, "epoch");
  const epoch = {
    id: members.epoch("id"),
    fromDay: members.day("from"),
    untilDay: members.day("until"),
    vaults: members.names("vaults", MOST_VAULTS),
    keys: members.data("keys", 32),
  };
  members.end();
  if (epoch.fromDay >= epoch.untilDay) throw new FormatError("epoch.until");
  return epoch;
}

/** What is known of a past epoch's private keys. */
export interface Ended {
  readonly id: string;
  readonly state: (typeof ENDED_STATES)[number];
}

export function parseEnded(value: Json): Ended {
  const members = new Members(value, "ended");
  const ended = { id: members.epoch("id"), state: members.choice("state", ENDED_STATES) };
  members.end();
  return ended;
}

/** A body that receives, or one that does not receive here yet and its own ordinary contact. */
export interface Committee {
  readonly id: string;
  readonly names: Names;
  readonly arrangement: (typeof ARRANGEMENTS)[number];
  readonly vaults: readonly string[];
  readonly status: (typeof COMMITTEE_STATES)[number];
  readonly contact: string;
}

/** Open exactly when it has vaults. */
export function parseCommittee(value: Json): Committee {
  const members = new Members(value, "committee");
  const committee = {
    id: members.name("id"),
    names: parseNames(members.take("names")),
    arrangement: members.choice("arrangement", ARRANGEMENTS),
    vaults: members.names("vaults", MOST_VAULTS_OF_COMMITTEE),
    status: members.choice("status", COMMITTEE_STATES),
    contact: members.text("contact", 200),
  };
  members.end();
  if ((committee.status === "open") !== committee.vaults.length > 0) throw new FormatError("committee.vaults");
  return committee;
}

/** The unit that owns keys: its titles, how many of how many open it, its signing key, its state. */
export interface Vault {
  readonly id: string;
  readonly titles: Names;
  readonly quorum: { readonly k: number; readonly n: number };
  readonly key: Uint8Array;
  readonly conflicts: readonly string[];
  readonly openpgp: string | null;
  readonly status: (typeof VAULT_STATES)[number];
  readonly fromDay: Day;
  readonly untilDay: Day | null;
}

export function parseVault(value: Json): Vault {
  const members = new Members(value, "vault");
  const vault = {
    id: members.name("id"),
    titles: parseNames(members.take("titles")),
    quorum: parseQuorum(members.take("quorum")),
    key: members.data("key", 32),
    conflicts: members.countries("conflicts", MOST_CONFLICTS),
    openpgp: parseFingerprint(members.take("openpgp")),
    status: members.choice("status", VAULT_STATES),
    fromDay: members.day("from"),
    untilDay: members.dayOrNull("until"),
  };
  members.end();
  return vault;
}

/** What was sent to this committee between these days cannot be read: please send again. */
export interface Lost {
  readonly committee: string;
  readonly fromDay: Day;
  readonly untilDay: Day;
}

export function parseLost(value: Json): Lost {
  const members = new Members(value, "lost");
  const lost = { committee: members.name("committee"), fromDay: members.day("from"), untilDay: members.day("until") };
  members.end();
  return lost;
}

function parseNames(value: Json): Names {
  const members = new Members(value, "names");
  const names = Object.fromEntries(LANGUAGES.map((language) => [language, members.text(language, MOST_NAME, 1)]));
  members.end();
  return names as Names;
}

function parseQuorum(value: Json): { k: number; n: number } {
  const members = new Members(value, "quorum");
  const n = members.integer("n", 1, MOST_QUORUM);
  const k = members.integer("k", 1, n);
  members.end();
  return { k, n };
}

function parseFingerprint(value: Json): string | null {
  if (value === null || (typeof value === "string" && OPENPGP.test(value))) return value;
  throw new FormatError("vault.openpgp");
}
