/** How bytes come and go. Everything else takes a `Net`, so that only this file needs a network. */

import { ClientError } from "../errors.ts";

/** An answer may take so long, and a millisecond more for each byte that is sent: a line may be that slow. */
const MOST_WAIT = 5 * 60 * 1000;

/**
 * `date` is the server's clock in milliseconds since 1970, or null when it does not say; `after` the seconds to wait
 * before asking again, where it says that.
 */
export interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly date: number | null;
  readonly after?: number;
}

/** Throws `ClientError` "line" when no answer came, or `stop` said that none is wanted. */
export interface Net {
  get(path: string): Promise<Answer>;
  put(path: string, headers: Readonly<Record<string, string>>, body: Uint8Array, stop?: AbortSignal): Promise<Answer>;
  post(path: string, body: Uint8Array): Promise<Answer>;
}

/** The browser's own, which sends no cookie and no referrer, keeps nothing and follows nowhere. */
export function browserNet(origin = ""): Net {
  const call = (path: string, init: RequestInit, body?: Uint8Array, stop?: AbortSignal) =>
    ask(origin + path, body ? { ...init, body: body as BodyInit } : init, body?.length ?? 0, stop);
  return {
    get: (path) => call(path, { method: "GET" }),
    put: (path, headers, body, stop) => call(path, { method: "PUT", headers }, body, stop),
    post: (path, body) => call(path, { method: "POST" }, body),
  };
}

async function ask(url: string, init: RequestInit, length: number, given?: AbortSignal): Promise<Answer> {
  const stop = new AbortController();
  const end = () => stop.abort();
  const timer = setTimeout(end, MOST_WAIT + length);
  given?.addEventListener("abort", end);
  if (given?.aborted) end();
  try {
    const response = await fetch(url, {
      ...init,
      headers: { "Content-Type": "application/octet-stream", ...init.headers },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      redirect: "error",
      signal: stop.signal,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const after = Number(response.headers.get("Retry-After")) || 0;
    return { status: response.status, bytes, date: moment(response.headers.get("Date")), after };
  } catch {
    throw new ClientError("line", true);
  } finally {
    clearTimeout(timer);
    given?.removeEventListener("abort", end);
  }
}

function moment(date: string | null): number | null {
  const at = Date.parse(date ?? "");
  return Number.isNaN(at) ? null : at;
}
