import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

export interface Cases<T> {
  readonly cases: readonly T[];
}

/** One file of `tests/vectors` at the top of the repository, which both languages run. */
export function load<T>(name: string): T {
  return JSON.parse(readFileSync(`../../tests/vectors/${name}.json`, "utf-8")) as T;
}

/** One test a case, named after it; no case at all is a fault of the vectors. */
export function each<T extends { name?: string }>(
  title: string,
  cases: readonly T[],
  check: (one: T) => void | Promise<void>,
): void {
  test(`${title}: there are cases`, () => assert.ok(cases.length > 0));
  cases.forEach((one, at) => test(`${title}: ${one.name ?? at}`, () => check(one)));
}

/** One change of one base, and the code with which it is refused (`tests/vectors/changes.py`). */
export interface Change {
  readonly name: string;
  readonly base: string;
  readonly path: readonly string[];
  readonly value?: unknown;
  readonly remove?: boolean;
  readonly repeat?: unknown;
  readonly times?: number;
  readonly also?: readonly (readonly [readonly string[], unknown])[];
  readonly code?: string;
}

type Holder = Record<string, unknown>;

/** The base with the one change that the case describes. */
export function changed(base: unknown, change: Change): Holder {
  const whole = structuredClone(base) as Holder;
  if (change.remove) {
    delete holder(whole, change.path)[last(change.path)];
    return whole;
  }
  const { repeat, times = 1 } = change;
  const repeated = typeof repeat === "string" ? repeat.repeat(times) : Array<unknown>(times).fill(repeat);
  const value = repeat === undefined ? change.value : repeated;
  for (const [path, laid] of [[change.path, value] as const, ...(change.also ?? [])]) {
    holder(whole, path)[last(path)] = laid;
  }
  return whole;
}

function holder(whole: Holder, path: readonly string[]): Holder {
  return path.slice(0, -1).reduce((at, name) => at[name] as Holder, whole);
}

function last(path: readonly string[]): string {
  return path[path.length - 1] ?? "";
}
