/** What must not be guessed comes from the system's source, through `crypto.getRandomValues`. */

import { randomBytes } from "@noble/hashes/utils.js";

export { randomBytes };

/** A whole number below `limit` (at most 256), all equally likely: bytes that would favour some are drawn again. */
export function randomBelow(limit: number): number {
  const fair = 256 - (256 % limit);
  for (;;) {
    const [byte] = randomBytes(1);
    if (byte !== undefined && byte < fair) return byte % limit;
  }
}

/** The same things, at most 256, in an order that is as likely as any other (Fisher and Yates). */
export function shuffled<T>(things: readonly T[]): T[] {
  const mixed: T[] = [];
  things.forEach((thing, count) => {
    const at = randomBelow(count + 1);
    mixed.push(thing);
    [mixed[count], mixed[at]] = [mixed[at] as T, thing];
  });
  return mixed;
}
