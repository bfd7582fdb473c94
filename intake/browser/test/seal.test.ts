import assert from "node:assert/strict";
import { test } from "node:test";

import { Decrypter } from "age-encryption";

import { identityText, openSlot, unseal } from "../src/public/open.ts";
import { recipientText } from "../src/public/keys.ts";
import { randomBelow, randomBytes, shuffled } from "../src/public/random.ts";
import { seal, sealEnvelope, sealSlot } from "../src/public/seal.ts";
import { checkEnvelope, parseHeader } from "../src/wire/age.ts";
import { toBase64url } from "../src/wire/base64.ts";
import { MESSAGE_FRAMES } from "../src/wire/frame.ts";
import { laterRefusal, refusal } from "./refusal.ts";
import { KEY_FILE, vaultSeed, VAULTS } from "./world.ts";

const key = (at: number) => KEY_FILE.slice(at * 1_216, (at + 1) * 1_216);
const FRAME = 32 * 1024;

/** At which places of an envelope the stanzas stand that this vault opens. */
async function placesOf(envelope: Uint8Array, vault: string): Promise<readonly number[]> {
  const places: number[] = [];
  const { stanzas } = parseHeader(envelope);
  const header = new TextDecoder().decode(envelope.subarray(0, parseHeader(envelope).length));
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityText(vaultSeed(vault)));
  const [version = "", ...blocks] = header.split("-> ");
  const mac = header.slice(header.lastIndexOf("--- "));
  for (const at of stanzas.keys()) {
    const alone = `${version}-> ${(blocks[at] ?? "").replace(mac, "")}${mac}`;
    const code = await laterText(() => decrypter.decryptHeader(new TextEncoder().encode(alone)));
    if (code.includes("HMAC")) places.push(at);
  }
  return places;
}

async function laterText(act: () => Promise<unknown>): Promise<string> {
  return act().then(
    () => "opened",
    (error: Error) => error.message,
  );
}

test("an envelope has one of four lengths, whoever reads it", async () => {
  const lengths = [57_782, 90_550, 156_102, 287_206];
  for (const [at, size] of MESSAGE_FRAMES.entries()) {
    for (const keys of [[key(0)], [key(0), key(1), key(2), key(3)]]) {
      const envelope = await sealEnvelope(new Uint8Array(size), keys);
      assert.equal(envelope.length, lengths[at]);
      assert.equal(parseHeader(envelope).length, 24_982);
      assert.equal(parseHeader(envelope).stanzas.length, 16);
      checkEnvelope(envelope);
    }
  }
});

test("every chosen vault opens an envelope, with the age program's own rules, and nobody else does", async () => {
  const frame = randomBytes(FRAME);
  const envelope = await sealEnvelope(frame, [key(1), key(2)]);
  for (const vault of VAULTS) {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identityText(vaultSeed(vault)));
    if (vault.startsWith("cmw")) assert.deepEqual(await decrypter.decrypt(envelope), frame);
    else await assert.rejects(decrypter.decrypt(envelope), /no identity matched/);
  }
});

test("sixteen vaults fill an envelope without decoys", async () => {
  const seeds = Array.from({ length: 16 }, (_, at) => vaultSeed(VAULTS[at % 4] ?? ""));
  const envelope = await sealEnvelope(
    new Uint8Array(FRAME),
    seeds.map((_, at) => key(at % 4)),
  );
  for (const vault of VAULTS) assert.equal((await placesOf(envelope, vault)).length, 4);
});

test("each vault has one stanza; the other stanzas are all different and open for nobody", async () => {
  const envelope = await sealEnvelope(new Uint8Array(FRAME), [key(0), key(3)]);
  assert.equal((await placesOf(envelope, "cat")).length, 1);
  assert.equal((await placesOf(envelope, "desk")).length, 1);
  assert.equal((await placesOf(envelope, "cmw-1")).length, 0);
  const texts = parseHeader(envelope).stanzas.map((stanza) =>
    [...stanza.arguments, toBase64url(stanza.body)].join(" "),
  );
  assert.equal(new Set(texts).size, 16);
});

