/** Files as one sealed stream: lengths to the byte, names of all kinds. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Decrypter } from "age-encryption";

import { attach, type FileSource, type Part, partName } from "../src/client/attach.ts";
import { HASHING_HERE } from "../src/client/sha256.ts";
import { identityText } from "../src/public/open.ts";
import { parseHeader } from "../src/wire/age.ts";
import {
  type Attachments,
  attachmentsToJson,
  fittingMebibytes,
  isFileName,
  isMediaType,
  MEBIBYTE,
  parseAttachments,
  plaintextLength,
  SIZES,
} from "../src/wire/attachments.ts";
import { toBase64url } from "../src/wire/base64.ts";
import { equal, join, utf8 } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import { encodeJson, type Json, parseJson } from "../src/wire/fields.ts";
import { laterRefusal, refusal } from "./refusal.ts";
import { PORTAL } from "./world.ts";

/** As `File` in a browser gives it, in pieces of a size that fits nothing. */
function file(data: Uint8Array, name = "a.bin", type = "", piece = 70_001): FileSource {
  return {
    name,
    type,
    size: data.length,
    stream: () => {
      let at = 0;
      return new ReadableStream({
        pull(controller) {
          if (at < data.length) controller.enqueue(data.slice(at, (at += piece)));
          else controller.close();
        },
      });
    },
  };
}

function filled(length: number, by: number): Uint8Array {
  return new Uint8Array(length).fill(by);
}

async function sealed(files: readonly FileSource[]): Promise<{ parts: readonly Part[]; attachments: Attachments }> {
  const parts: Part[] = [];
  const given = attach(PORTAL, files, HASHING_HERE);
  for (;;) {
    const next = await given.next();
    if (next.done) return { parts, attachments: next.value };
    parts.push(next.value);
  }
}

/** What the age program makes of the parts with the seed alone. */
async function opened(parts: readonly Part[], { seed }: Attachments): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityText(seed));
  return decrypter.decrypt(join(...parts.map((part) => part.data)));
}

/** Everything that FORMAT.md 7 says of parts and members. */
async function check(files: readonly Uint8Array[], mebibytes: number): Promise<void> {
  const { parts, attachments } = await sealed(files.map((data) => file(data)));
  const stream = join(...parts.map((part) => part.data));
  assert.equal(attachments.mebibytes, mebibytes);
  assert.equal(parts.length, mebibytes);
  assert.ok(parts.every((part) => part.data.length === MEBIBYTE));
  assert.ok(parts.every((part, at) => equal(part.name, partName(attachments.seed, PORTAL, at))));
  assert.equal(parseHeader(stream).stanzas.length, 1);
  assert.ok(equal(attachments.sha256, sha256(stream)));
  const plaintext = await opened(parts, attachments);
  assert.equal(plaintext.length, plaintextLength(mebibytes));
  let end = 0;
  for (const [at, data] of files.entries()) {
    const { offset, length, sha256: hash } = attachments.files[at] ?? assert.fail();
    assert.ok(offset === end && length === data.length && equal(hash, sha256(data)));
    end += length;
    assert.ok(equal(plaintext.subarray(offset, end), data));
  }
  assert.ok(plaintext.subarray(end).every((byte) => byte === 0));
}

/** As `file`, but a stream that fills what it is handed; `asked` is told how many bytes there was room for, each time. */
function handed(data: Uint8Array, asked: (room: number) => void): FileSource {
  let at = 0;
  const pull = (controller: ReadableByteStreamController) => {
    const request = controller.byobRequest;
    const view = request?.view as Uint8Array | null;
    if (!request || !view) throw new Error("nothing to fill");
    asked(view.length);
    const piece = data.subarray(at, at + Math.min(view.length, 1 + ((at * 7) % 70_001)));
    view.set(piece);
    at += piece.length;
    if (piece.length === 0) controller.close();
    request.respond(piece.length);
  };
  const stream = () => new ReadableStream({ type: "bytes", pull }) as ReadableStream<Uint8Array>;
  return { ...file(data), stream };
}

test("where a browser can, a file is read into memory that is used again, and comes out whole", async () => {
  const data = Uint8Array.from({ length: 1_500_000 }, (_, at) => Math.imul(at + 1, 2_654_435_761) >>> 24);
  const rooms: number[] = [];
  const { parts, attachments } = await sealed([handed(data, (room) => rooms.push(room)), file(filled(9, 9))]);
  assert.ok(rooms.length > 10 && rooms.every((room) => room === 64 * 1024), `${rooms}`);
  assert.ok(equal((await opened(parts, attachments)).subarray(0, data.length + 9), join(data, filled(9, 9))));
  assert.deepEqual(attachments.files[0]?.sha256, sha256(data));
  const longer = { ...handed(data, () => {}), size: data.length - 1 };
  assert.equal(await laterRefusal(() => sealed([longer])), "file-changed");
});

