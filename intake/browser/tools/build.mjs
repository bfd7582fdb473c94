/**
 * `npm run build [-- ENTRY FOLDER]`: makes form.js, return.js, files.js, exit.js and their packed twins for intake to
 * serve. Two builds give the same bytes. ENTRY replaces the source of form.js.
 */

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";

import zopfli from "@gfx/zopfli";

import { bundle } from "./bundle.mjs";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const [form = resolve(HERE, "src/page/main.ts"), folder = resolve(HERE, "../static")] = process.argv.slice(2);
const SCRIPTS = {
  "form.js": form,
  "return.js": resolve(HERE, "src/page/return.ts"),
  "files.js": resolve(HERE, "src/page/files.ts"),
  "exit.js": resolve(HERE, "src/page/leaving.ts"),
};
const OPERATING_SYSTEM = 9;
const UNKNOWN = 255;
const gzip = promisify(zopfli.gzip);

await mkdir(folder, { recursive: true });
for (const [name, entry] of Object.entries(SCRIPTS)) {
  const script = await bundle(entry);
  await put(name, script);
  await put(`${name}.gz`, await pack(script));
}

/** Gzip, a twentieth smaller than zlib's. Whatever the packer did, what comes out again is the script. */
async function pack(script) {
  const packed = await gzip(script, { numiterations: 15 });
  packed[OPERATING_SYSTEM] = UNKNOWN;
  if (!gunzipSync(packed).equals(script)) throw new Error("packed otherwise than it was");
  return packed;
}

async function put(name, bytes) {
  await writeFile(resolve(folder, name), bytes);
  console.log(`${name}  ${bytes.length} bytes  sha256 ${createHash("sha256").update(bytes).digest("hex")}`);
}
