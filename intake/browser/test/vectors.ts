import { readFileSync } from "node:fs";

/** One file of `tests/vectors` at the top of the repository, which both languages run. */
export function load<T>(name: string): T {
  return JSON.parse(readFileSync(`../../tests/vectors/${name}.json`, "utf-8")) as T;
}