test("a stream of each size holds what is stated, to the byte", () => {
  const stated: Record<number, number> = { 1: 1_046_677, 2: 2_094_997, 4: 4_191_637, 1024: 1_073_478_101 };
  for (const [mebibytes, length] of Object.entries(stated)) assert.equal(plaintextLength(Number(mebibytes)), length);
  for (const [at, mebibytes] of SIZES.entries()) {
    const most = plaintextLength(mebibytes);
    assert.equal(most + 16 * Math.ceil(most / 65_536) + 1_643, mebibytes * MEBIBYTE);
    assert.equal(fittingMebibytes(most), mebibytes);
    if (SIZES[at + 1]) assert.equal(fittingMebibytes(most + 1), SIZES[at + 1]);
  }
  assert.equal(fittingMebibytes(0), 1);
  assert.equal(
    refusal(() => fittingMebibytes(plaintextLength(1024) + 1)),
    "too-long",
  );
});

test("the smallest stream that holds the files is taken, on both sides of a border", async () => {
  for (const [over, mebibytes] of [
    [0, 1],
    [1, 2],
  ] as const) {
    await check([filled(plaintextLength(1) + over, 7)], mebibytes);
  }
  await check([filled(plaintextLength(2), 1), filled(plaintextLength(3) - plaintextLength(2), 2)], 3);
  await check([filled(plaintextLength(4), 3), filled(1, 4)], 6);
});

test("sixty-four files, empty ones among them and alone, come back", async () => {
  await check([new Uint8Array(0)], 1);
  await check(
    Array.from({ length: 64 }, (_, at) => filled(at % 5 === 0 ? 0 : at * 97, at)),
    1,
  );
  for (const count of [0, 65]) {
    const files = Array.from({ length: count }, () => file(new Uint8Array(1)));
    assert.equal(await laterRefusal(() => sealed(files)), "bad-format");
  }
});

test("the name of a part depends on seed, portal and number", () => {
  const seed = filled(32, 1);
  const names = [partName(seed, PORTAL, 0), partName(seed, PORTAL, 1), partName(seed, "other", 0)];
  names.push(partName(filled(32, 2), PORTAL, 0), partName(seed, PORTAL, 256));
  assert.equal(new Set(names.map(toBase64url)).size, 5);
  assert.ok(names.every((name) => name.length === 16));
});

test("two sealings of the same files share neither seed nor part names", async () => {
  const [one, two] = [await sealed([file(utf8("same"))]), await sealed([file(utf8("same"))])];
  assert.ok(!equal(one.attachments.seed, two.attachments.seed));
  assert.ok(!equal(one.parts[0]?.name ?? assert.fail(), two.parts[0]?.name ?? assert.fail()));
});

const NAMES: Record<string, string> = {
  "photo 1.jpg": "photo 1.jpg",
  "صورة.png": "صورة.png",
  "Фото № 5.jpg": "Фото № 5.jpg",
  "照片.heic": "照片.heic",
  "ภาพถ่าย.pdf": "ภาพถ่าย.pdf",
  "👩🏽‍⚖️.txt": "👩🏽‍⚖️.txt",
  "..": "\ufffd",
  ".": "\ufffd",
  "": "\ufffd",
  "../../etc/passwd": "..\ufffd..\ufffdetc\ufffdpasswd",
  "C:\\a.txt": "C:\ufffda.txt",
  "line\nbreak\u0085.txt": "line\ufffdbreak\ufffd.txt",
  "half \ud800.txt": "half \ufffd.txt",
  "\u202egpj.exe": "\ufffdgpj.exe",
  "\u2029\u202a\u202b\u202c\u202d\u202e\u202f": "\u2029\ufffd\ufffd\ufffd\ufffd\ufffd\u202f",
  "\u2065\u2066\u2067\u2068\u2069\u206a": "\u2065\ufffd\ufffd\ufffd\ufffd\u206a",
  "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u200f.pdf":
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u200f.pdf",
  [`${"😀".repeat(300)}.txt`]: `${"😀".repeat(251)}.txt`,
};

test("names in all scripts are kept, and what must not stand in a name is replaced", async () => {
  const { attachments } = await sealed(Object.keys(NAMES).map((name) => file(utf8("x"), name)));
  assert.deepEqual(
    attachments.files.map(({ name }) => name),
    Object.values(NAMES),
  );
  const json = encodeJson(attachmentsToJson(attachments));
  assert.deepEqual(parseAttachments(parseJson(json, 65_536)), attachments);
});

