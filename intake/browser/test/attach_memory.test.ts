/** Sealing files needs no more memory for long ones than for short ones. Each measurement has a process of its own. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { attach } from "../src/client/attach.ts";
import { HASHING_HERE } from "../src/client/sha256.ts";
import { MEBIBYTE } from "../src/wire/attachments.ts";
import { PORTAL } from "./world.ts";

const PIECE = 64 * 1024;
const TASK = process.env["ATTACH_TASK"]?.split(" ");

if (TASK) await measure(Number(TASK[0]), TASK[1] === "keep");
else {
  test("sealing 200 MiB takes no more memory than sealing 20 MiB", () => {
    const [short, long] = [growth("20 flat"), growth("200 flat")];
    assert.ok(long < short + 40, `${short} and ${long} MiB`);
  });

  test("a sealing that kept its parts would be noticed", () => {
    const [short, long] = [growth("8 keep"), growth("96 keep")];
    assert.ok(long > short + 40, `${short} and ${long} MiB`);
  });
}

/** How far, in MiB, the memory of a process grows that seals. */
function growth(task: string): number {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = spawnSync(process.execPath, ["--expose-gc", process.argv[1] ?? ""], {
    env: { ...env, ATTACH_TASK: task },
    encoding: "utf-8",
  });
  assert.equal(run.status, 0, run.stderr);
  return Number(run.stdout.match(/^grew (\d+)$/m)?.[1]);
}

/** Seals a file that comes into being as it is read. */
async function measure(mebibytes: number, keeps: boolean): Promise<void> {
  const size = mebibytes * MEBIBYTE;
  let left = size;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) return controller.close();
      controller.enqueue(new Uint8Array(PIECE));
      left -= PIECE;
    },
  });
  const held = () => (globalThis.gc?.(), process.memoryUsage().rss);
  const before = held();
  const kept: Uint8Array[] = [];
  let most = before;
  for await (const { data } of attach(PORTAL, [{ name: "a", type: "", size, stream: () => stream }], HASHING_HERE)) {
    if (keeps) kept.push(data);
    most = Math.max(most, held());
  }
  console.log(`grew ${Math.round((most - before) / MEBIBYTE)}`);
}
