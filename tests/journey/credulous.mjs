/** `node credulous.mjs FILE`: the form's script as it would be if it did not compare the key file with its hash. */

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build } from "../../intake/browser/node_modules/esbuild/lib/main.js";
import { leaveOut } from "../../intake/browser/tools/left_out.mjs";

const [out = "form.js"] = process.argv.slice(2);
const CHECK = "if (!equal(sha256(data), epoch.keys))";

/** Takes the one check out; a source that does not hold it exactly once is no control. */
const credulous = {
  name: "credulous",
  setup({ onLoad }) {
    onLoad({ filter: /src\/public\/keys\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      if (source.split(CHECK).length !== 2) throw new Error(`${path} has another check`);
      return { contents: source.replace(CHECK, "if (false)"), loader: "ts" };
    });
  },
};

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("../../intake/browser/src/page/main.ts", import.meta.url))],
  bundle: true,
  write: false,
  format: "iife",
  charset: "ascii",
  plugins: [credulous, leaveOut],
  logLevel: "warning",
});
await writeFile(out, outputFiles[0].contents);
