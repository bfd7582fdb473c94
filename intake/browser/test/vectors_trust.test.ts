/** Vectors of trust, routing and verdicts; Python runs the same files (`tests/crypto/test_vectors_trust.py`). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { judge, type Verdict } from "../src/public/replies.ts";
import { eligible } from "../src/public/routing.ts";
import { agreedDay, type Believed, believe, follows, parsePin, vaultKeys } from "../src/public/trust.ts";
import { fromBase64url as data } from "../src/wire/base64.ts";
import { utf8 } from "../src/wire/bytes.ts";
import { type Directory, MOST_DIRECTORY, parseDirectory, type Vault } from "../src/wire/directory.ts";
import type { Choice } from "../src/wire/message.ts";
import { noteBody, noteHash, parseNote } from "../src/wire/note.ts";
import { parseReply } from "../src/wire/reply.ts";
import { refusal } from "./refusal.ts";
import { type Cases, each, load } from "./vectors.ts";

interface Row {
  readonly name: string;
  readonly pin: string;
  readonly newest: string;
  readonly changes: readonly string[];
  readonly behind_note?: string;
  readonly day?: string;
  readonly now?: string;
  readonly server?: string | null;
  readonly chosen?: string;
  readonly min_seq?: number;
  readonly behind?: string;
  readonly key_file?: string;
  readonly at?: number;
  readonly length?: number;
  readonly seq?: number;
  readonly epoch?: string;
  readonly code?: string;
}
type Named = Readonly<Record<string, string>>;
const trust = load<Cases<Row> & { pins: Named; common: string; notes: Named; key_files: Named }>("trust");
each("trust", trust.cases, (row) => {
  if (row.code !== undefined)
    assert.equal(
      refusal(() => decide(row)),
      row.code,
    );
  else {
    const { directory, epoch } = decide(row);
    assert.deepEqual([directory.seq, epoch.id], [row.seq, row.epoch]);
  }
});

/** Everything a reader does with a start, a clock and a key file. */
function decide(row: Row): Believed {
  const day = row.day ?? agreedDay(Date.parse(row.now ?? ""), row.server ? Date.parse(row.server) : null, row.chosen);
  const pin = parsePin(utf8(trust.pins[row.pin] ?? ""));
  const noteOf = (name: string, behind = "") => parseNote(utf8(noteText(name) + behind), MOST_DIRECTORY);
  const newest = noteOf(row.newest, row.behind_note);
  const believed = believe(
    pin,
    newest,
    row.changes.map((name) => noteOf(name)),
    day,
    row.min_seq,
  );
  if (row.behind !== undefined) {
    const kept = noteOf(row.behind);
    follows(parseDirectory(noteBody(kept, "directory", pin.portal)), noteHash(kept), believed.directory);
  }
  if (row.key_file !== undefined) {
    assert.deepEqual([...vaultKeys(believed, keyFile(row)).keys()], believed.epoch.vaults);
  }
  return believed;
}

function noteText(name: string): string {
  return (trust.notes[name] ?? assert.fail(name)).split("$").join(trust.common);
}

function keyFile(row: Row): Uint8Array {
  const whole = data(trust.key_files[row.key_file ?? ""] ?? "");
  if (row.at !== undefined) whole[row.at] = (whole[row.at] ?? 0) ^ 1;
  const cut = new Uint8Array(row.length ?? whole.length);
  cut.set(whole.subarray(0, cut.length));
  return cut;
}

type Routed = Choice & { name?: string; revoked: readonly string[]; vaults?: readonly string[]; code?: string };
const routings = load<Cases<Routed> & { directory: string; epoch: string }>("routing");
each("routing", routings.cases, (one) => {
  const directory = changed(parseDirectory(utf8(routings.directory)), (vault) =>
    one.revoked.includes(vault.id) ? { ...vault, status: "revoked" } : vault,
  );
  const epoch = directory.epochs.find(({ id }) => id === routings.epoch);
  assert.ok(epoch);
  const decide = () => eligible(directory, epoch, one).map((vault) => vault.id);
  if (one.vaults) assert.deepEqual(decide(), one.vaults);
  else assert.equal(refusal(decide), one.code);
});

type Signed = { readonly json: string; readonly signature: string };
interface Judged {
  readonly name: string;
  readonly status: Vault["status"];
  readonly until: string | null;
  readonly day: string;
  readonly verdict: Verdict;
}
const verdicts = load<
  Cases<Judged> & { directory: string; vault: string; reply: Signed; lies: Record<string, Signed>; ahead: Signed }
>("verdict");
const judged = ({ json, signature }: Signed, directory: Directory, day: string) => {
  const frame = { message: utf8(json), signature: data(signature) };
  return judge(parseReply(frame.message), frame, directory, day);
};
each("verdict", verdicts.cases, (one) => {
  const directory = changed(parseDirectory(utf8(verdicts.directory)), (vault) =>
    vault.id === verdicts.vault ? { ...vault, status: one.status, untilDay: one.until } : vault,
  );
  assert.equal(judged(verdicts.reply, directory, one.day), one.verdict);
});
for (const [lie, reply] of Object.entries(verdicts.lies)) {
  test(`verdict: a reply with a lie (${lie}) is not genuine`, () => {
    assert.equal(judged(reply, parseDirectory(utf8(verdicts.directory)), "2026-11-24"), "not-genuine");
  });
}
test("verdict: a reply may be one day ahead", () => {
  assert.equal(judged(verdicts.ahead, parseDirectory(utf8(verdicts.directory)), "2026-11-24"), "genuine");
});

function changed(directory: Directory, change: (vault: Vault) => Vault): Directory {
  return { ...directory, vaults: directory.vaults.map(change) };
}