test("a decoy is made anew for every envelope", async () => {
  const argumentsOf = async () =>
    parseHeader(await sealEnvelope(new Uint8Array(FRAME), [key(0)])).stanzas.map(({ arguments: [word] }) => word);
  const both = [...(await argumentsOf()), ...(await argumentsOf())];
  assert.equal(new Set(both).size, 32);
});

test("the place of the real stanza changes from envelope to envelope", async () => {
  const places = new Set<number | undefined>();
  for (let round = 0; round < 8; round++) {
    places.add((await placesOf(await sealEnvelope(new Uint8Array(FRAME), [key(0)]), "cat"))[0]);
  }
  assert.ok(places.size >= 3, `only ${[...places].join()}`);
});

test("the shuffle reaches every place about equally often", () => {
  const rounds = 8_000;
  const seen = new Array<number>(16).fill(0);
  for (let round = 0; round < rounds; round++) {
    const at = shuffled(Array.from({ length: 16 }, (_, one) => one)).indexOf(0);
    seen[at] = (seen[at] ?? 0) + 1;
  }
  // Six standard deviations around 500: by chance it fails once in tens of millions of runs.
  for (const count of seen) assert.ok(count > 370 && count < 630, seen.join());
});

test("random numbers below a limit take every value and never the limit", () => {
  for (const limit of [1, 3, 16, 200, 256]) {
    const values = new Set(Array.from({ length: 6_000 }, () => randomBelow(limit)));
    assert.equal(Math.max(...values), limit - 1);
    assert.equal(values.size, limit);
  }
});

test("numbers that a bare remainder would favour are not favoured", () => {
  // Without rejection, 0 to 55 would come up twice as often as 56 to 199: 112 to 144 instead of 56 to 144.
  const low = Array.from({ length: 20_000 }, () => randomBelow(200)).filter((value) => value < 56).length;
  assert.ok(low > 5_150 && low < 6_050, `${low}`);
});

test("a frame of another size is not sealed, and nobody is not a reader", async () => {
  assert.equal(await laterRefusal(() => sealEnvelope(new Uint8Array(FRAME + 1), [key(0)])), "bad-format");
  assert.equal(await laterRefusal(() => sealEnvelope(new Uint8Array(FRAME), [])), "nobody-left");
  const seventeen = Array.from({ length: 17 }, () => key(0));
  assert.equal(await laterRefusal(() => sealEnvelope(new Uint8Array(FRAME), seventeen)), "too-many-vaults");
  assert.equal(await laterRefusal(() => seal(new Uint8Array(1), [])), "bad-format");
  assert.equal(
    await laterRefusal(() =>
      seal(
        new Uint8Array(1),
        Array.from({ length: 21 }, () => key(0)),
      ),
    ),
    "bad-format",
  );
  assert.equal(
    refusal(() => recipientText(new Uint8Array(1_215))),
    "bad-format",
  );
});

test("a key that is no ML-KEM key is refused, not sealed to", () => {
  for (const at of [0, 1, 1_150, 1_151]) {
    const bent = Uint8Array.from(key(0));
    bent.fill(0xff, at, at + 2);
    assert.equal(
      refusal(() => recipientText(bent)),
      "bad-format",
      `${at}`,
    );
  }
  recipientText(key(0));
});

test("a slot has its one length and opens for its receipt alone", async () => {
  const plaintext = randomBytes(8_192);
  const slot = await sealSlot(plaintext, key(0));
  assert.equal(slot.length, 9_851);
  assert.deepEqual(await openSlot(slot, vaultSeed("cat")), plaintext);
  assert.equal(await laterRefusal(() => openSlot(slot, vaultSeed("desk"))), "no-match");
  assert.equal(await laterRefusal(() => sealSlot(plaintext.subarray(1), key(0))), "bad-format");
});

test("any plaintext comes back, also an empty one and one of several chunks", async () => {
  for (const length of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
    const plaintext = Uint8Array.from({ length }, (_, at) => at % 251);
    assert.deepEqual(await unseal(await seal(plaintext, [key(0)]), vaultSeed("cat")), plaintext);
  }
});

test("progress is told in rising steps up to sixteen, and waited for", async () => {
  const steps: number[] = [];
  await sealEnvelope(new Uint8Array(FRAME), [key(0), key(1)], async (done, of) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    steps.push(done);
    assert.equal(of, 16);
  });
  assert.deepEqual(steps, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
});
