/** What a station sends to intake: sealed slots and the mailboxes they wait in (FORMAT.md 9.5). */

import type { Day } from "./calendar.ts";
import { type Json, Members, parseJson } from "./fields.ts";
import { checkSorted } from "./order.ts";

export const MOST_POST = 4 * 1024 * 1024;
const MOST_SLOTS = 20_000;

/** Where one slot waits (mailbox address, 32 bytes) and the SHA-256 of its bytes. */
export interface PostSlot {
  readonly mailbox: Uint8Array;
  readonly sha256: Uint8Array;
}

/** Slots sorted by SHA-256: no station, vault, sequence or time finer than a day. */
export interface Post {
  readonly day: Day;
  readonly slots: readonly PostSlot[];
}

/** From the JSON of a verified note. */
export function parsePost(data: Uint8Array): Post {
  const members = new Members(parseJson(data, MOST_POST), "post");
  const post = { day: members.day("day"), slots: members.each("slots", MOST_SLOTS, parseSlot) };
  members.end();
  checkSorted(
    "post.slots",
    post.slots.map(({ sha256 }) => sha256),
  );
  return post;
}

function parseSlot(value: Json): PostSlot {
  const members = new Members(value, "slot");
  const slot = { mailbox: members.data("mailbox", 32), sha256: members.data("sha256", 32) };
  members.end();
  return slot;
}
