/** `npm run vectors`: all vectors of C2SP's age testkit (npm cctv-age) through the browser's code; fails when one does. */

import { spawnSync } from "node:child_process";

import { CACHE, forNode } from "./for_node.mjs";

const script = `${CACHE}/age_report.mjs`;
await forNode({ entryPoints: ["test/age_report.ts"], outfile: script });
const { status } = spawnSync(process.execPath, ["--enable-source-maps", script], { stdio: "inherit" });
process.exit(status ?? 1);
