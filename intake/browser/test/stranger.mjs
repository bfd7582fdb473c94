// A client made from FORMAT.md alone, first written by somebody who had seen nothing else of this project: were the text
// not enough, this file could not work. It shares no line with the page and is no example of how to keep secrets.
//
//     node stranger.mjs URL PIN QUESTIONNAIRE COMMITTEE[,COMMITTEE] "words"
//
// sends one sealed account under a new receipt, and prints the receipt. Numbers in comments are sections of FORMAT.md.

import * as crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { bech32 } from "@scure/base";
import * as age from "age-encryption";

const [url, pinFile, questionnaireFile, committees, words] = process.argv.slice(2);
const pin = JSON.parse(readFileSync(pinFile, "utf-8"));
const join = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const text = (bytes) => Buffer.from(bytes).toString("base64url");
const sha256 = (bytes) => crypto.createHash("sha256").update(bytes).digest();
const preimage = (what, bytes) => join(`sealed-intake/${what}/v1 ${pin.portal}\0`, bytes); // 1.3
function must(holds, code) {
  if (!holds) throw new Error(code);
}

// X-Wing keys (2.1), which age takes and gives as bech32.
const recipientOf = (key) => bech32.encode("age1pq", bech32.toWords(key), false);
const identityOf = (seed) => bech32.encodeFromBytes("age-secret-key-pq-", seed).toUpperCase();
const publicKey = async (seed) => bech32.decodeToBytes(await age.identityToRecipient(identityOf(seed))).bytes;

// A directory note (3) that the pin's roots signed, believed without a walk (4.4).
function believe(note, day) {
  const [signed, lines] = note.split("\n\n");
  const [label, json] = signed.split("\n");
  must(label === `sealed-intake/directory/v1 ${pin.portal}`, "wrong-portal");
  const signers = new Set();
  for (const [, name, base64] of lines.matchAll(/— (\S+) (\S+)\n/g)) {
    const root = pin.roots.keys.find((one) => one.name === name);
    must(root && !signers.has(name), root ? "signer-twice" : "unknown-root");
    const key = crypto.createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: root.key } });
    const signature = Buffer.from(base64, "base64").subarray(4);
    must(crypto.verify(null, Buffer.from(`${signed}\n`), key, signature), "bad-signature");
    signers.add(name);
  }
  must(signers.size >= pin.roots.threshold, "too-few-signatures");
  const directory = JSON.parse(json);
  must(JSON.stringify(directory) === json, "bad-format"); // 1.2
  must(JSON.stringify(directory.roots) === JSON.stringify(pin.roots), "root-change-unsigned");
  must(directory.seq >= pin.seq, "sequence-too-small");
  must(directory.valid_from <= day, "not-yet-valid");
  must(day < directory.expires, "expired");
  return directory;
}

async function ask(path, status, request) {
  const answer = await fetch(url + path, request);
  must(answer.status === status, `${answer.status} to ${path.split("/")[1]}`);
  return answer;
}

const start = await ask("/start", 200); // 12.1
const { directory: note, changes } = await start.json();
must(Math.abs(Date.now() - Date.parse(start.headers.get("date"))) <= 26 * 3_600_000, "clocks-apart");
must(changes.length === 0, "the roots have changed, and this client does not walk");
const day = new Date().toISOString().slice(0, 10);
const directory = believe(note, day);
const epoch = directory.epochs.find(({ from, until }) => from <= day && day < until);
must(epoch, "missing-epoch");
const keys = Buffer.from(await (await ask(`/keys/${epoch.keys}`, 200)).arrayBuffer()); // 4.3
must(keys.length === epoch.vaults.length * 1_216, "key-file-length");
must(text(sha256(keys)) === epoch.keys, "key-file-mismatch");

// To whom (6.3), and decoys up to sixteen (2.2).
const chosen = committees.split(",").map((id) => directory.committees.find((committee) => committee.id === id));
must(
  chosen.every((committee) => committee?.status === "open"),
  "not-open",
);
const active = epoch.vaults.filter((id) => directory.vaults.find((vault) => vault.id === id).status === "active");
must(
  chosen.every((committee) => committee.vaults.some((id) => active.includes(id))),
  "nobody-left",
);
const readers = active.filter((id) => chosen.some((committee) => committee.vaults.includes(id)));
const keyOf = (id) => keys.subarray(epoch.vaults.indexOf(id) * 1_216).subarray(0, 1_216);
const recipients = readers.map((id) => recipientOf(keyOf(id)));
while (recipients.length < 16) recipients.push(recipientOf(await publicKey(crypto.randomBytes(32))));
must(recipients.length === 16, "too-many-vaults");

// The receipt and its keys (5.2).
const receipt = crypto.randomBytes(16);
function derive(label, length, more = "") {
  const info = join(`sealed-intake/derive/v1 ${label}\0`, [0, 0], more);
  return Buffer.from(crypto.hkdfSync("sha256", receipt, pin.portal, info, length));
}
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex"); // RFC 8410
const writer = crypto.createPrivateKey({ format: "der", type: "pkcs8", key: join(PKCS8, derive("sign", 32)) });

// The message (6.1): its words answer the first question that must be answered in words (6.4).
const questionnaire = readFileSync(questionnaireFile);
const { name } = JSON.parse(questionnaire).questions.find(({ kind, needed }) => kind === "text" && needed);
const routing = { committees: committees.split(","), excluded: [], conflicts: [] };
const tag = crypto.createHmac("sha256", derive("routing", 32)).update(preimage("routing", JSON.stringify(routing)));
const message = Buffer.from(
  JSON.stringify({
    v: 1,
    id: text(crypto.randomBytes(16)),
    kind: "account",
    portal: pin.portal,
    directory: directory.seq,
    epoch: epoch.id,
    routing: { ...routing, tag: text(tag.digest()) },
    language: "en",
    day,
    thread: {
      key: crypto.createPublicKey(writer).export({ format: "jwk" }).x,
      recipient: text(await publicKey(derive("reply", 32))),
      mailbox: text(sha256(derive("mailbox", 32))),
    },
    seen: [],
    body: { v: 1, questionnaire: text(sha256(questionnaire)), answers: { [name]: words } },
    attachments: null,
  }),
);

// The frame (6.2), the envelope (2.2), and off it goes (12.3).
const length = Buffer.alloc(8);
length.writeBigUInt64BE(BigInt(message.length));
const filled = join(length, message, [1, 0, 64], crypto.sign(null, preimage("message", message), writer));
const size = [32_768, 65_536, 131_072, 262_144].find((one) => one >= filled.length);
must(size, "too-long");
const encrypter = new age.Encrypter();
while (recipients.length > 0) encrypter.addRecipient(recipients.splice(crypto.randomInt(recipients.length), 1)[0]);
const envelope = await encrypter.encrypt(join(filled, Buffer.alloc(size - filled.length)));
const token = derive("submission", 16, join(day, [crypto.randomInt(16)]));
const headers = { Parts: "0", Directory: String(directory.seq), Epoch: epoch.id };
await ask(`/submissions/${text(sha256(token).subarray(0, 16))}`, 204, { method: "PUT", headers, body: envelope });

// The receipt as people write it (5.1).
const DAMM =
  "0317598642 7092154863 4206871359 1750983426 6123045978 3674209581 5869720134 8945362017 9438617205 2581436790";
const digits = BigInt(`0x${receipt.toString("hex")}`)
  .toString()
  .padStart(39, "0");
const check = Array.from(digits).reduce((row, digit) => DAMM.split(" ")[row][digit], 0);
console.log((digits + check).match(/.{4}/g).join(" "));
