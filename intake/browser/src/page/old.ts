/**
 * The first module of the form's script: the libraries cannot even be loaded without some of what is looked for here. A
 * browser that lacks it is told so before there is a field, and nothing else of the script runs.
 *
 * Who cannot read the script at all, since it is written in newer words, still has what stands on the page without it.
 */

import { armExit } from "./exit.ts";
import { screenFrom } from "./screens.ts";

/** What the lock needs, by the names of the page's sentences about it; other browsers give it since about 2020. */
const NEEDS: Readonly<Record<string, () => boolean>> = {
  numbers: () => are(typeof BigInt),
  chance: () => are(typeof crypto === "undefined" ? "" : typeof crypto.getRandomValues) && draws(),
  streams: () => are(typeof ReadableStream, typeof TransformStream),
  letters: () => are(typeof TextEncoder, typeof TextDecoder, typeof Intl === "undefined" ? "" : "function"),
  sending: () => are(typeof fetch, typeof Headers, typeof AbortController),
  screens: () => are(typeof Element.prototype.replaceChildren),
};

const lacking = Object.keys(NEEDS).filter((name) => NEEDS[name]?.() !== true);
if (lacking.length > 0) {
  armExit();
  sayTooOld(lacking);
  throw new Error(`no ${lacking.join(", ")}`);
}

function are(...types: readonly string[]): boolean {
  return types.every((type) => type === "function");
}

/** What fills in nothing, or always the same, would lock every message with a key that others know. */
function draws(): boolean {
  const [first, second] = [new Uint8Array(16), new Uint8Array(16)];
  crypto.getRandomValues(first);
  crypto.getRandomValues(second);
  return first.join() !== second.join();
}

/** By means that are older than what may be missing. */
function sayTooOld(lacking: readonly string[]): void {
  const screen = screenFrom("too-old");
  for (const row of Array.from(screen.querySelectorAll<HTMLElement>("[data-needs]")))
    row.hidden = !lacking.includes(row.dataset["needs"] ?? "");
  const place = document.getElementById("screen");
  if (!place) return;
  place.textContent = "";
  place.appendChild(screen);
  screen.querySelector("h1")?.focus();
}
