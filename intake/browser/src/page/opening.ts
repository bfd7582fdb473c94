/** Opens the form, or says why it stays closed. Until this has ended well, there is no field on the page. */

import { openPortal, type Pin, type Portal } from "../client/portal.ts";
import type { Net } from "../client/net.ts";
import { selfTest } from "../client/selftest.ts";
import { ClientError } from "../errors.ts";
import type { Day } from "../wire/calendar.ts";
import { askToday } from "./clock.ts";
import { pressed, say, screenFrom, show, slot } from "./screens.ts";
import { word } from "./words.ts";

/** Codes that have words of their own; the others are of a signed list that cannot be believed. */
const REASONS: Readonly<Record<string, string>> = {
  line: "closed-line",
  "bad-answer": "closed-busy",
  closed: "closed-busy",
  internal: "closed-busy",
  "storage-full": "closed-busy",
  "too-many": "closed-busy",
  "self-test": "closed-self-test",
  expired: "closed-expired",
  "not-yet-valid": "closed-not-yet",
  "missing-epoch": "closed-keys",
  "key-file-mismatch": "closed-keys",
  "key-file-length": "closed-keys",
  "not-found": "closed-keys",
};

/** A portal that was believed, and how to ask for it again; what is older than the last one believed is refused. */
export interface Opened {
  readonly portal: Portal;
  readonly reopen: () => Promise<Portal>;
}

/** Tries until the lock works and the portal is believed; asks for the date when the clocks disagree. */
export async function opened(pin: Pin, net: Net): Promise<Opened> {
  let chosen: Day | undefined;
  let atLeast = pin.seq;
  const reopen = async () => {
    const now = Date.now();
    const portal = await openPortal(pin, chosen === undefined ? { now } : { now, chosen }, net, { atLeast });
    atLeast = portal.directory.seq;
    return portal;
  };
  for (;;) {
    try {
      await selfTest();
      return { portal: await reopen(), reopen };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (error.code === "clocks-apart") chosen = await askToday();
      else await sayClosed(REASONS[error.code] ?? "closed-directory", error.code);
    }
  }
}

/** Shows the reason until the person wants to try again. `typed`: something had been typed before. */
export async function sayClosed(reason: string, code: string, typed = false): Promise<void> {
  const screen = screenFrom("closed");
  say(screen, "code", code);
  slot(screen, "untouched").hidden = typed;
  show(screen);
  say(screen, "reason", word(reason));
  await pressed(screen);
}
