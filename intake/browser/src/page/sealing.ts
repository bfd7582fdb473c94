/** Locks and sends, says what happens as it happens, and tries again while the line is down. */

import type { Progress, Sealed } from "../client/compose.ts";
import type { Net } from "../client/net.ts";
import type { Portal } from "../client/portal.ts";
import { send, type Way } from "../client/send.ts";
import { ClientError, CryptoError } from "../errors.ts";
import type { Files } from "./adding.ts";
import { mark, pause, troubled, waitingTime } from "./progress.ts";
import { say, screenFrom, show, slot } from "./screens.ts";
import { number, word } from "./words.ts";

const PAUSES = [20, 40, 60] as const;
/** Refusals after which new keys are fetched and everything is locked again. */
const KEYS_CHANGED: readonly string[] = ["directory-outdated", "epoch-over", "epoch-early", "unknown-directory"];
const MOST_TURNS = 3;
/** Long enough to read, and for a screen reader to begin, "Stored." */
const STORED_PAUSE = 1_200;

/** `files` must be there before the message. `sameReaders`: whether this portal would let the same people read it. */
export interface Sending {
  readonly files?: Pick<Files, "carry" | "again"> | null;
  readonly net: Net;
  readonly portal: Portal;
  readonly reopen: () => Promise<Portal>;
  readonly seal: (portal: Portal, progress: Progress) => Promise<Sealed>;
  readonly sameReaders: (portal: Portal) => boolean;
}

/**
 * `files`: the person must look at the files again. `readers-changed`: `portal` would let others read it; the person
 * must see that before anything goes to them. `maybeSent`, over all tries: the message may have arrived all the same.
 */
export interface Outcome extends Readonly<Way> {
  readonly end: "stored" | "back" | "files" | "readers-changed";
  readonly portal: Portal;
}

/** Ends when intake has the message for good, or the person goes back to the words. */
export async function sealAndSend(sending: Sending): Promise<Outcome> {
  let screen = freshScreen();
  let { portal } = sending;
  let sealed: Sealed | null = null;
  const way: Way = { maybeSent: false };
  for (let turn = 0, failures = 0; ;) {
    try {
      const end = await sending.files?.carry(screen);
      if (end && end !== "sent") return { ...way, end, portal };
      sealed ??= await lock(screen, sending, portal);
      await deliver(screen, sending.net, sealed, way);
      return { ...way, end: "stored", portal };
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      const renewed = KEYS_CHANGED.includes(error.code) && turn++ < MOST_TURNS ? await renew(sending) : null;
      if (renewed && !sending.sameReaders(renewed)) return { ...way, end: "readers-changed", portal: renewed };
      if (!passing(error)) sealed = null;
      if (renewed) portal = renewed;
      else if (sending.files?.again(error.code)) screen = freshScreen();
      else {
        if ((await trouble(screen, error, failures++)) === "back") return { ...way, end: "back", portal };
        turn = 0;
      }
    }
  }
}

function freshScreen(): HTMLElement {
  const screen = screenFrom("sealing");
  show(screen);
  return screen;
}

async function lock(screen: HTMLElement, sending: Sending, portal: Portal): Promise<Sealed> {
  mark(screen, "lock", "doing");
  await drawn();
  const sealed = await sending.seal(portal, drawn);
  mark(screen, "lock", "done");
  return sealed;
}

async function deliver(screen: HTMLElement, net: Net, sealed: Sealed, way: Way): Promise<void> {
  mark(screen, "send", "doing");
  await send(net, sealed, way);
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
  const client = error instanceof ClientError;
  const seconds = waitingTime(PAUSES, failures, client ? error.after : 0);
  mark(screen, client ? "send" : "lock", "broken");
  say(screen, "code", error.code);
  slot(screen, "trouble-code").hidden = retry;
  return troubled(screen, troubleWords(error, seconds), retry ? seconds : null);
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

/** Lets the browser draw; a timer, because animation frames stop in a page that is not seen. */
function drawn(): Promise<void> {
  return pause(0);
}
