/** How bytes come and go. Everything else takes a `Net`, so that only this file needs a network. */

import { ClientError } from "../errors.ts";

const MOST_WAIT = 5 * 60 * 1000;

/** `date` is the server's clock in milliseconds since 1970, or null when it does not say. */
export interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly date: number | null;
}

/** Throws `ClientError` "line" when no answer came. */
export interface Net {
  get(path: string): Promise<Answer>;
  put(path: string, headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<Answer>;
  post(path: string, body: Uint8Array): Promise<Answer>;
}

/** The browser's own, which sends no cookie and no referrer, keeps nothing and follows nowhere. */
export function browserNet(origin = ""): Net {
  const call = (path: string, init: RequestInit) => ask(origin + path, init);
  return {
    get: (path) => call(path, { method: "GET" }),
    put: (path, headers, body) => call(path, { method: "PUT", headers, body: body as BodyInit }),
    post: (path, body) => call(path, { method: "POST", body: body as BodyInit }),
  };
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), MOST_WAIT);
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
    return { status: response.status, bytes, date: moment(response.headers.get("Date")) };
  } catch {
    throw new ClientError("line", true);
  } finally {
    clearTimeout(timer);
  }
}

function moment(date: string | null): number | null {
  const at = Date.parse(date ?? "");
  return Number.isNaN(at) ? null : at;
}