test("a type loses its parameters, and one that is none becomes the general one", async () => {
  const types = ["image/png", "text/plain;charset=utf-8", "", "Image/JPEG", "a/b/c", "x", `a/${"b".repeat(126)}`];
  const { attachments } = await sealed(types.map((type) => file(utf8("x"), "name", type)));
  const unknown = "application/octet-stream";
  assert.deepEqual(
    attachments.files.map(({ type }) => type),
    ["image/png", "text/plain", unknown, "image/jpeg", unknown, unknown, unknown],
  );
});

test("a file that is no longer what it was, or that cannot be read, stops everything", async () => {
  const data = filled(200_000, 1);
  for (const size of [199_999, 200_001, 0]) {
    assert.equal(await laterRefusal(() => sealed([{ ...file(data), size }])), "file-changed");
  }
  const broken = { ...file(data), stream: () => new ReadableStream({ pull: () => Promise.reject(new Error("gone")) }) };
  assert.equal(await laterRefusal(() => sealed([file(data), broken])), "file-unreadable");
});

test("who stops asking for parts has the file closed", async () => {
  const given = attach(PORTAL, [{ name: "a", type: "", size: 512 * MEBIBYTE, stream: () => endless }], HASHING_HERE);
  let endless = new ReadableStream<Uint8Array>();
  const closed = new Promise<void>((resolve) => {
    endless = new ReadableStream({
      pull: (controller) => controller.enqueue(filled(65_536, 1)),
      cancel: () => resolve(),
    });
  });
  await given.next();
  await given.return(undefined as unknown as Attachments);
  await closed;
});

const hash = toBase64url(filled(32, 9));
const one = { name: "a", type: "a/b", offset: 0, length: 5, sha256: hash };
const whole = { seed: hash, mebibytes: 1, sha256: hash, files: [one, { ...one, offset: 5, length: 0 }] };
const withFile = (changes: object) => ({ ...whole, files: [{ ...one, ...changes }] });

test("members may stand in any order, and a file may fill the stream to the end", () => {
  const { seed, mebibytes, sha256: stream, files } = whole;
  const other = parseAttachments({ files, sha256: stream, mebibytes, seed });
  assert.deepEqual(other, parseAttachments(whole));
  assert.equal(parseAttachments(withFile({ length: plaintextLength(1) })).files[0]?.length, 1_046_677);
});

const REFUSED: Record<string, Json> = {
  "a size that is not in the list": { ...whole, mebibytes: 5 },
  "no file": { ...whole, files: [] },
  "65 files": { ...whole, files: Array.from({ length: 65 }, () => ({ ...one, length: 0 })) },
  "a first offset that is not zero": withFile({ offset: 1 }),
  "a gap": { ...whole, files: [one, { ...one, offset: 6 }] },
  "an overlap": { ...whole, files: [one, { ...one, offset: 4 }] },
  "a file beyond the end": withFile({ length: plaintextLength(1) + 1 }),
  "a negative length": withFile({ length: -1 }),
  "a seed of 31 bytes": { ...whole, seed: toBase64url(filled(31, 9)) },
  "an unknown member": { ...whole, more: 1 },
  "an unknown member of a file": withFile({ more: 1 }),
  "null for files": { ...whole, files: null },
  "a missing hash": { seed: hash, mebibytes: 1, files: [one] },
  "an upper-case type": withFile({ type: "A/b" }),
  "a type with parameters": withFile({ type: "a/b;c=d" }),
  "an empty name": withFile({ name: "" }),
};

for (const [what, json] of Object.entries(REFUSED)) {
  test(`${what} is refused`, () => {
    assert.equal(
      refusal(() => parseAttachments(json)),
      "bad-format",
    );
  });
}

test("a name of 255 characters is one, of 256 not; separators and control characters make none", () => {
  for (const name of ["😀".repeat(255), "...", ".a", " ", "a\u00a0b", "a\u200f\u200cb"])
    assert.ok(isFileName(name), name);
  for (const name of ["a\u202eb", "\u2066", "\u2069.pdf"]) assert.ok(!isFileName(name), name);
  for (const name of ["😀".repeat(256), "", ".", "..", "a/b", "a\\b", "\u0000", "\u001f", "\u007f", "\u009f"]) {
    assert.ok(!isFileName(name), name);
  }
});

test("a media type has 3 to 127 characters and one slash", () => {
  for (const type of ["a/b", "0/9", "application/vnd.x+y-z_1.2", `a/${"b".repeat(125)}`]) assert.ok(isMediaType(type));
  for (const type of ["a/", "/b", "ab", "a/b/c", "-a/b", "a/ b", "é/b", `a/${"b".repeat(126)}`]) {
    assert.ok(!isMediaType(type), type);
  }
});
