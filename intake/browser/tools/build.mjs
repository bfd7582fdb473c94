/** `npm run build [-- ENTRY FOLDER]`: makes form.js and form.js.gz for intake to serve. Two builds give the same bytes. */

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { bundle } from "./bundle.mjs";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const [entry = resolve(HERE, "src/page/main.ts"), folder = resolve(HERE, "../static")] = process.argv.slice(2);
const OPERATING_SYSTEM = 9;
const UNKNOWN = 255;

const script = await bundle(entry);
const packed = gzipSync(script, { level: 9 });
packed[OPERATING_SYSTEM] = UNKNOWN;

await mkdir(folder, { recursive: true });
for (const [name, bytes] of [
  ["form.js", script],
  ["form.js.gz", packed],
]) {
  await writeFile(resolve(folder, name), bytes);
  console.log(`${name}  ${bytes.length} bytes  sha256 ${createHash("sha256").update(bytes).digest("hex")}`);
}
