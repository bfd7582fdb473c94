/** The one order in which lists of names and hashes stand (FORMAT.md 9). */

import { FormatError } from "../errors.ts";

/** Refuses values that do not rise by their bytes, each of them once. All have one length. */
export function checkSorted(where: string, values: readonly Uint8Array[]): void {
  values.forEach((value, at) => {
    const before = values[at - 1];
    if (before !== undefined && !isBefore(before, value)) throw new FormatError(where);
  });
}

function isBefore(a: Uint8Array, b: Uint8Array): boolean {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
