/** The script that a browser gets: the same at every build, whole, and without what it must not hold. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { runInThisContext } from "node:vm";
import { gunzipSync } from "node:zlib";

const folder = mkdtempSync(join(tmpdir(), "form-"));
const entry = join(folder, "entry.ts");
const client = (name: string) => JSON.stringify(resolve(`src/client/${name}.ts`));
after(() => rmSync(folder, { recursive: true }));

writeFileSync(
  entry,
  `import { selfTest } from ${client("selftest")};
   import { openPortal } from ${client("portal")};
   import { sealAccount } from ${client("compose")};
   import { readThread } from ${client("mailbox")};
   import { send } from ${client("send")};
   import { browserNet } from ${client("net")};
   globalThis.built = { selfTest, openPortal, sealAccount, readThread, send, browserNet };`,
);

interface Built {
  readonly script: Buffer;
  readonly packed: Buffer;
}

function build(name: string, source = entry): { form: Built; back: Built; files: Built } {
  const out = join(folder, name);
  const { status, stderr } = spawnSync(process.execPath, ["tools/build.mjs", source, out], { encoding: "utf-8" });
  assert.equal(status, 0, stderr);
  const built = (script: string) => ({
    script: readFileSync(join(out, script)),
    packed: readFileSync(join(out, `${script}.gz`)),
  });
  return { form: built("form.js"), back: built("return.js"), files: built("files.js") };
}

const first = build("first");
const text = first.form.script.toString("utf-8");
const textOfFiles = first.files.script.toString("utf-8");
const textOfReturn = first.back.script.toString("utf-8");
const all = [text, textOfFiles, textOfReturn];

test("two builds give the same bytes, and the packed script is the script", () => {
  assert.deepEqual(build("second"), first);
  for (const { script, packed } of Object.values(first)) assert.deepEqual(gunzipSync(packed), script);
});

test("the built script seals and opens", async () => {
  runInThisContext(text);
  const { built } = globalThis as unknown as { built: { selfTest(): Promise<void> } };
  await built.selfTest();
});

test("the scripts are ASCII and need neither eval, WebAssembly nor storage", () => {
  for (const one of all) assert.match(one, /^[\x09\x0a\x20-\x7e]*$/);
  for (const word of [
    "eval(",
    "Function(",
    "WebAssembly",
    "localStorage",
    "sessionStorage",
    "indexedDB",
    "console.",
    "sourceMappingURL",
  ]) {
    assert.ok(!all.some((one) => one.includes(word)), word);
  }
});

test("recipient types, hybrids and fields that are refused anyway are not in the scripts", () => {
  assert.ok(all.every((one) => one.includes("mlkem768x25519")));
  for (const word of [
    "tlv.",
    "maxmem",
    "p256tag",
    "v1/X25519",
    "v1/scrypt",
    "QSF-KEM",
    "KitchenSink",
    "P-384",
    "Legendre",
  ]) {
    assert.ok(!all.some((one) => one.includes(word)), word);
  }
});

test("the script of the form is at most 45,000 bytes as it travels, and that of the return page, too", () => {
  const { form, back } = build("page", resolve("src/page/main.ts"));
  for (const { script, packed } of [form, back]) {
    assert.ok(packed.length <= 45_000, `${packed.length}`);
    assert.ok(!script.includes("file-unreadable"));
  }
  // Each brings what its own page does, and not what the other does.
  const does = (script: Buffer) => ["/static/files.js", "/mailbox"].filter((path) => script.includes(path));
  assert.deepEqual([does(form.script), does(back.script)], [["/static/files.js"], ["/mailbox"]]);
});

test("the script for files is at most 28,000 bytes as it travels, and brings its Workers along", () => {
  assert.ok(first.files.packed.length <= 28_000, `${first.files.packed.length}`);
  assert.ok(textOfFiles.includes("file-unreadable") && textOfFiles.includes("new Worker("));
});

test("the licences of what is in it travel along", () => {
  for (const name of ["noble-hashes", "noble-curves", "noble-ciphers", "noble-post-quantum", "scure-base"]) {
    assert.ok(
      all.every((one) => one.includes(name)),
      name,
    );
  }
  assert.ok(textOfFiles.includes("stablelib - MIT License") && !text.includes("stablelib"));
});
