/** Hashes away from the page. Told `{port}` once, it says nothing, and hashes what `hashingAt` gives it there. */

import type { Emptied, Filled, Port } from "./hashing.ts";
import { hashFor } from "./sha256.ts";

/** What it is told. */
export interface HashingOrder {
  readonly port: Port<Filled, Emptied>;
}

self.addEventListener("message", ({ data: { port } }: MessageEvent<HashingOrder>) => hashFor(port));
