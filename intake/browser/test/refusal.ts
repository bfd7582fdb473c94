import assert from "node:assert/strict";

import { CryptoError } from "../src/errors.ts";

/** The code with which `act` is refused; fails when it is not refused, or breaks in another way. */
export function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return codeOf(error);
  }
  return assert.fail("was not refused");
}

/** The same for what takes time. */
export async function laterRefusal(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
  } catch (error) {
    return codeOf(error);
  }
  return assert.fail("was not refused");
}

function codeOf(error: unknown): string {
  if (error instanceof CryptoError) return error.code;
  throw error;
}
