/** Strict JSON and the fields in it (FORMAT.md 1.1, 1.2). Every parse ends with "and nothing more". */

import { FormatError } from "../errors.ts";
import { fromBase64url } from "./base64.ts";
import { fromUtf8, utf8 } from "./bytes.ts";
import { type Day, isDay, isEpochId } from "./calendar.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

const MOST_DEPTH = 8;
const LONG = 1_048_576;
const LEAST_A_COMMA = 16;
const COMMA = 0x2c;
const MEMBER = /^[a-z][a-z0-9_]*$/;
const NAME = /^[a-z][a-z0-9_-]{0,31}$/;
const PORTAL = /^[a-z0-9.-]{3,64}$/;
const COUNTRY = /^[A-Z]{2}$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether this can name a committee, vault, question or choice. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

export function isPortal(text: string): boolean {
  return PORTAL.test(text);
}

/** Compact JSON in the order of the object. Refuses text that is no Unicode, which UTF-8 could not carry. */
export function encodeJson(value: JsonObject): Uint8Array {
  check(value, 1);
  return utf8(JSON.stringify(value));
}

/** The object in `data`, of at most `most` bytes, which must be its own compact serialisation. */
export function parseJson(data: Uint8Array, most: number): JsonObject {
  if (data.length > most) throw new FormatError("json longer than allowed");
  if (data.length > LONG && commas(data) > Math.floor(data.length / LEAST_A_COMMA)) {
    throw new FormatError("json denser than allowed");
  }
  let text: string;
  let value: Json;
  try {
    text = fromUtf8(data);
    value = JSON.parse(text) as Json;
  } catch {
    throw new FormatError("json");
  }
  if (!isObject(value)) throw new FormatError("json is no object");
  check(value, 1);
  // Finds spaces, other escapes, other spellings of numbers, and members that stand twice.
  if (JSON.stringify(value) !== text) throw new FormatError("json is not in its one form");
  return value;
}

function commas(data: Uint8Array): number {
  let count = 0;
  for (const byte of data) if (byte === COMMA) count++;
  return count;
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Member names, numbers, text and depth of everything below `value`. */
function check(value: Json, depth: number): void {
  if (typeof value === "string") {
    if (LONE_SURROGATE.test(value)) throw new FormatError("lone surrogate");
  } else if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new FormatError("json number");
  } else if (typeof value === "object" && value !== null) {
    if (depth > MOST_DEPTH) throw new FormatError("json too deep");
    for (const [name, below] of Object.entries(value)) {
      if (!Array.isArray(value) && !MEMBER.test(name)) throw new FormatError("json member name");
      check(below, depth + 1);
    }
  }
}

/** Reads the members of one JSON object; `end` refuses what was not asked for. */
export class Members {
  readonly #left: Map<string, Json>;
  readonly #where: string;

  constructor(value: Json, where: string) {
    if (!isObject(value)) throw new FormatError(where);
    this.#left = new Map(Object.entries(value));
    this.#where = where;
  }

  /** Whatever stands there. */
  take(name: string): Json {
    const value = this.#left.get(name);
    if (value === undefined) this.refuse(name);
    this.#left.delete(name);
    return value;
  }

  /** For a check of the caller's that failed. */
  refuse(name: string): never {
    throw new FormatError(`${this.#where}.${name}`);
  }

  /** A text of `least` to `most` characters (code points). */
  text(name: string, most: number, least = 0, rule?: (text: string) => boolean): string {
    const value = this.take(name);
    if (typeof value !== "string") this.refuse(name);
    const length = [...value].length;
    if (length < least || length > most || (rule && !rule(value))) this.refuse(name);
    return value;
  }

  /** The name of a committee, vault, question or choice. */
  name(name: string): string {
    return this.text(name, 32, 1, isName);
  }

  portal(name: string): string {
    return this.text(name, 64, 3, isPortal);
  }

  day(name: string): Day {
    return this.text(name, 10, 10, isDay);
  }

  dayOrNull(name: string): Day | null {
    return this.#orNull(name, () => this.day(name));
  }

  /** `YYYY-MM`. */
  epoch(name: string): string {
    return this.text(name, 7, 7, isEpochId);
  }

  /** One of `allowed`. */
  choice<T extends string>(name: string, allowed: readonly T[]): T {
    return this.text(name, 64, 0, (text) => (allowed as readonly string[]).includes(text)) as T;
  }

  /** A whole number from `least` to `most`. */
  integer(name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.take(name);
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) this.refuse(name);
    return value;
  }

  /** Exactly `length` bytes. */
  data(name: string, length: number): Uint8Array {
    const value = this.take(name);
    if (typeof value !== "string") this.refuse(name);
    return fromBase64url(value, length);
  }

  dataOrNull(name: string, length: number): Uint8Array | null {
    return this.#orNull(name, () => this.data(name, length));
  }

  /** At most `most` values of any kind. */
  list(name: string, most: number): readonly Json[] {
    const value = this.take(name);
    if (!Array.isArray(value) || value.length > most) this.refuse(name);
    return value as readonly Json[];
  }

  /** At most `most` values of one kind. */
  each<T>(name: string, most: number, parse: (value: Json) => T): readonly T[] {
    return this.list(name, most).map(parse);
  }

  /** Names, none of them twice. */
  names(name: string, most: number): readonly string[] {
    return this.#texts(name, most, isName);
  }

  /** ISO 3166-1 alpha-2 codes, none of them twice. */
  countries(name: string, most: number): readonly string[] {
    return this.#texts(name, most, (text) => COUNTRY.test(text));
  }

  /** Refuses members that nobody asked for. */
  end(): void {
    if (this.#left.size > 0) throw new FormatError(`${this.#where} has unknown members`);
  }

  #orNull<T>(name: string, read: () => T): T | null {
    if (this.#left.get(name) !== null) return read();
    this.#left.delete(name);
    return null;
  }

  #texts(name: string, most: number, rule: (text: string) => boolean): readonly string[] {
    const values = this.list(name, most);
    if (!values.every((value): value is string => typeof value === "string" && rule(value))) this.refuse(name);
    if (new Set(values).size !== values.length) this.refuse(name);
    return values;
  }
}
