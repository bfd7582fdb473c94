/** One way to make a script for browsers, used by the build and by the test of the build. */

import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { leaveOut } from "./left_out.mjs";

const CLIENT = fileURLToPath(new URL("../src/client/", import.meta.url));

/** `import source from "worker-source:NAME"` gives the whole script of a Worker, to be started from a Blob. */
const workerSource = {
  name: "worker-source",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^worker-source:/ }, ({ path }) => ({
      path: path.slice("worker-source:".length),
      namespace: "worker-source",
    }));
    esbuild.onLoad({ filter: /.*/, namespace: "worker-source" }, async ({ path }) => ({
      contents: await bundle(`${CLIENT}${path}.ts`),
      loader: "text",
    }));
  },
};

/** The bytes of the script. The same sources give the same bytes, wherever they lie. */
export async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["firefox115", "chrome100", "safari15"],
    charset: "ascii",
    legalComments: "eof",
    plugins: [leaveOut, workerSource],
    logLevel: "warning",
  });
  return outputFiles[0].contents;
}
