/** What the vectors of both languages do not hold: directories and pins out of form, key files. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkKeyFile } from "../src/public/keys.ts";
import { believe, parsePin } from "../src/public/trust.ts";
import { toBase64url } from "../src/wire/base64.ts";
import { utf8 } from "../src/wire/bytes.ts";
import { epochOn, parseDirectory } from "../src/wire/directory.ts";
import { encodeJson, type JsonObject } from "../src/wire/fields.ts";
import { noteHash } from "../src/wire/note.ts";
import { refusal } from "./refusal.ts";
import { DAY, directoryJson, KEY_FILE, note, NOTE, PIN, PORTAL, publicText, vaultJson, VAULTS } from "./world.ts";

const parse = (changes: JsonObject) => parseDirectory(encodeJson(directoryJson(changes)));
const epoch = (changes: JsonObject = {}): JsonObject => ({
  ...((directoryJson().epochs as readonly JsonObject[])[0] ?? {}),
  ...changes,
});
const committee = (changes: JsonObject): JsonObject => ({
  ...((directoryJson().committees as readonly JsonObject[])[0] ?? {}),
  ...changes,
});
const vaults = (changes: JsonObject) => ({
  vaults: VAULTS.map((id) => (id === "cat" ? vaultJson(id, changes) : vaultJson(id))),
});

test("a directory in form is read whole", () => {
  const directory = parse({});
  assert.deepEqual(
    directory.vaults.map(({ id }) => id),
    [...VAULTS],
  );
  assert.equal(epochOn(directory, "2026-11-30")?.id, "2026-11");
  assert.equal(epochOn(directory, "2026-12-01"), undefined);
});

const faults: Record<string, JsonObject> = {
  "an unknown member": { more: 1 },
  "seq 0": { seq: 0 },
  "min_seq above seq": { min_seq: 2 },
  "a first note with a previous one": { prev: toBase64url(new Uint8Array(32)) },
  "a second note without a previous one": { seq: 2 },
  "valid for 101 days": { valid_from: "2026-11-01", expires: "2027-02-10" },
  "expired before it is valid": { valid_from: "2026-11-01", expires: "2026-11-01" },
  "a threshold above the number of roots": { roots: { threshold: 4, keys: [] } },
  "no post key": { post: [] },
  "an epoch of a vault that does not exist": { epochs: [epoch({ vaults: ["none"] })] },
  "two epochs of one id": { epochs: [epoch(), epoch({ from: "2026-12-01", until: "2027-01-01" })] },
  "epochs that overlap": { epochs: [epoch(), epoch({ id: "2026-12", from: "2026-11-30", until: "2027-01-01" })] },
  "epochs out of order": { epochs: [epoch({ id: "2026-12", from: "2026-12-01", until: "2027-01-01" }), epoch()] },
  "an epoch that ends before it starts": { epochs: [epoch({ until: "2026-11-01" })] },
  "a month that is none": { epochs: [epoch({ id: "2026-13" })] },
  "a committee of a vault that does not exist": { committees: [committee({ vaults: ["none"] })] },
  "an open committee without vaults": { committees: [committee({ vaults: [] })] },
  "a closed committee with vaults": { committees: [committee({ status: "not-open" })] },
  "two committees of one id": { committees: [committee({}), committee({})] },
  "a committee without an Arabic name": {
    committees: [committee({ names: { en: "a", es: "a", fr: "a", ru: "a", zh: "a" } })],
  },
  "an arrangement that is none": { committees: [committee({ arrangement: "other" })] },
  "a loss of a committee that does not exist": { lost: [{ committee: "none", from: DAY, until: DAY }] },
  "two vaults of one id": { vaults: [...VAULTS, "cat"].map((id) => vaultJson(id)) },
  "seventeen active vaults": {
    vaults: [...VAULTS, ...Array.from({ length: 13 }, (_, at) => `more-${at}`)].map((id) => vaultJson(id)),
  },
  "a quorum of three of two": vaults({ quorum: { k: 3, n: 2 } }),
  "a signing key cut short": vaults({ key: toBase64url(new Uint8Array(31)) }),
  "a vault state that is none": vaults({ status: "gone" }),
  "a fingerprint in small letters": vaults({ openpgp: "a".repeat(40) }),
  "a day that is none": vaults({ from: "2026-02-30" }),
  "a country that is none": vaults({ conflicts: ["France"] }),
  "extensions that are no object": { extensions: [] },
};
for (const [name, changes] of Object.entries(faults)) {
  test(`a directory with ${name} is refused`, () =>
    assert.equal(
      refusal(() => parse(changes)),
      "bad-format",
    ));
}

test("what an extension holds is left alone, but must be strict json", () => {
  assert.deepEqual(parse({ extensions: { later: { any: [true, "thing"] } } }).extensions, {
    later: { any: [true, "thing"] },
  });
});

test("sixteen active vaults and any number of retired ones are allowed", () => {
  const many = Array.from({ length: 20 }, (_, at) => vaultJson(`more-${at}`, at < 12 ? {} : { status: "retired" }));
  assert.equal(parse({ vaults: [...VAULTS.map((id) => vaultJson(id)), ...many] }).vaults.length, 24);
});

test("a directory note longer than its cap is refused", () => {
  const extensions = Object.fromEntries(Array.from({ length: 700 }, (_, at) => [`m${at}`, "x".repeat(100)]));
  assert.equal(
    refusal(() => parse({ extensions })),
    "bad-format",
  );
});

test("one key under two names among the roots is refused by its own code", () => {
  const { keys } = directoryJson().roots as { keys: readonly JsonObject[] };
  const [first = {}, second = {}] = keys;
  const roots = { threshold: 2, keys: [first, second, { ...first, name: "root-x" }] };
  assert.equal(
    refusal(() => parse({ roots })),
    "root-counted-twice",
  );
});

test("a believed directory comes with the epoch of the day and its keys", () => {
  const believed = believe(PIN, NOTE, [], DAY);
  const keys = checkKeyFile(believed.epoch, KEY_FILE);
  assert.deepEqual([...keys.keys()], [...VAULTS]);
  assert.deepEqual(keys.get("cmw-2"), KEY_FILE.slice(2 * 1_216, 3 * 1_216));
});

test("a key file of another length or with another byte is refused", () => {
  const { epoch: now } = believe(PIN, NOTE, [], DAY);
  const bent = Uint8Array.from(KEY_FILE);
  bent[4_000] = (bent[4_000] ?? 0) ^ 1;
  assert.equal(
    refusal(() => checkKeyFile(now, KEY_FILE.subarray(1))),
    "key-file-length",
  );
  assert.equal(
    refusal(() => checkKeyFile(now, new Uint8Array(0))),
    "key-file-length",
  );
  assert.equal(
    refusal(() => checkKeyFile(now, bent)),
    "key-file-mismatch",
  );
});

test("a pin out of form is refused", () => {
  const pin: JsonObject = { v: 1, portal: PORTAL, seq: 1, roots: directoryJson().roots ?? null };
  parsePin(encodeJson(pin));
  for (const changes of [{ v: 2 }, { portal: "A" }, { seq: 0 }, { roots: null }, { more: 1 }]) {
    assert.equal(
      refusal(() => parsePin(encodeJson({ ...pin, ...changes }))),
      "bad-format",
    );
  }
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

test("a root change needs the new roots' threshold too, not only the old roots'", () => {
  const roots = { threshold: 2, keys: ["root-4", "root-5", "root-6"].map((name) => ({ name, key: publicText(name) })) };
  const previous = { seq: 1, hash: toBase64url(noteHash(NOTE)) };
  const json = directoryJson({ seq: 2, prev: previous.hash, root_change: previous, roots });
  const decide = (...signers: readonly string[]) => {
    const change = note(json, ...signers);
    return believe(PIN, change, [change], DAY).directory.seq;
  };
  assert.equal(decide("root-1", "root-2", "root-4", "root-5"), 2);
  for (const signers of [
    ["root-1", "root-2"],
    ["root-1", "root-2", "root-4"],
    ["root-1", "root-4", "root-5"],
  ]) {
    assert.equal(
      refusal(() => decide(...signers)),
      "root-change-unsigned",
      signers.join(),
    );
  }
});
