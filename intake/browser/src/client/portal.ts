/** The portal as this device may believe it today: directory, epoch and the keys to seal to. */

import { ClientError, CryptoError, FormatError } from "../errors.ts";
import { agreedDay, type Believed, believe, type Pin, vaultKeys } from "../public/trust.ts";
import { toBase64url } from "../wire/base64.ts";
import { fromUtf8, utf8 } from "../wire/bytes.ts";
import type { Day } from "../wire/calendar.ts";
import { type Directory, type Epoch, MOST_DIRECTORY } from "../wire/directory.ts";
import { parseNote } from "../wire/note.ts";
import type { Answer, Net } from "./net.ts";
import { problem } from "./problem.ts";

export { parsePin, type Pin } from "../public/trust.ts";

export interface Portal {
  readonly name: string;
  readonly directory: Directory;
  readonly epoch: Epoch;
  readonly day: Day;
  /** Vault name -> X-Wing key (1,216 bytes) of the epoch. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

/** This device's clock in milliseconds since 1970, and the day that the person gave when it was found wrong. */
export interface Clock {
  readonly now: number;
  readonly chosen?: Day;
}

/** What this visit has already believed: an older directory is refused from then on. */
export interface Believing {
  readonly atLeast: number;
}

/**
 * Fetches the directory and the key file in force, and checks all of it against the pin.
 *
 * Throws `ClientError` with the code of what was refused; "clocks-apart" when device and server differ by more
 * than 26 hours and the person has not said which day it is.
 */
export async function openPortal(
  pin: Pin,
  clock: Clock,
  net: Net,
  { atLeast }: Believing = { atLeast: 1 },
): Promise<Portal> {
  try {
    const answer = await fetched(net, "/start");
    const day = agreedDay(clock.now, answer.date, clock.chosen);
    const believed = believeStart(pin, answer.bytes, day, atLeast);
    const file = await fetched(net, `/keys/${toBase64url(believed.epoch.keys)}`);
    const { directory, epoch } = believed;
    return { name: pin.portal, directory, epoch, day, keys: vaultKeys(believed, file.bytes) };
  } catch (error) {
    if (error instanceof CryptoError && !(error instanceof ClientError)) throw new ClientError(error.code, false);
    throw error;
  }
}

async function fetched(net: Net, path: string): Promise<Answer> {
  const answer = await net.get(path);
  if (answer.status !== 200) throw problem(answer);
  return answer;
}

function believeStart(pin: Pin, data: Uint8Array, day: Day, atLeast: number): Believed {
  const start = parseStart(data);
  const noteOf = (text: string) => parseNote(utf8(text), MOST_DIRECTORY);
  return believe(pin, noteOf(start.directory), start.changes.map(noteOf), day, atLeast);
}

/** An envelope without signature: what stands in it is checked by itself, so members added later do no harm. */
function parseStart(data: Uint8Array): { directory: string; changes: readonly string[] } {
  let start: unknown;
  try {
    start = JSON.parse(fromUtf8(data));
  } catch {
    throw new FormatError("start");
  }
  const { v, directory, changes } = Object(start) as Record<string, unknown>;
  const texts = Array.isArray(changes) && changes.every((note): note is string => typeof note === "string");
  if (v !== 1 || typeof directory !== "string" || !texts) throw new FormatError("start");
  return { directory, changes };
}
