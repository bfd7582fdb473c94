/** Locks and sends, says what happens as it happens, and tries again while the line is down. */

import type { Progress, Sealed } from "../client/compose.ts";
import type { Net } from "../client/net.ts";
import type { Portal } from "../client/portal.ts";
import { send } from "../client/send.ts";
import { ClientError, CryptoError } from "../errors.ts";
import { pressedOrLater, say, screenFrom, show, slot } from "./screens.ts";
import { number, word } from "./words.ts";

const PAUSES = [20, 40, 60] as const;
/** Refusals after which new keys are fetched and everything is locked again. */
const KEYS_CHANGED: readonly string[] = ["directory-outdated", "epoch-over", "epoch-early", "unknown-directory"];
const MOST_TURNS = 3;
/** Long enough to read, and for a screen reader to begin, "Stored." */
const STORED_PAUSE = 1_200;

type Line = "lock" | "send" | "stored";
type State = "doing" | "done" | "broken";

/** `sameReaders`: whether this portal would let the same people read it. */
export interface Sending {
  readonly net: Net;
  readonly portal: Portal;
  readonly reopen: () => Promise<Portal>;
  readonly seal: (portal: Portal, progress: Progress) => Promise<Sealed>;
  readonly sameReaders: (portal: Portal) => boolean;
}

/** `readers-changed`: nothing was sent, and `portal` would let others read it; the person must see that first. */
export interface Outcome {
  readonly end: "stored" | "back" | "readers-changed";
  readonly portal: Portal;
}

/** Ends when intake has the message for good, or the person goes back to the words. */
export async function sealAndSend(sending: Sending): Promise<Outcome> {
  const screen = screenFrom("sealing");
  show(screen);
  let { portal } = sending;
  let sealed: Sealed | null = null;
  for (let turn = 0, failures = 0; ;) {
    try {
      sealed ??= await lock(screen, sending, portal);
      await deliver(screen, sending.net, sealed);
      return { end: "stored", portal };
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      const renewed = KEYS_CHANGED.includes(error.code) && turn++ < MOST_TURNS ? await renew(sending) : null;
      if (renewed && !sending.sameReaders(renewed)) return { end: "readers-changed", portal: renewed };
      if (!passing(error)) sealed = null;
      if (renewed) {
        portal = renewed;
        continue;
      }
      if ((await trouble(screen, error, failures++)) === "back") return { end: "back", portal };
      turn = 0;
    }
  }
}

async function lock(screen: HTMLElement, sending: Sending, portal: Portal): Promise<Sealed> {
  mark(screen, "lock", "doing");
  await drawn();
  const sealed = await sending.seal(portal, drawn);
  mark(screen, "lock", "done");
  return sealed;
}

async function deliver(screen: HTMLElement, net: Net, sealed: Sealed): Promise<void> {
  mark(screen, "send", "doing");
  await send(net, sealed);
  mark(screen, "send", "done");
  mark(screen, "stored", "done");
  await pause(STORED_PAUSE);
}

/** The portal as it is now, or null when it cannot be had or believed. */
async function renew(sending: Sending): Promise<Portal | null> {
  try {
    return await sending.reopen();
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

/** Says what went wrong; ends by itself after a pause if trying again can help, or by a button. */
async function trouble(screen: HTMLElement, error: CryptoError, failures: number): Promise<string> {
  const retry = passing(error);
  const seconds = PAUSES[Math.min(failures, PAUSES.length - 1)] ?? PAUSES[0];
  mark(screen, error instanceof ClientError ? "send" : "lock", "broken");
  slot(screen, "trouble").hidden = false;
  say(screen, "trouble-words", troubleWords(error, seconds));
  say(screen, "code", error.code);
  slot(screen, "trouble-code").hidden = retry;
  const act = await pressedOrLater(screen, retry ? seconds : null);
  slot(screen, "trouble").hidden = true;
  slot(screen, "trouble-words").textContent = "";
  return act;
}

/** Whether the very same box may be taken later. */
function passing(error: CryptoError): boolean {
  return error instanceof ClientError && error.retry;
}

function troubleWords(error: CryptoError, seconds: number): string {
  if (!(error instanceof ClientError)) return word("send-lock");
  if (KEYS_CHANGED.includes(error.code)) return word("send-closed");
  if (!error.retry) return word("send-refused");
  return word(error.code === "line" ? "send-line" : "send-busy", { seconds: number(seconds) });
}

function mark(screen: HTMLElement, line: Line, state: State): void {
  const row = screen.querySelector<HTMLElement>(`[data-line="${line}"]`);
  if (!row) return;
  row.dataset["state"] = state;
  row.hidden = false;
}

/** Lets the browser draw; a timer, because animation frames stop in a page that is not seen. */
function drawn(): Promise<void> {
  return pause(0);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, milliseconds));
}
