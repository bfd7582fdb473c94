/**
 * `node tools/twin.mjs`: makes node_modules/.cache/twin.mjs, the browser's code as a process that Python's tests ask.
 * Whole or not at all, so that several may make it at once.
 */

import { rename } from "node:fs/promises";
import { pid } from "node:process";

import { CACHE, forNode } from "./for_node.mjs";

const unfinished = `${CACHE}/twin.${pid}.mjs`;
await forNode({ entryPoints: ["test/twin.ts"], outfile: unfinished });
await rename(unfinished, `${CACHE}/twin.mjs`);
