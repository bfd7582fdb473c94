/** An intake in memory that keeps parts and envelopes as FORMAT.md 12.3 says, and a line to it that can fail. */

import type { Answer, Net } from "../src/client/net.ts";
import { ClientError } from "../src/errors.ts";
import { toBase64url } from "../src/wire/base64.ts";
import { equal } from "../src/wire/bytes.ts";
import { sha256 } from "../src/wire/digest.ts";
import { answer, type Call, refused } from "./world.ts";

const TOKEN = 16;

/** What becomes of one request: its way there breaks, its answer gets lost, or intake says this instead of acting. */
export type Fate = "request lost" | "answer lost" | Answer;

/** `fate` is asked for each request, by its number; nothing means that it goes well. */
export interface Shore extends Net {
  readonly calls: readonly Call[];
  /** Name -> bytes of the parts under each ID. */
  readonly parts: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  readonly envelopes: ReadonlyMap<string, Uint8Array>;
  fate: (call: Call, number: number) => Fate | undefined;
  /** Like the second close of a day. */
  forgetParts(): void;
}

export function shore(): Shore {
  const calls: Call[] = [];
  const parts = new Map<string, Map<string, Uint8Array>>();
  const envelopes = new Map<string, Uint8Array>();
  const stored = answer(204, new Uint8Array(0));

  const act = (call: Call): Answer => {
    const [, , id = "", , name] = call.path.split("/");
    if (call.method === "POST") {
      for (let at = 0; at < call.body.length; at += TOKEN) {
        const gone = toBase64url(sha256(call.body.slice(at, at + TOKEN)).slice(0, TOKEN));
        parts.delete(gone);
        envelopes.delete(gone);
      }
      return stored;
    }
    if (name === undefined) return putEnvelope(id, call);
    const held = parts.get(id) ?? new Map<string, Uint8Array>();
    const same = held.get(name);
    if (same) return equal(same, call.body) ? stored : refused("conflict");
    if (envelopes.has(id)) return refused("conflict");
    parts.set(id, held.set(name, call.body));
    return stored;
  };

  const putEnvelope = (id: string, { headers, body }: Call): Answer => {
    const [announced, there] = [Number(headers["Parts"]), parts.get(id)?.size ?? 0];
    const held = envelopes.get(id);
    if (held) return equal(held, body) ? stored : refused("conflict");
    if (there !== announced) return refused(there < announced ? "parts-missing" : "conflict");
    envelopes.set(id, body);
    return stored;
  };

  const ask = async (method: string, path: string, body = new Uint8Array(0), headers = {}, stop?: AbortSignal) => {
    // A request is on its way for a while, and can be broken off there.
    await new Promise((later) => setImmediate(later));
    const call = { method, path, headers, body: body.slice() };
    calls.push(call);
    const fate = made.fate(call, calls.length - 1);
    if (fate === "request lost" || stop?.aborted) throw new ClientError("line", true);
    if (typeof fate === "object") return fate;
    const said = act(call);
    if (fate === "answer lost") throw new ClientError("line", true);
    return said;
  };

  const made: Shore = {
    calls,
    parts,
    envelopes,
    fate: () => undefined,
    forgetParts: () => parts.clear(),
    get: (path) => ask("GET", path),
    put: (path, headers, body, stop) => ask("PUT", path, body as Uint8Array<ArrayBuffer>, headers, stop),
    post: (path, body) => ask("POST", path, body as Uint8Array<ArrayBuffer>),
  };
  return made;
}
