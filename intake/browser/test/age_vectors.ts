/** C2SP's test vectors of the age format (npm cctv-age), and what the browser's code makes of them. */

import { inflateSync } from "node:zlib";

import { armor, Decrypter } from "age-encryption";
import * as cctv from "cctv-age";

import { type AgeCode, AgeError } from "../src/errors.ts";
import { matched } from "../src/public/open.ts";
import { parseHeader } from "../src/wire/age.ts";
import { fromUtf8, join } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";

const NONCE = 16;
const CHUNK = 64 * 1024 + 16;
const WORDS: Record<AgeCode, string> = {
  "header-failure": "header failure",
  "mac-failure": "HMAC failure",
  "no-match": "no match",
  "payload-failure": "payload failure",
};

/** `payload`: SHA-256, in hex, of all that a reader gives out before it succeeds or fails; none when it gives out nothing. */
export interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly payload: string | undefined;
  readonly identities: readonly string[];
  readonly passphrases: readonly string[];
  readonly armored: boolean;
  readonly file: Uint8Array;
}

export type Outcome = Pick<Vector, "expect" | "payload">;

export const VECTORS: readonly Vector[] = Object.entries(cctv as unknown as Record<string, Uint8Array>).map(
  ([name, data]) => read(name, data),
);

/** Opens a file piece by piece, with whatever keys a vector names. Throws `AgeError` of the header. */
export type Reader = (file: Uint8Array, vector: Vector) => Promise<Released>;

/** The chunks that came out, and whether the end came too. */
export interface Released {
  readonly chunks: readonly Uint8Array[];
  readonly ended: boolean;
}

/** Our parser reads the header and our code names the failure; age-encryption does the rest, also for keys of others. */
export const browserReader: Reader = async (file, vector) => {
  const { length } = parseHeader(file);
  const first = await released(file, length, vector);
  return first.ended ? first : withChunkHeldBack(first, file, length, vector);
};

/** What a reader makes of a vector. */
export async function outcome(vector: Vector, reader: Reader = browserReader): Promise<Outcome> {
  const file = vector.armored ? dearmored(vector.file) : vector.file;
  if (!file) return { expect: "armor failure", payload: undefined };
  try {
    const { chunks, ended } = await reader(file, vector);
    const payload = Buffer.from(sha256(join(...chunks))).toString("hex");
    return { expect: ended ? "success" : WORDS["payload-failure"], payload };
  } catch (error) {
    if (error instanceof AgeError) return { expect: WORDS[error.code], payload: undefined };
    throw error;
  }
}

export function isRight(vector: Vector, { expect, payload }: Outcome): boolean {
  return expect === vector.expect && payload === vector.payload;
}

function decrypterOf({ identities, passphrases }: Vector): Decrypter {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  for (const passphrase of passphrases) decrypter.addPassphrase(passphrase);
  return decrypter;
}

function dearmored(file: Uint8Array): Uint8Array | null {
  try {
    return armor.decode(fromUtf8(file));
  } catch {
    return null;
  }
}

/** Header, nonce and then one chunk after the other, so that what was opened is out before the next one is tried. */
function piecesOf(file: Uint8Array, headerLength: number): ReadableStream<Uint8Array> {
  const start = headerLength + NONCE;
  const cuts = [0, headerLength, start];
  for (let at = start + CHUNK; at < file.length; at += CHUNK) cuts.push(at);
  const pieces = cuts.map((cut, at) => file.subarray(cut, cuts[at + 1])).filter((piece) => piece.length > 0);
  return new ReadableStream(
    {
      pull(controller) {
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

async function released(file: Uint8Array, headerLength: number, vector: Vector): Promise<Released> {
  const reader = (await matched(decrypterOf(vector), piecesOf(file, headerLength))).getReader();
  const chunks: Uint8Array[] = [];
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
    return { chunks, ended: true };
  } catch {
    return { chunks, ended: false };
  }
}

/**
 * age-encryption opens a chunk only when it sees whether another one follows. The vectors count it from a reader that does
 * not wait: so after a failure the file is read once more up to that chunk, as its last one and as one before others.
 */
async function withChunkHeldBack(
  first: Released,
  file: Uint8Array,
  headerLength: number,
  vector: Vector,
): Promise<Released> {
  const upTo = file.subarray(0, headerLength + NONCE + (first.chunks.length + 1) * CHUNK);
  const tries = [upTo, join(upTo, new Uint8Array(1))].map((cut) => released(cut, headerLength, vector));
  const found = (await Promise.all(tries)).find(({ chunks }) => chunks.length > first.chunks.length);
  return { chunks: found?.chunks ?? first.chunks, ended: false };
}

/** Lines `name: value`, an empty line, the file, which may be compressed. */
function read(name: string, data: Uint8Array): Vector {
  const split = Buffer.from(data).indexOf("\n\n");
  const lines = fromUtf8(data.subarray(0, split)).split("\n");
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
