/** What a signature is about (FORMAT.md 1.3): no signature made for one purpose verifies for another. */

import { join, utf8 } from "./bytes.ts";

export type What =
  | "directory"
  | "day"
  | "today"
  | "gone"
  | "message"
  | "reply"
  | "routing"
  | "post"
  | "record"
  | "announce"
  | "destroy"
  | "handover"
  | "release"
  | "parcel";

/** The line a note starts with, without line feed. */
export function firstLine(what: What, portal: string): string {
  return `sealed-intake/${what}/v1 ${portal}`;
}

/** The bytes that a signature outside a note covers. */
export function preimage(what: What, portal: string, data: Uint8Array): Uint8Array {
  return join(utf8(`${firstLine(what, portal)}\0`), data);
}
