/** The signed list of roots, epochs, committees and vaults (FORMAT.md 4). */

import { FormatError } from "../errors.ts";
import { type Day, daysBetween } from "./calendar.ts";
import {
  type Committee,
  type Ended,
  type Epoch,
  type Lost,
  MOST_VAULTS,
  type NamedKey,
  parseCommittee,
  parseEnded,
  parseEpoch,
  parseLost,
  parsePostKey,
  parseRootChange,
  parseRootSet,
  parseVault,
  type PostKey,
  type RootChange,
  type RootSet,
  type Vault,
} from "./directory_parts.ts";
import { isObject, type JsonObject, Members, parseJson } from "./fields.ts";

export type { Committee, Ended, Epoch, Lost, NamedKey, PostKey, RootChange, RootSet, Vault };

export const MOST_DIRECTORY = 65_536;
const MOST_DAYS_VALID = 100;
const MOST_ACTIVE_VAULTS = 16;
const MOST_POST_KEYS = 2;
const MOST_EPOCHS = 24;
const MOST_ENDED = 1_200;
const MOST_COMMITTEES = 32;
const MOST_LOST = 64;
const INTAKE_SIGNER = "intake";

/**
 * One numbered state of the portal's public facts. `prev` is the hash (32) of the note before; `intake` signs days,
 * always under the name `intake`.
 */
export interface Directory {
  readonly seq: number;
  readonly prev: Uint8Array | null;
  readonly rootChange: RootChange | null;
  readonly minSeq: number;
  readonly validFrom: Day;
  readonly expires: Day;
  readonly roots: RootSet;
  readonly intake: NamedKey;
  readonly post: readonly PostKey[];
  readonly epochs: readonly Epoch[];
  readonly ended: readonly Ended[];
  readonly committees: readonly Committee[];
  readonly vaults: readonly Vault[];
  readonly lost: readonly Lost[];
  readonly extensions: JsonObject;
}

/** From the JSON of a note; every name used must be defined. */
export function parseDirectory(data: Uint8Array): Directory {
  const members = new Members(parseJson(data, MOST_DIRECTORY), "directory");
  const extensions = members.take("extensions");
  if (!isObject(extensions)) throw new FormatError("directory.extensions");
  const directory: Directory = {
    seq: members.integer("seq", 1),
    prev: members.dataOrNull("prev", 32),
    rootChange: parseRootChange(members.take("root_change")),
    minSeq: members.integer("min_seq", 1),
    validFrom: members.day("valid_from"),
    expires: members.day("expires"),
    roots: parseRootSet(members.take("roots")),
    intake: { name: INTAKE_SIGNER, key: members.data("intake", 32) },
    post: members.each("post", MOST_POST_KEYS, parsePostKey),
    epochs: members.each("epochs", MOST_EPOCHS, parseEpoch),
    ended: members.each("ended", MOST_ENDED, parseEnded),
    committees: members.each("committees", MOST_COMMITTEES, parseCommittee),
    vaults: members.each("vaults", MOST_VAULTS, parseVault),
    lost: members.each("lost", MOST_LOST, parseLost),
    extensions,
  };
  members.end();
  checkTogether(directory);
  return directory;
}

/** The epoch that contains the day. */
export function epochOn(directory: Directory, day: Day): Epoch | undefined {
  return directory.epochs.find((epoch) => epoch.fromDay <= day && day < epoch.untilDay);
}

export function committeeOf(directory: Directory, id: string): Committee | undefined {
  return directory.committees.find((committee) => committee.id === id);
}

export function vaultOf(directory: Directory, id: string): Vault | undefined {
  return directory.vaults.find((vault) => vault.id === id);
}

/** What no single member can say. */
function checkTogether(directory: Directory): void {
  const { seq, rootChange, vaults, committees, epochs } = directory;
  const daysValid = daysBetween(directory.validFrom, directory.expires);
  const vaultIds = new Set(vaults.map((vault) => vault.id));
  const committeeIds = new Set(committees.map((committee) => committee.id));
  const known = (ids: readonly string[]) => ids.every((id) => vaultIds.has(id));
  const checks = {
    min_seq: directory.minSeq <= seq,
    expires: 1 <= daysValid && daysValid <= MOST_DAYS_VALID,
    prev: (seq === 1) === (directory.prev === null),
    root_change: (seq === 1) === (rootChange === null) && (rootChange === null || rootChange.seq < seq),
    post: directory.post.length > 0,
    vaults:
      vaultIds.size === vaults.length &&
      vaults.filter((vault) => vault.status === "active").length <= MOST_ACTIVE_VAULTS,
    committees: committeeIds.size === committees.length && committees.every((committee) => known(committee.vaults)),
    epochs:
      new Set(epochs.map((epoch) => epoch.id)).size === epochs.length &&
      epochs.every((epoch, at) => known(epoch.vaults) && (epochs[at - 1]?.untilDay ?? "") <= epoch.fromDay),
    lost: directory.lost.every((lost) => committeeIds.has(lost.committee)),
  };
  for (const [name, holds] of Object.entries(checks)) if (!holds) throw new FormatError(`directory.${name}`);
}
