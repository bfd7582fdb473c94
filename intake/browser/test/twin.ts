/**
 * The browser's code as a process: a line of JSON in, a line of JSON out, until the input ends. Bytes are standard base64.
 *
 *     {"op": "seal", "plaintext", "recipients": []}   {"op": "open", "file", "seed"}
 *     {"op": "envelope", "frame", "keys": []}         {"op": "slot", "plaintext", "recipient"}
 *     {"op": "attach", "portal", "files": [{"name", "type", "data"}]}  ->  {"parts": {name: data}, "attachments": text}
 *     {"op": "parse", "parser", "data"}               {"op": "parse-many", "parser", "data": []}  ->  ["ok" or a code]
 *
 * The answer is {"ok": value}, {"refused": code} or {"broken": words}; the last is always a fault of ours.
 */

import { createInterface } from "node:readline";

import { attach } from "../src/client/attach.ts";
import { HASHING_HERE } from "../src/client/sha256.ts";
import { CryptoError } from "../src/errors.ts";
import { unseal } from "../src/public/open.ts";
import { seal, sealEnvelope, sealSlot } from "../src/public/seal.ts";
import { attachmentsToJson } from "../src/wire/attachments.ts";
import { fromUtf8 } from "../src/wire/bytes.ts";
import { encodeJson } from "../src/wire/fields.ts";
import { PARSERS } from "./parsers.ts";

interface CarriedFile {
  readonly name: string;
  readonly type: string;
  readonly data: string;
}

/** A request; which members stand in it depends on `op`. */
interface Request {
  readonly op: string;
  readonly plaintext: string;
  readonly recipients: readonly string[];
  readonly recipient: string;
  readonly file: string;
  readonly seed: string;
  readonly frame: string;
  readonly keys: readonly string[];
  readonly portal: string;
  readonly files: readonly CarriedFile[];
  readonly parser: string;
  readonly data: string & readonly string[];
}

type Answer = { readonly ok: unknown } | { readonly refused: string } | { readonly broken: string };

const OPERATIONS: Readonly<Record<string, (request: Request) => unknown>> = {
  seal: async ({ plaintext, recipients }) => text(await seal(bytes(plaintext), recipients.map(bytes))),
  open: async ({ file, seed }) => text(await unseal(bytes(file), bytes(seed))),
  envelope: async ({ frame, keys }) => text(await sealEnvelope(bytes(frame), keys.map(bytes))),
  slot: async ({ plaintext, recipient }) => text(await sealSlot(bytes(plaintext), bytes(recipient))),
  attach: ({ portal, files }) => attached(portal, files),
  parse: ({ parser, data }) => parse(parser, data),
  "parse-many": async ({ parser, data }) => Promise.all(data.map(async (one) => verdict(parser, one))),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  const answer = await answered(() => named(OPERATIONS, request.op)(request));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function answered(act: () => unknown): Promise<Answer> {
  try {
    return { ok: await act() };
  } catch (error) {
    if (error instanceof CryptoError) return { refused: error.code };
    return { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function parse(parser: string, data: string): string {
  return text(named(PARSERS, parser)(bytes(data)) ?? new Uint8Array(0));
}

async function verdict(parser: string, data: string): Promise<string> {
  const answer = await answered(() => parse(parser, data));
  if ("ok" in answer) return "ok";
  return "refused" in answer ? answer.refused : `broken ${answer.broken}`;
}

async function attached(portal: string, files: readonly CarriedFile[]): Promise<unknown> {
  const sources = files.map(({ name, type, data }) => {
    const blob = new Blob([Buffer.from(data, "base64")]);
    return { name, type, size: blob.size, stream: () => blob.stream() as ReadableStream<Uint8Array> };
  });
  const given = attach(portal, sources, HASHING_HERE);
  const parts: Record<string, string> = {};
  for (;;) {
    const next = await given.next();
    if (next.done) return { parts, attachments: fromUtf8(encodeJson(attachmentsToJson(next.value))) };
    parts[text(next.value.name)] = text(next.value.data);
  }
}

function named<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = table[name];
  if (found === undefined) throw new Error(`unknown name ${name}`);
  return found;
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

function text(data: Uint8Array): string {
  return Buffer.from(data).toString("base64");
}
