/** What a reply is worth, under the directory that is believed (FORMAT.md 8.3). */

import { type Day, daysBetween } from "../wire/calendar.ts";
import { committeeOf, type Directory, type Vault, vaultOf } from "../wire/directory.ts";
import type { Frame } from "../wire/frame.ts";
import { preimage } from "../wire/labels.ts";
import type { Routing } from "../wire/message.ts";
import type { Reply } from "../wire/reply.ts";
import { holds } from "./verify.ts";

export type Verdict = "genuine" | "retired" | "not-genuine";

const RETIRED_DAYS = 180;
const DAYS_AHEAD = 1;

/**
 * Whether a vault that serves this committee signed it, and whether that vault may still speak on `day`.
 *
 * The caller has checked portal, thread and routing tag.
 */
export function judge(reply: Reply, frame: Frame, directory: Directory, day: Day): Verdict {
  const committee = committeeOf(directory, reply.committee);
  const vault = vaultOf(directory, reply.vault);
  if (!committee || !vault || !reply.routing.committees.includes(reply.committee)) return "not-genuine";
  if (!committee.vaults.includes(reply.vault) || !wasSealedTo(vault, reply.routing)) return "not-genuine";
  if (daysBetween(day, reply.day) > DAYS_AHEAD) return "not-genuine";
  if (!holds(preimage("reply", reply.portal, frame.message), frame.signature, vault.key)) return "not-genuine";
  return standing(vault, day);
}

/** Whether the writer left this vault among the readers. */
function wasSealedTo(vault: Vault, routing: Routing): boolean {
  return !routing.excluded.includes(vault.id) && !vault.conflicts.some((state) => routing.conflicts.includes(state));
}

function standing(vault: Vault, day: Day): Verdict {
  if (vault.status === "active" || vault.status === "absent") return "genuine";
  if (vault.status !== "retired" || vault.untilDay === null) return "not-genuine";
  return daysBetween(vault.untilDay, day) <= RETIRED_DAYS ? "retired" : "not-genuine";
}
