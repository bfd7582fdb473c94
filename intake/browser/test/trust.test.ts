/** What the vectors of both languages do not hold about directories: see `vectors_trust` and `vectors_notes`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { believe, parsePin, vaultKeys } from "../src/public/trust.ts";
import { utf8 } from "../src/wire/bytes.ts";
import { epochOn, parseDirectory } from "../src/wire/directory.ts";
import { encodeJson, type JsonObject } from "../src/wire/fields.ts";
import { refusal } from "./refusal.ts";
import { DAY, directoryJson, KEY_FILE, note, NOTE, PIN, PORTAL, vaultJson, VAULTS } from "./world.ts";

const parse = (changes: JsonObject) => parseDirectory(encodeJson(directoryJson(changes)));

test("a directory in form is read whole", () => {
  const directory = parse({});
  assert.deepEqual(
    directory.vaults.map(({ id }) => id),
    [...VAULTS],
  );
  assert.equal(epochOn(directory, "2026-11-30")?.id, "2026-11");
  assert.equal(epochOn(directory, "2026-12-01"), undefined);
});

test("sixteen active vaults and any number of retired ones are allowed", () => {
  const many = Array.from({ length: 20 }, (_, at) => vaultJson(`more-${at}`, at < 12 ? {} : { status: "retired" }));
  assert.equal(parse({ vaults: [...VAULTS.map((id) => vaultJson(id)), ...many] }).vaults.length, 24);
});

test("a directory longer than its cap is refused", () => {
  const extensions = Object.fromEntries(Array.from({ length: 700 }, (_, at) => [`m${at}`, "x".repeat(100)]));
  assert.equal(
    refusal(() => parse({ extensions })),
    "bad-format",
  );
});

test("a believed directory comes with the epoch of the day and its keys", () => {
  const keys = vaultKeys(believe(PIN, NOTE, [], DAY), KEY_FILE);
  assert.deepEqual([...keys.keys()], [...VAULTS]);
  assert.deepEqual(keys.get("cmw-2"), KEY_FILE.slice(2 * 1_216, 3 * 1_216));
});

test("a pin with spaces in it is refused", () => {
  const pin: JsonObject = { v: 1, portal: PORTAL, seq: 1, roots: directoryJson().roots ?? null };
  parsePin(encodeJson(pin));
  assert.equal(
    refusal(() => parsePin(utf8(JSON.stringify(pin, null, 1)))),
    "bad-format",
  );
});

test("the threshold counts: two roots are enough, one is not, whichever it is", () => {
  for (const signers of [
    ["root-1", "root-3"],
    ["root-2", "root-3"],
  ])
    believe(PIN, note(directoryJson(), ...signers), [], DAY);
  for (const signer of ["root-1", "root-2", "root-3"]) {
    assert.equal(
      refusal(() => believe(PIN, note(directoryJson(), signer), [], DAY)),
      "too-few-signatures",
    );
  }
});
