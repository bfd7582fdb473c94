/** One way to make a script for browsers, used by the build and by the test of the build. */

import { build } from "esbuild";

import { leaveOut } from "./left_out.mjs";

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
    plugins: [leaveOut],
    logLevel: "warning",
  });
  return outputFiles[0].contents;
}
