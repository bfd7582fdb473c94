/** Says how far the files have come while they are sealed and sent; the person can pause, go on, or cancel. */

import type { Asked, Carriage } from "../client/carry.ts";
import type { ClientError } from "../errors.ts";
import { mark, troubled, waitingTime } from "./progress.ts";
import { pressed, say, slot } from "./screens.ts";
import { timeInWords } from "./sizes.ts";
import { number, word } from "./words.ts";

/** In seconds; what intake asks for may be longer. */
const PAUSES = [5, 10, 20, 40, 60] as const;
/** A screen reader hears of each quarter. */
const QUARTERS = 4;

/** How many parts are sealed and how many are stored; `changed` is told when it is otherwise. */
export interface Meter {
  sealed: number;
  stored: number;
  changed: () => void;
  set(sealed: number, stored: number): void;
}

export function newMeter(): Meter {
  const meter: Meter = {
    sealed: 0,
    stored: 0,
    changed: () => {},
    set(sealed, stored) {
      meter.sealed = sealed;
      meter.stored = stored;
      meter.changed();
    },
  };
  return meter;
}

type State = "going" | "paused" | "asking" | "cancelled";

/**
 * What the screen and its buttons agree on. `wake` lets sending look at `state` again; `since` is when the part on its
 * way was begun, `spoken` the last quarter that was read out.
 */
interface Showing {
  readonly screen: HTMLElement;
  readonly carriage: Carriage;
  state: State;
  troubled: boolean;
  since: number;
  spoken: number;
  wake: () => void;
}

/** Ends when all is stored, or the person wants it. Throws what `Carriage.run` throws. */
export async function showCarrying(
  screen: HTMLElement,
  carriage: Carriage,
  meter: Meter,
  of: number,
): Promise<"sent" | "back" | "cancelled"> {
  const showing: Showing = {
    screen,
    carriage,
    state: "going",
    troubled: false,
    since: 0,
    spoken: 0,
    wake: () => {},
  };
  const over = new AbortController();
  if (!carriage.carried()) {
    slot(screen, "carrying").hidden = false;
    mark(screen, "files", "doing");
    meter.changed = drawing(showing, meter, of);
    meter.changed();
    void listen(showing, over.signal);
  }
  try {
    const all = await carriage.run(asked(showing));
    if (all) mark(screen, "files", "done");
    return all ? "sent" : showing.state === "cancelled" ? "cancelled" : "back";
  } finally {
    over.abort();
    meter.changed = () => {};
    slot(screen, "carrying").hidden = true;
  }
}

async function listen(showing: Showing, over: AbortSignal): Promise<void> {
  const states: Readonly<Record<string, State>> = {
    pause: "paused",
    "go-on": "going",
    cancel: "asking",
    back: "asking",
    stop: "cancelled",
  };
  for (;;) {
    const state = states[await pressed(showing.screen, over)];
    if (state && !showing.troubled) change(showing, state);
  }
}

/** Whoever pauses, or is asked whether to cancel, has nothing sent meanwhile. */
function change(showing: Showing, state: State): void {
  const { screen, carriage } = showing;
  showing.state = state;
  arrange(showing);
  carriage.interrupt();
  showing.wake();
  const shown = slot(screen, state === "asking" ? "sure" : "controls");
  shown.querySelector<HTMLElement>("button:not([hidden])")?.focus();
}

/** Shows the buttons that fit. */
function arrange({ screen, state, troubled: hidden }: Showing): void {
  const controls = slot(screen, "controls");
  slot(screen, "sure").hidden = state !== "asking" || hidden;
  controls.hidden = state === "asking" || hidden;
  for (const button of controls.querySelectorAll("button")) {
    button.hidden = button.dataset["act"] === (state === "paused" ? "pause" : "go-on");
  }
  slot(screen, "paused").hidden = state !== "paused";
}

function asked(showing: Showing): Asked {
  return {
    async ready() {
      while (showing.state === "paused" || showing.state === "asking") {
        await new Promise<void>((resolve) => (showing.wake = resolve));
      }
      showing.since = performance.now();
      return showing.state === "going";
    },
    async trouble(refusal, failures) {
      const act = await trouble(showing, refusal, waitingTime(PAUSES, failures, refusal.after));
      return act !== "back";
    },
  };
}

async function trouble(showing: Showing, { code }: ClientError, seconds: number): Promise<string> {
  const { screen } = showing;
  showing.troubled = true;
  arrange(showing);
  mark(screen, "files", "broken");
  slot(screen, "trouble-code").hidden = true;
  const words = word(code === "line" ? "files-line" : "files-busy", { seconds: number(seconds) });
  const act = await troubled(screen, words, seconds);
  mark(screen, "files", "doing");
  showing.troubled = false;
  arrange(showing);
  return act;
}

/** Draws how far it has come. How fast it goes is judged by the parts of this stretch; waiting does not count. */
function drawing(showing: Showing, meter: Meter, of: number): () => void {
  const { screen } = showing;
  const bar = screen.querySelector("progress");
  const begun = meter.stored;
  let [before, spent] = [begun, 0];
  return () => {
    const { sealed, stored } = meter;
    if (stored > before) spent += performance.now() - showing.since;
    before = stored;
    if (bar) [bar.max, bar.value] = [2 * of, sealed + stored];
    const words = word("pieces", { count: number(stored), all: number(of) });
    say(screen, "pieces", words);
    say(screen, "left", stored > begun ? timeInWords((spent / (stored - begun)) * (of - stored)) : "");
    const quarter = Math.floor((QUARTERS * stored) / of);
    if (quarter > showing.spoken) slot(screen, "spoken").textContent = words;
    showing.spoken = quarter;
  };
}
