/** One way to make a script for browsers, used by the build and by the test of the build. */

import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const STUBS = fileURLToPath(new URL("left_out/", import.meta.url));

/**
 * age-encryption also knows passphrases and P-256 recipients, which FORMAT.md 2.1 refuses. Without their code the script
 * is a fifth smaller, and no mistake can reach it.
 */
const leaveOut = {
  name: "leave-out",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^@noble\/curves\/nist\.js$/ }, () => ({ path: `${STUBS}nist.js` }));
    esbuild.onResolve({ filter: /^@noble\/hashes\/scrypt\.js$/ }, () => ({ path: `${STUBS}scrypt.js` }));
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
    target: ["es2020", "firefox115", "chrome100", "safari15"],
    charset: "ascii",
    legalComments: "eof",
    plugins: [leaveOut],
    logLevel: "warning",
  });
  return outputFiles[0].contents;
}
