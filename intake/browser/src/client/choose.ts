/** Who can be written to, and who would read it. */

import { eligible } from "../public/routing.ts";
import type { Committee, Vault } from "../wire/directory.ts";
import type { Choice } from "../wire/message.ts";
import type { Portal } from "./portal.ts";

/** The committees that receive here, in the directory's order. */
export function openCommittees(portal: Portal): readonly Committee[] {
  return portal.directory.committees.filter((committee) => committee.status === "open");
}

/** The vaults that could open a message with this choice. Throws `RoutingError`: nobody-left, too-many-vaults. */
export function readers(portal: Portal, choice: Choice): readonly Vault[] {
  return eligible(portal.directory, portal.epoch, choice);
}
