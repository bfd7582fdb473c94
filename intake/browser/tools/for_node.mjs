/** One way to make the sources run in Node: for tests, for the twin, for reports. */

import { fileURLToPath } from "node:url";

import { build } from "esbuild";

export const HERE = fileURLToPath(new URL("..", import.meta.url));
/** Beside the libraries, which stay as they are installed. */
export const CACHE = `${HERE}node_modules/.cache`;

/** `which`: what to build, in esbuild's words; paths start at the folder of package.json. */
export async function forNode(which) {
  await build({
    ...which,
    absWorkingDir: HERE,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    logLevel: "warning",
  });
}
