/** A small world for tests: roots, vaults, a signed directory and an intake that answers from memory. Nothing here is secret. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";

import type { Answer, Net } from "../src/client/net.ts";
import { type Clock, openPortal, parsePin, type Pin, type Portal } from "../src/client/portal.ts";
import { sign } from "../src/client/receipt_keys.ts";
import { toBase64url } from "../src/wire/base64.ts";
import { fromUtf8, join, utf8 } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import { encodeJson, type JsonObject } from "../src/wire/fields.ts";
import { composeNote, encodeNote, keyId, type Note } from "../src/wire/note.ts";

export const PORTAL = "test.sealed-intake";
export const DAY = "2026-11-24";
export const NOON = Date.parse("2026-11-24T12:00:00Z");
export const VAULTS = ["cat", "cmw-1", "cmw-2", "desk"] as const;

/** A private key of this world (32 bytes), from its name. */
export function seed(name: string): Uint8Array {
  return sha256(utf8(`test world ${name}`));
}

export function vaultSeed(vault: string): Uint8Array {
  return seed(`${vault} seals`);
}

const ROOTS: JsonObject = {
  threshold: 2,
  keys: ["root-1", "root-2", "root-3"].map((name) => ({ name, key: publicText(name) })),
};
export const PIN: Pin = parsePin(encodeJson({ v: 1, portal: PORTAL, seq: 1, roots: ROOTS }));
export const KEY_FILE = join(...VAULTS.map((vault) => MLKEM768X25519.getPublicKey(vaultSeed(vault))));

/** The JSON of directory 1. */
export function directoryJson(changes: JsonObject = {}): JsonObject {
  return {
    seq: 1,
    prev: null,
    root_change: null,
    min_seq: 1,
    valid_from: "2026-11-01",
    expires: "2027-01-15",
    roots: ROOTS,
    intake: publicText("intake"),
    post: [{ key: publicText("post"), from: "2026-11-01", until: "2027-01-15" }],
    epochs: [
      {
        id: "2026-11",
        from: "2026-11-01",
        until: "2026-12-01",
        vaults: [...VAULTS],
        keys: toBase64url(sha256(KEY_FILE)),
      },
    ],
    ended: [],
    committees: [
      committee("cat", "single", "cat"),
      committee("cmw", "joint", "cmw-1", "cmw-2"),
      committee("ced", "single"),
      committee("desk", "desk", "desk"),
    ],
    vaults: VAULTS.map((vault) => vaultJson(vault)),
    lost: [],
    extensions: {},
    ...changes,
  };
}

/** A signed note of this world. */
export function note(json: JsonObject, ...signers: readonly string[]): Note {
  const text = composeNote("directory", PORTAL, encodeJson(json));
  return {
    text,
    signatures: signers.map((name) => ({
      name,
      keyId: keyId(name, ed25519.getPublicKey(seed(name))),
      signature: ed25519.sign(text, seed(name)),
    })),
  };
}

export const NOTE = note(directoryJson(), "root-1", "root-2");
export const CLOCK: Clock = { now: NOON };

export function answer(status: number, bytes: Uint8Array, date: number | null = NOON): Answer {
  return { status, bytes, date };
}

export function refused(code: string, status = 409): Answer {
  return answer(status, utf8(JSON.stringify({ type: "about:blank", title: code, status, code })));
}

export function start(newest: Note = NOTE, changes: readonly Note[] = []): Uint8Array {
  const text = (one: Note) => fromUtf8(encodeNote(one));
  return utf8(JSON.stringify({ v: 1, directory: text(newest), changes: changes.map(text), records: [] }));
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An intake that answers by `reply` and remembers what it was asked. */
export function intake(reply: (call: Call) => Answer | Promise<Answer>): Net & { readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  const ask = async (
    method: string,
    path: string,
    body: Uint8Array = new Uint8Array(0),
    headers: Call["headers"] = {},
  ) => {
    const call = { method, path, headers, body };
    calls.push(call);
    return await reply(call);
  };
  return {
    calls,
    get: (path) => ask("GET", path),
    put: (path, headers, body) => ask("PUT", path, body, headers),
    post: (path, body) => ask("POST", path, body),
  };
}

/** What an honest intake of this world serves. */
export function honest(call: Call): Answer {
  if (call.path === "/start") return answer(200, start());
  if (call.path === `/keys/${toBase64url(sha256(KEY_FILE))}`) return answer(200, KEY_FILE);
  return refused("not-found", 404);
}

export function openWorld(): Promise<Portal> {
  return openPortal(PIN, CLOCK, intake(honest));
}

/** A signature by a vault of this world. */
export function vaultSigns(vault: string, data: Uint8Array): Uint8Array {
  return sign("reply", PORTAL, data, seed(`${vault} signs`));
}

export function vaultJson(id: string, changes: JsonObject = {}): JsonObject {
  return {
    id,
    titles: names(`Reader ${id}`),
    quorum: { k: 1, n: 1 },
    key: publicText(`${id} signs`),
    conflicts: id === "cmw-1" ? ["XA"] : [],
    openpgp: null,
    status: "active",
    from: "2026-11-01",
    until: null,
    ...changes,
  };
}

function committee(id: string, arrangement: string, ...vaults: readonly string[]): JsonObject {
  const status = vaults.length > 0 ? "open" : "not-open";
  return { id, names: names(`Committee ${id}`), arrangement, vaults, status, contact: `${id}@example.org` };
}

function names(text: string): JsonObject {
  return { ar: text, en: text, es: text, fr: text, ru: text, zh: text };
}

/** The public key, in base64url, of a name of this world. */
export function publicText(name: string): string {
  return toBase64url(ed25519.getPublicKey(seed(name)));
}
