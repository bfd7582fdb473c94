/** Asks who should read it: committees of the signed directory, or the desk for those who do not know. */

import { openCommittees, readers } from "../client/choose.ts";
import type { Portal } from "../client/portal.ts";
import { RoutingError } from "../errors.ts";
import type { Committee, Vault } from "../wire/directory.ts";
import type { Choice } from "../wire/message.ts";
import { complain, settle } from "./complaint.ts";
import { type Option, optionFields } from "./fields.ts";
import { pressed, screenFrom, show, slot } from "./screens.ts";
import type { Move } from "./walk.ts";
import { language, word } from "./words.ts";

/** A choice of these committees; this form leaves nobody of them out. */
export function choiceOf(committees: readonly string[]): Choice {
  return { committees, excluded: [], conflicts: [] };
}

/** `notice`: what to say about an earlier choice, or empty. */
export async function askCommittees(
  portal: Portal,
  chosen: readonly string[],
  notice = "",
): Promise<{ move: Move; committees: readonly string[] }> {
  const screen = screenFrom("step-committees");
  const options = optionFields("checkbox", optionsOf(portal), chosen);
  slot(screen, "field").append(options.group);
  options.group.addEventListener("change", () => settle(screen));
  listOthers(screen, portal);
  show(screen);
  if (notice) complain(screen, notice);
  for (;;) {
    const act = await pressed(screen);
    const committees = options.chosen();
    if (act === "back") return { move: "back", committees };
    const complaint = complaintAbout(portal, choiceOf(committees));
    if (complaint === null) return { move: "next", committees };
    complain(screen, complaint);
  }
}

/** Why this choice cannot be written to, in words; null when it can. */
export function complaintAbout(portal: Portal, choice: Choice): string | null {
  if (choice.committees.length === 0) return word("choose-reader");
  try {
    readers(portal, choice);
    return null;
  } catch (error) {
    if (error instanceof RoutingError) return word(error.code);
    throw error;
  }
}

/** The committees as they are called in the language of the page. */
export function committeeNames(portal: Portal, committees: readonly string[]): readonly string[] {
  const named = portal.directory.committees.filter((committee) => committees.includes(committee.id));
  return named.map((committee) => committee.names[language()]);
}

/** Names exactly these readers; empty when there is none. */
export function readerIds(portal: Portal, choice: Choice): string {
  try {
    return readers(portal, choice)
      .map((vault) => vault.id)
      .join(" ");
  } catch (error) {
    if (error instanceof RoutingError) return "";
    throw error;
  }
}

/** Each reader with the committees it reads for, as one line. */
export function readerNames(portal: Portal, choice: Choice): readonly string[] {
  return readers(portal, choice).map((vault) => readerName(vault, portal, choice.committees));
}

function readerName(vault: Vault, portal: Portal, committees: readonly string[]): string {
  const serves = portal.directory.committees.filter(
    (committee) => committees.includes(committee.id) && committee.vaults.includes(vault.id),
  );
  const names = serves.map((committee) => committee.names[language()]);
  return word("reader-of", { reader: vault.titles[language()], committee: names.join(", ") });
}

function optionsOf(portal: Portal): readonly Option[] {
  const open = openCommittees(portal);
  const isDesk = (committee: Committee) => committee.arrangement === "desk";
  return [
    ...open.filter((one) => !isDesk(one)).map((one) => ({ name: one.id, label: one.names[language()] })),
    ...open.filter(isDesk).map((desk) => ({
      name: desk.id,
      label: word("unknown"),
      hint: word("unknown-hint", { desk: desk.names[language()] }),
      alone: true,
    })),
  ];
}

/** Those that are not open here, each with its ordinary address. */
function listOthers(screen: HTMLElement, portal: Portal): void {
  const others = portal.directory.committees.filter((committee) => committee.status === "not-open");
  slot(screen, "others").hidden = others.length === 0;
  for (const other of others) {
    const row = document.createElement("li");
    const name = document.createElement("strong");
    const address = document.createElement("bdi");
    name.textContent = other.names[language()];
    address.dir = "ltr";
    address.className = "address";
    address.textContent = other.contact;
    row.append(name, " ", address);
    slot(screen, "other-list").append(row);
  }
}
