/** Fetches, opens and judges the replies that wait under a receipt. */

import { AgeError, ClientError, FormatError } from "../errors.ts";
import { openSlot } from "../public/open.ts";
import { judge, type Verdict } from "../public/replies.ts";
import { SLOT_LENGTH } from "../wire/age.ts";
import { toBase64url } from "../wire/base64.ts";
import { equal, join, u16 } from "../wire/bytes.ts";
import { sha256 } from "../wire/digest.ts";
import { type Fragment, joinFragments, parseFragment, readReply, type Reply } from "../wire/reply.ts";
import type { Net } from "./net.ts";
import type { Portal } from "./portal.ts";
import { problem } from "./problem.ts";
import { type ReceiptKeys, receiptKeys, routingOf, threadKey, wipeKeys } from "./receipt_keys.ts";

const SLOTS_A_PAGE = 4;
const MOST_PAGES = 64;

/** A reply, what it is worth, and the SHA-256 of the whole frame it came in, by which a consent answer names it. */
export interface ThreadItem {
  readonly reply: Reply;
  readonly verdict: Verdict;
  readonly frameHash: Uint8Array;
}

/** `unreadable` counts what opened for this receipt but is damaged, incomplete or of a kind that cannot be shown. */
export interface ThreadItems {
  readonly items: readonly ThreadItem[];
  readonly unreadable: number;
}

/** All replies, newest day first. Throws `ClientError`. A receipt that was never used gives an empty thread. */
export async function readThread(net: Net, portal: Portal, receipt: Uint8Array): Promise<ThreadItems> {
  const keys = receiptKeys(receipt, portal.name);
  try {
    const { fragments, damaged } = await collect(net, keys);
    const items: ThreadItem[] = [];
    let unreadable = damaged;
    for (const pieces of byReply(fragments)) {
      const item = read(pieces, portal, keys);
      if (item) items.push(item);
      else unreadable++;
    }
    items.sort((a, b) => (a.reply.day < b.reply.day ? 1 : a.reply.day > b.reply.day ? -1 : 0));
    return { items, unreadable };
  } finally {
    wipeKeys(keys);
  }
}

interface Collected {
  readonly fragments: Fragment[];
  damaged: number;
}

/**
 * Fetches pages until one holds a decoy. Up to three slots thus take one request, like an empty mailbox: whoever
 * watches the line cannot tell whether an answer was there.
 */
async function collect(net: Net, keys: ReceiptKeys): Promise<Collected> {
  const collected: Collected = { fragments: [], damaged: 0 };
  for (let page = 0; page < MOST_PAGES; page++) {
    const slots = await fetchPage(net, keys, page);
    let decoys = 0;
    for (const slot of slots) if (!(await openInto(collected, slot, keys))) decoys++;
    if (decoys > 0) break;
  }
  return collected;
}

async function fetchPage(net: Net, keys: ReceiptKeys, page: number): Promise<readonly Uint8Array[]> {
  const answer = await net.post("/mailbox", join(keys.mailboxSecret, u16(page)));
  if (answer.status !== 200) throw problem(answer);
  if (answer.bytes.length !== SLOTS_A_PAGE * SLOT_LENGTH) throw new ClientError("bad-answer", true);
  return Array.from({ length: SLOTS_A_PAGE }, (_, at) => answer.bytes.slice(at * SLOT_LENGTH, (at + 1) * SLOT_LENGTH));
}

/** Whether the slot was for this receipt. */
async function openInto(collected: Collected, slot: Uint8Array, keys: ReceiptKeys): Promise<boolean> {
  try {
    collected.fragments.push(parseFragment(await openSlot(slot, keys.replySeed)));
  } catch (error) {
    if (error instanceof AgeError && error.code === "no-match") return false;
    if (!(error instanceof FormatError)) throw error;
    collected.damaged++;
  }
  return true;
}

function byReply(fragments: readonly Fragment[]): Iterable<readonly Fragment[]> {
  const replies = new Map<string, Fragment[]>();
  for (const fragment of fragments) {
    const of = `${toBase64url(fragment.replyId)} ${fragment.count}`;
    replies.set(of, [...(replies.get(of) ?? []), fragment]);
  }
  return replies.values();
}

/** The reply and what it is worth, or null when its bytes do not hold one that can be shown. */
function read(pieces: readonly Fragment[], portal: Portal, keys: ReceiptKeys): ThreadItem | null {
  try {
    const { reply, frame } = readReply(pieces);
    const ours = isOurs(reply, portal, keys);
    const verdict = ours ? judge(reply, frame, portal.directory, portal.day) : "not-genuine";
    return { reply, verdict, frameHash: sha256(joinFragments(pieces)) };
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** Whether it answers this thread of this portal, with the routing that its writer chose. */
function isOurs(reply: Reply, portal: Portal, keys: ReceiptKeys): boolean {
  return (
    reply.portal === portal.name &&
    equal(reply.thread, threadKey(keys)) &&
    equal(reply.routing.tag, routingOf(keys, reply.routing).tag)
  );
}
