/** Sends the parts of one message's files ahead of it: one after the other, each until intake has it for good. */

import { ClientError } from "../errors.ts";
import type { Attachments } from "../wire/attachments.ts";
import { toBase64url } from "../wire/base64.ts";
import { join } from "../wire/bytes.ts";
import type { Part } from "./attach.ts";
import type { Draws } from "./compose.ts";
import type { Net } from "./net.ts";
import { problem } from "./problem.ts";

const STORED = 204;
/** After these nothing that is under the ID can be used: another ID, and another seed, under which no name returns. */
const ANOTHER_ID: readonly string[] = ["conflict", "parts-missing"];

/**
 * Gives the parts of a stream in order, then what the message says of them. It is asked for one at a time, and handed
 * back the array of a part that is stored, to be filled again.
 */
export interface Sealer {
  next(spare?: Uint8Array): Promise<IteratorResult<Part, Attachments>>;
  /** Gives up; whoever waits is told so, or never hears again. */
  stop(): void;
}

/** `begin` seals the same files under a fresh seed. `told` hears of each part that is sealed or stored. */
export interface Load {
  readonly net: Net;
  readonly draws: Draws;
  readonly begin: () => Sealer;
  readonly told: (sealed: number, stored: number) => void;
}

/**
 * Whom sending asks. `ready`: before each part, whether to go on; it may take its time. `trouble`: after a refusal that
 * may pass, whether to try again; `failures` is how often this part failed before.
 */
export interface Asked {
  readonly ready: () => Promise<boolean>;
  readonly trouble: (refusal: ClientError, failures: number) => Promise<boolean>;
}

/** What is stored: the one ID, and what the message has to say. */
export interface Carried {
  readonly draws: Draws;
  readonly attachments: Attachments;
}

export interface Carriage {
  /** What is stored, once everything is. */
  carried(): Carried | null;
  /**
   * Goes on where it stopped, until all is stored (true) or `asked` ends it (false).
   *
   * Throws `ClientError` when trying again cannot help; `FileError` when a file is not what it was.
   */
  run(asked: Asked): Promise<boolean>;
  /** Breaks off the part that is on its way. It is sent again, whole. */
  interrupt(): void;
  /** Under another ID everything is sent again. False when there is no other ID; nothing is sent any more then. */
  restart(): boolean;
  /** Ends it, and deletes what is stored, by the author's tokens. Throws `ClientError`. */
  undo(): Promise<void>;
  /** Ends it; `run`, if it runs, never returns. */
  drop(): void;
}

export function newCarriage({ net, draws, begin, told }: Load): Carriage {
  let tries = 0;
  let asked = false;
  let over = false;
  let sealer: Sealer | null = null;
  let coming: Promise<IteratorResult<Part, Attachments>> | null = null;
  let part: Part | null = null;
  let spare: Uint8Array | undefined;
  let carried: Carried | null = null;
  let sealed = 0;
  let stored = 0;
  let stop = new AbortController();

  /** The next part is sealed while this one travels; one of each is held, and no more. */
  const seal = (): Promise<IteratorResult<Part, Attachments>> => {
    const mine = (sealer ??= begin());
    const next = mine.next(spare);
    spare = undefined;
    next.then(
      ({ done }) => done || mine !== sealer || told(++sealed, stored),
      () => {},
    );
    return next;
  };

  const step = async (id: string): Promise<void> => {
    if (part === null) {
      const next = await (coming ??= seal());
      coming = null;
      if (next.done) {
        const draw = draws.draws[tries];
        carried = { draws: { day: draws.day, draws: draw ? [draw] : [] }, attachments: next.value };
        sealer?.stop();
        return;
      }
      part = next.value;
      coming = seal();
    }
    asked = true;
    const answer = await net.put(`/submissions/${id}/parts/${toBase64url(part.name)}`, {}, part.data, stop.signal);
    if (answer.status !== STORED) throw problem(answer);
    spare = part.data;
    part = null;
    told(sealed, ++stored);
  };

  const forget = () => {
    stop.abort();
    sealer?.stop();
    sealer = coming = part = carried = null;
    spare = undefined;
    sealed = stored = 0;
  };

  const restart = () => {
    forget();
    told(0, 0);
    return ++tries < draws.draws.length;
  };

  return {
    carried: () => carried,
    async run({ ready, trouble }) {
      for (let failures = 0; carried === null;) {
        if (!(await ready())) return false;
        if (over) return new Promise(() => {});
        const id = draws.draws[tries]?.id;
        if (id === undefined) throw new ClientError("conflict", false);
        const { signal } = (stop = new AbortController());
        try {
          await step(id);
          failures = 0;
        } catch (error) {
          if (signal.aborted) continue;
          if (!(error instanceof ClientError)) throw error;
          if (ANOTHER_ID.includes(error.code)) restart();
          else if (!error.retry) throw error;
          else if (!(await trouble(error, failures++))) return false;
        }
      }
      return true;
    },
    interrupt: () => stop.abort(),
    restart,
    async undo() {
      over = true;
      forget();
      if (!asked) return;
      const tokens = draws.draws.slice(0, tries + 1).map((draw) => draw.token);
      const answer = await net.post("/submissions/delete", join(...tokens));
      if (answer.status !== STORED) throw problem(answer);
    },
    drop() {
      over = true;
      forget();
    },
  };
}
