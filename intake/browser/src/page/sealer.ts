/** The Worker that seals files. Its script is part of this one, so that whoever trusts this one trusts it too. */

import source from "worker-source";

import type { Sealer } from "../client/carry.ts";
import { FileError } from "../client/named.ts";
import type { Order, Word } from "../client/sealing_worker.ts";
import { ClientError } from "../errors.ts";

/** A part takes a tenth of a second; a slow disk, a minute. */
const MOST_SILENCE = 120_000;

type Next = Awaited<ReturnType<Sealer["next"]>>;

/** Throws `ClientError` "worker" from `next` when there is no Worker, when it dies, or when it does not answer. */
export function sealInWorker(portal: string, files: readonly File[]): Sealer {
  let waiting: { resolve: (next: Next) => void; reject: (error: unknown) => void } | null = null;
  let timer = 0;
  let worker: Worker | null = null;
  const stop = () => {
    window.clearTimeout(timer);
    worker?.terminate();
    worker = null;
  };
  const fail = (error: unknown) => {
    stop();
    waiting?.reject(error);
  };
  const dead = (event?: Event) => {
    event?.preventDefault();
    fail(new ClientError("worker", false));
  };
  try {
    worker = begun(portal, files);
    worker.onmessage = ({ data }: MessageEvent<Word>) => {
      window.clearTimeout(timer);
      if ("code" in data) fail(new FileError(data.code, data.at));
      else if ("part" in data) waiting?.resolve({ value: data.part });
      else waiting?.resolve({ done: true, value: data.attachments });
    };
    worker.onerror = worker.onmessageerror = dead;
  } catch {
    worker = null;
  }
  return {
    next: (spare) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (!worker) return dead();
        timer = window.setTimeout(dead, MOST_SILENCE);
        worker.postMessage((spare ? { spare } : {}) satisfies Order, spare ? [spare.buffer] : []);
      }),
    stop,
  };
}

function begun(portal: string, files: readonly File[]): Worker {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    const worker = new Worker(address);
    worker.postMessage({ portal, files } satisfies Order);
    return worker;
  } finally {
    URL.revokeObjectURL(address);
  }
}
