/** `npm test`: compiles test/*.test.ts and runs them with node:test. */

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";

import { CACHE, forNode, HERE } from "./for_node.mjs";

const out = `${CACHE}/tests`;
const names = readdirSync(`${HERE}test`).filter((name) => name.endsWith(".test.ts"));

rmSync(out, { recursive: true, force: true });
await forNode({
  entryPoints: names.map((name) => `test/${name}`),
  outdir: out,
  outExtension: { ".js": ".mjs" },
});

const files = names.map((name) => `${out}/${name.replace(/\.ts$/, ".mjs")}`);
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], {
  cwd: HERE,
  stdio: "inherit",
});
process.exit(status ?? 1);
