/** The age format: C2SP's own vectors (cctv-age), and what this project refuses beyond them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";

import { bech32 } from "@scure/base";
import { Decrypter } from "age-encryption";
import * as cctv from "cctv-age";

import { unseal } from "../src/public/open.ts";
import { seal, sealEnvelope, sealSlot } from "../src/public/seal.ts";
import { checkEnvelope, checkSlot, parseHeader } from "../src/wire/age.ts";
import { utf8 } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import { laterRefusal, refusal } from "./refusal.ts";
import { KEY_FILE, vaultSeed } from "./world.ts";

interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly payload: string | undefined;
  readonly identities: readonly string[];
  readonly passphrases: readonly string[];
  readonly armored: boolean;
  readonly file: Uint8Array;
}

const vectors = Object.entries(cctv as unknown as Record<string, Uint8Array>).map(([name, data]) => read(name, data));
const binary = vectors.filter((vector) => !vector.armored);
const hybrid = binary.filter((vector) =>
  vector.identities.some((identity) => identity.startsWith("AGE-SECRET-KEY-PQ-1")),
);

/** What FORMAT.md 2.1 refuses although age takes it, or looks past it: any stanza of another type. */
const STRICTER = ["hybrid_and_x25519", "hybrid_grease", "hybrid_uppercase"];
const CODES: Record<string, string> = { "header failure": "header-failure", "no match": "no-match" };

test("the vectors are all there", () => {
  assert.equal(vectors.length, 143);
  assert.ok(binary.length > 100 && hybrid.length > 15);
});

for (const vector of binary) {
  test(`age-encryption as installed here: ${vector.name}`, async () => {
    const decrypter = new Decrypter();
    const decrypt = async () => {
      vector.identities.forEach((identity) => decrypter.addIdentity(identity));
      vector.passphrases.forEach((passphrase) => decrypter.addPassphrase(passphrase));
      return decrypter.decrypt(vector.file);
    };
    if (vector.expect === "success") assert.equal(hex(sha256(await decrypt())), vector.payload);
    else await assert.rejects(decrypt);
  });
}

for (const vector of hybrid) {
  test(`opening by our rules: ${vector.name}`, async () => {
    const open = () => unseal(vector.file, bech32.decodeToBytes(vector.identities[0] ?? "").bytes);
    if (STRICTER.includes(vector.name)) assert.equal(await laterRefusal(open), "header-failure");
    else if (vector.expect === "success") assert.equal(hex(sha256(await open())), vector.payload);
    else assert.equal(await laterRefusal(open), CODES[vector.expect]);
  });
}

for (const vector of binary.filter(({ name }) => /^(stanza|hmac|version|header|empty)/.test(name))) {
  test(`reading headers: ${vector.name}`, () => {
    if (vector.expect !== "header failure") parseHeader(vector.file);
    else
      assert.equal(
        refusal(() => parseHeader(vector.file)),
        "header-failure",
      );
  });
}

const keys = Array.from({ length: 4 }, (_, at) => KEY_FILE.slice(at * 1_216, (at + 1) * 1_216));
const [key = assert.fail()] = keys;
const slot = await sealSlot(new Uint8Array(8_192), key);
const envelope = await sealEnvelope(new Uint8Array(32 * 1024), keys);

test("a slot or envelope of another length is refused", () => {
  for (const data of [slot.subarray(1), new Uint8Array(0), envelope])
    assert.equal(
      refusal(() => checkSlot(data)),
      "wrong-length",
    );
  for (const data of [envelope.subarray(1), new Uint8Array(0), slot])
    assert.equal(
      refusal(() => checkEnvelope(data)),
      "wrong-length",
    );
});

test("a slot with two stanzas is refused even when its length is a slot's", async () => {
  const two = await seal(new Uint8Array(8_192 - 1_557), keys.slice(0, 2));
  assert.equal(two.length, slot.length);
  assert.equal(
    refusal(() => checkSlot(two)),
    "wrong-shape",
  );
});

test("an envelope with fifteen or seventeen stanzas is refused even when its length is an envelope's", async () => {
  for (const count of [15, 17]) {
    const recipients = Array.from({ length: count }, () => key);
    const other = await seal(new Uint8Array(32 * 1024 - (count - 16) * 1_557), recipients);
    assert.equal(other.length, envelope.length);
    assert.equal(
      refusal(() => checkEnvelope(other)),
      "wrong-shape",
    );
  }
});

test("no byte of a header can be changed without refusal", async () => {
  const header = parseHeader(slot).length;
  for (let at = 0; at < header; at += 7) {
    const bent = Uint8Array.from(slot);
    bent[at] = (bent[at] ?? 0) ^ 1;
    const code = await laterRefusal(async () => (checkSlot(bent), unseal(bent, vaultSeed("cat"))));
    assert.ok(["wrong-shape", "no-match", "mac-failure", "header-failure"].includes(code), `${at}: ${code}`);
  }
});

test("no byte of a payload can be changed, cut off or added", async () => {
  const { length } = parseHeader(slot);
  for (const at of [length, length + 16, length + 5_000, slot.length - 1]) {
    const bent = Uint8Array.from(slot);
    bent[at] = (bent[at] ?? 0) ^ 1;
    assert.equal(await laterRefusal(() => unseal(bent, vaultSeed("cat"))), "payload-failure");
  }
  assert.equal(await laterRefusal(() => unseal(slot.subarray(0, -1), vaultSeed("cat"))), "payload-failure");
  assert.equal(await laterRefusal(() => unseal(slot.subarray(0, length + 3), vaultSeed("cat"))), "header-failure");
});

test("another key finds nothing", async () => {
  assert.equal(await laterRefusal(() => unseal(slot, vaultSeed("desk"))), "no-match");
});

test("a header line that never ends, and a header of too many stanzas, are refused", async () => {
  assert.equal(
    refusal(() => parseHeader(utf8(`age-encryption.org/v1\n-> ${"a".repeat(9_000)}\n`))),
    "header-failure",
  );
  const stanza = "-> x\n\n";
  const mac = `--- ${"A".repeat(43)}\n`;
  assert.equal(parseHeader(utf8(`age-encryption.org/v1\n${stanza.repeat(20)}${mac}`)).stanzas.length, 20);
  assert.equal(
    refusal(() => parseHeader(utf8(`age-encryption.org/v1\n${stanza.repeat(21)}${mac}`))),
    "header-failure",
  );
});

/** Lines `name: value`, an empty line, the file, which may be compressed. */
function read(name: string, data: Uint8Array): Vector {
  const split = Buffer.from(data).indexOf("\n\n");
  const lines = Buffer.from(data.subarray(0, split)).toString("utf-8").split("\n");
  const values = (member: string) =>
    lines.filter((line) => line.startsWith(`${member}: `)).map((line) => line.slice(member.length + 2));
  const body = data.subarray(split + 2);
  return {
    name,
    expect: values("expect")[0] ?? "",
    payload: values("payload")[0],
    identities: values("identity"),
    passphrases: values("passphrase"),
    armored: values("armored")[0] === "yes",
    file: values("compressed")[0] === "zlib" ? inflateSync(body) : body,
  };
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}
