/** Whose keys a message is sealed to (FORMAT.md 4.3, 6.1): decided where the words are, never on the server. */

import { RoutingError } from "../errors.ts";
import { ENVELOPE_STANZAS } from "../wire/age.ts";
import { committeeOf, type Directory, type Epoch, type Vault, vaultOf } from "../wire/directory.ts";
import type { Choice } from "../wire/message.ts";

/**
 * The vaults, in key-file order, that serve one of the committees without being excluded or in conflict.
 *
 * Throws `RoutingError` when a committee is not open or has nobody left, or more than 16 vaults are; nothing ever widens
 * or silently narrows the choice.
 */
export function eligible(directory: Directory, epoch: Epoch, choice: Choice): readonly Vault[] {
  const readers = epoch.vaults
    .map((id) => vaultOf(directory, id))
    .filter((vault): vault is Vault => vault !== undefined && mayRead(vault, choice));
  const serving = choice.committees.map((id) => {
    const vaults = vaultsOf(directory, id);
    if (!readers.some((vault) => vaults.includes(vault.id))) throw new RoutingError("nobody-left");
    return vaults;
  });
  const chosen = readers.filter((vault) => serving.some((vaults) => vaults.includes(vault.id)));
  if (chosen.length === 0) throw new RoutingError("nobody-left");
  if (chosen.length > ENVELOPE_STANZAS) throw new RoutingError("too-many-vaults");
  return chosen;
}

function vaultsOf(directory: Directory, committeeId: string): readonly string[] {
  const committee = committeeOf(directory, committeeId);
  if (committee?.status !== "open") throw new RoutingError("not-open");
  return committee.vaults;
}

function mayRead(vault: Vault, choice: Choice): boolean {
  return (
    vault.status === "active" &&
    !choice.excluded.includes(vault.id) &&
    !vault.conflicts.some((state) => choice.conflicts.includes(state))
  );
}
