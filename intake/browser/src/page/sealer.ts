/** The Workers that seal files. Their scripts are parts of this one, so that whoever trusts this one trusts them too. */

import hashingSource from "worker-source:hashing_worker";
import sealingSource from "worker-source:sealing_worker";

import type { Sealer } from "../client/carry.ts";
import type { HashingOrder } from "../client/hashing_worker.ts";
import { FileError } from "../client/named.ts";
import type { Order, Word } from "../client/sealing_worker.ts";
import { ClientError } from "../errors.ts";

/** A part takes a tenth of a second; a slow disk, a minute. */
const MOST_SILENCE = 120_000;

type Next = Awaited<ReturnType<Sealer["next"]>>;

/** Throws `ClientError` "worker" from `next` when there are no Workers, when one dies, or when they do not answer. */
export function sealInWorker(portal: string, files: readonly File[]): Sealer {
  let waiting: { resolve: (next: Next) => void; reject: (error: unknown) => void } | null = null;
  let timer = 0;
  let sealing: Worker | null = null;
  const workers: Worker[] = [];
  const stop = () => {
    window.clearTimeout(timer);
    for (const worker of workers) worker.terminate();
    sealing = null;
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
    sealing = begin(workers, portal, files);
    sealing.onmessage = ({ data }: MessageEvent<Word>) => {
      window.clearTimeout(timer);
      if ("code" in data) fail(new FileError(data.code, data.at));
      else if ("part" in data) waiting?.resolve({ value: data.part });
      else waiting?.resolve({ done: true, value: data.attachments });
    };
    for (const worker of workers) worker.onerror = worker.onmessageerror = dead;
  } catch {
    stop();
  }
  return {
    next: (spare) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (!sealing) return dead();
        timer = window.setTimeout(dead, MOST_SILENCE);
        sealing.postMessage((spare ? { spare } : {}) satisfies Order, spare ? [spare.buffer] : []);
      }),
    stop,
  };
}

/** One that seals, which is given back, and one that hashes for it and tells the page nothing. */
function begin(workers: Worker[], portal: string, files: readonly File[]): Worker {
  const hashing = startedFrom(hashingSource);
  workers.push(hashing);
  const sealing = startedFrom(sealingSource);
  workers.push(sealing);
  const order = { portal, files, hashing: [portTo(hashing), portTo(hashing)] } as const;
  sealing.postMessage(order satisfies Order, [...order.hashing]);
  return sealing;
}

function startedFrom(source: string): Worker {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return new Worker(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function portTo(worker: Worker): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ port: port1 } satisfies HashingOrder, [port1]);
  return port2;
}
