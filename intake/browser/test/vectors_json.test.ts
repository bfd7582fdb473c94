/** Strict JSON, case by case; twin of `tests/crypto/test_vectors_json.py`. */

import assert from "node:assert/strict";

import { fromBase64url } from "../src/wire/base64.ts";
import { utf8 } from "../src/wire/bytes.ts";
import { encodeJson, parseJson } from "../src/wire/fields.ts";
import { refusal } from "./refusal.ts";
import { type Cases, each, load } from "./vectors.ts";

interface Text {
  readonly name: string;
  readonly json?: string;
  readonly raw?: string;
  readonly parts?: readonly (readonly [string, number])[];
  readonly most?: number;
  readonly ok: boolean;
}
const whole = load<Cases<Text> & { most: number }>("fields");

each("strict JSON", whole.cases, (one) => {
  const data = bytesOf(one);
  const most = one.most ?? whole.most;
  if (one.ok) assert.deepEqual(encodeJson(parseJson(data, most)), data);
  else
    assert.equal(
      refusal(() => parseJson(data, most)),
      "bad-format",
    );
});

function bytesOf({ json, raw, parts = [] }: Text): Uint8Array {
  if (raw !== undefined) return fromBase64url(raw);
  return utf8(json ?? parts.map(([piece, times]) => piece.repeat(times)).join(""));
}
