/**
 * Seals files away from the page, which stays quick meanwhile. Told `{portal, files, hashing}` once, then `{spare}` for
 * each part. Answers `{part}`, then `{attachments}`; or `{code, at}`, after which it says nothing more.
 */

import type { Attachments } from "../wire/attachments.ts";
import { attach, type FileSource, type Part } from "./attach.ts";
import { atOnceIfShort, type Emptied, type Filled, hashingAt, type NewHash, type Port } from "./hashing.ts";
import { FileError } from "./named.ts";

/** What it is told. `hashing`: where the files are hashed, and where the stream is. */
export type Order =
  | {
      readonly portal: string;
      readonly files: readonly FileSource[];
      readonly hashing: readonly [Port<Emptied, Filled>, Port<Emptied, Filled>];
    }
  | { readonly spare?: Uint8Array };

/** What it answers. `at`: the file that is not what it was. */
export type Word =
  | { readonly part: Part }
  | { readonly attachments: Attachments }
  | { readonly code: "file-changed" | "file-unreadable"; readonly at: number };

let parts: AsyncGenerator<Part, Attachments, Uint8Array | void> | null = null;

self.addEventListener("message", (event: MessageEvent<Order>) => void obey(event.data).catch(end));

/** Throws what is no fault of a file. */
async function obey(order: Order): Promise<void> {
  if ("portal" in order) {
    const [files, stream] = order.hashing.map(hashingAt) as [NewHash, NewHash];
    parts = attach(order.portal, order.files, { files: atOnceIfShort(files), stream });
    return;
  }
  try {
    const next = await parts?.next(order.spare);
    if (!next) throw new Error("no files");
    if (next.done) answer({ attachments: next.value });
    else answer({ part: next.value }, next.value.data.buffer);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    answer({ code: error.code as "file-changed", at: error.at });
  }
}

/** Thrown where nobody catches it, not even a promise, so that the page hears of it at once. */
function end(error: unknown): void {
  self.setTimeout(() => {
    throw error;
  });
}

function answer(word: Word, ...given: readonly ArrayBufferLike[]): void {
  self.postMessage(word, { transfer: given as ArrayBuffer[] });
}
