/**
 * Seals files away from the page, which stays quick meanwhile. Told `{portal, files}` once, then `{spare}` for each part.
 * Answers `{part}`, then `{attachments}`; or `{code, at}`, after which it says nothing more.
 */

import type { Attachments } from "../wire/attachments.ts";
import { attach, type FileSource, type Part } from "./attach.ts";
import { FileError } from "./named.ts";

/** What it is told. */
export type Order =
  { readonly portal: string; readonly files: readonly FileSource[] } | { readonly spare?: Uint8Array };

/** What it answers. `at`: the file that is not what it was. */
export type Word =
  | { readonly part: Part }
  | { readonly attachments: Attachments }
  | { readonly code: "file-changed" | "file-unreadable"; readonly at: number };

let parts: AsyncGenerator<Part, Attachments, Uint8Array | void> | null = null;

self.addEventListener("message", (event: MessageEvent<Order>) => void obey(event.data));

/** What is no fault of a file is thrown, and thus ends this worker. */
async function obey(order: Order): Promise<void> {
  if ("portal" in order) {
    parts = attach(order.portal, order.files);
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

function answer(word: Word, ...given: readonly ArrayBufferLike[]): void {
  self.postMessage(word, { transfer: given as ArrayBuffer[] });
}
