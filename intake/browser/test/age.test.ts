/** The age format: C2SP's own vectors (cctv-age), and what this project refuses beyond them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bech32 } from "@scure/base";
import { Encrypter, type Recipient, Stanza } from "age-encryption";

import { recipientText } from "../src/public/keys.ts";
import { unseal } from "../src/public/open.ts";
import { seal, sealEnvelope, sealSlot } from "../src/public/seal.ts";
import { checkEnvelope, checkSlot, encapsulatedKey, parseHeader } from "../src/wire/age.ts";
import { toBareBase64 } from "../src/wire/base64.ts";
import { utf8 } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import { browserReader, isRight, outcome, type Reader, VECTORS } from "./age_vectors.ts";
import { laterRefusal, refusal } from "./refusal.ts";
import { KEY_FILE, vaultSeed } from "./world.ts";

const hybrid = VECTORS.filter(
  ({ armored, identities }) => !armored && identities.some((one) => one.startsWith("AGE-SECRET-KEY-PQ-1")),
);

/** What FORMAT.md 2.1 refuses although age takes it, or looks past it: any stanza of another type. */
const STRICTER = ["hybrid_and_x25519", "hybrid_grease", "hybrid_uppercase"];
const CODES: Record<string, string> = { "header failure": "header-failure", "no match": "no-match" };

test("the vectors are all there", () => {
  assert.equal(VECTORS.length, 143);
  assert.ok(hybrid.length > 15);
});

for (const vector of VECTORS) {
  test(`age vector: ${vector.name}`, async () => {
    const { expect, payload } = vector;
    assert.deepEqual(await outcome(vector), { expect, payload });
  });
}

/** Readers with one fault each, and a vector that finds it. */
const FAULTY: Record<string, { reader: Reader; found: string }> = {
  "lines that end with CR LF": {
    reader: (file, vector) => browserReader(withoutCarriageReturns(file), vector),
    found: "header_crlf",
  },
  "an end that is missing": {
    reader: async (file, vector) => ({ ...(await browserReader(file, vector)), ended: true }),
    found: "stream_no_final",
  },
  "words behind the MAC": {
    reader: (file, vector) => browserReader(withoutTrailingSpaces(file), vector),
    found: "hmac_trailing_space",
  },
  "nothing before the end is right": {
    reader: async (file, vector) => {
      const { chunks, ended } = await browserReader(file, vector);
      return { chunks: ended ? chunks : [], ended };
    },
    found: "stream_bad_tag_second_chunk",
  },
};

for (const [taken, { reader, found }] of Object.entries(FAULTY)) {
  test(`a reader that gives out or takes ${taken} is found by the vectors`, async () => {
    const vector = VECTORS.find(({ name }) => name === found) ?? assert.fail();
    assert.ok(isRight(vector, await outcome(vector)));
    assert.ok(!isRight(vector, await outcome(vector, reader)));
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

for (const vector of VECTORS.filter(
  ({ armored, name }) => !armored && /^(stanza|hmac|version|header|empty)/.test(name),
)) {
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

/** A header that one key opens, with another stanza whose X25519 share is this. */
async function besideShare(share: Uint8Array, first: boolean): Promise<Uint8Array> {
  const stranger = parseHeader(await seal(new Uint8Array(1), [keys[3] ?? key])).stanzas[0] ?? assert.fail();
  const encapsulated = encapsulatedKey(stranger);
  encapsulated.set(share, encapsulated.length - 32);
  const bent: Recipient = {
    wrapFileKey: () => [new Stanza([stranger.type, toBareBase64(encapsulated)], stranger.body)],
  };
  const encrypter = new Encrypter();
  for (const one of first ? [bent, recipientText(key)] : [recipientText(key), bent]) encrypter.addRecipient(one);
  return encrypter.encrypt(utf8("text"));
}

test("a share of low order spoils the header, before and behind the stanza that we open", async () => {
  const order8 = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
  for (const share of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31)), Buffer.from(order8, "hex")]) {
    for (const first of [true, false]) {
      const file = await besideShare(share, first);
      assert.equal(await laterRefusal(() => unseal(file, vaultSeed("cat"))), "header-failure");
    }
  }
  const nine = Uint8Array.of(9, ...new Uint8Array(31));
  assert.deepEqual(await unseal(await besideShare(nine, false), vaultSeed("cat")), utf8("text"));
});

function withoutCarriageReturns(file: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(file).toString("latin1").replaceAll("\r\n", "\n"), "latin1");
}

function withoutTrailingSpaces(file: Uint8Array): Uint8Array {
  return Buffer.from(
    Buffer.from(file)
      .toString("latin1")
      .replace(/(--- \S+) +\n/, "$1\n"),
    "latin1",
  );
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}
