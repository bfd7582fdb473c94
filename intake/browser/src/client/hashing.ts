/** Hashes of what is too long to be held, piece by piece, in another Worker. */

/** Takes the bytes in their order, then gives the digest (32 bytes), and takes nothing more. */
export interface Hash {
  /** What is given may be changed as soon as this is through. */
  update(bytes: Uint8Array): Promise<void>;
  digest(): Promise<Uint8Array>;
}

/** `size`: how many bytes will come, where that is known. */
export type NewHash = (size?: number) => Hash;

/** How the files are hashed, one after the other, and how the stream is meanwhile. */
export interface Hashing {
  readonly files: NewHash;
  readonly stream: NewHash;
}

/** One buffer of bytes on its way to be hashed; `last`: nothing follows, and the digest is wanted. */
export interface Filled {
  readonly buffer: Uint8Array;
  readonly length: number;
  readonly last: boolean;
}

/** The same buffer on its way back; after the last one with the digest, and of how many bytes it is. */
export interface Emptied {
  readonly buffer: Uint8Array;
  readonly digest?: Uint8Array;
  readonly hashed: number;
}

/** A port as a `MessageChannel` gives it. */
export interface Port<Heard, Said> {
  onmessage: ((event: MessageEvent<Heard>) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  postMessage(said: Said, given: ArrayBufferLike[]): void;
}

/** 1 MiB is on its way at most; then who gives waits for who hashes. */
const BUFFER = 256 * 1024;
const BUFFERS = 4;

/**
 * Hashes at the other end of a port, where `hashFor` listens; one hash after the other. Waits when that end is slower.
 * Throws when a digest is not of as many bytes as were given.
 */
export function hashingAt(port: Port<Emptied, Filled>): NewHash {
  const empty: Uint8Array[] = [];
  let made = 0;
  let end: Emptied | null = null;
  let wake = () => {};
  const heard = () => new Promise<void>((resolve) => (wake = resolve));
  port.onmessage = ({ data }) => {
    empty.push(data.buffer);
    if (data.digest) end = data;
    wake();
  };
  port.onmessageerror = nonsense;

  const buffer = async () => {
    if (empty.length === 0 && made++ < BUFFERS) return new Uint8Array(BUFFER);
    while (empty.length === 0) await heard();
    return empty.pop() as Uint8Array;
  };
  const finished = async () => {
    while (!end) await heard();
    const { digest, hashed } = end;
    end = null;
    return { digest: digest as Uint8Array, hashed };
  };

  return () => {
    let given = 0;
    let filled = 0;
    let filling: Uint8Array | null = null;
    const post = (buffer: Uint8Array, last: boolean) => {
      port.postMessage({ buffer, length: filled, last }, [buffer.buffer]);
      filling = null;
      filled = 0;
    };
    return {
      async update(bytes) {
        given += bytes.length;
        for (let rest = bytes; rest.length > 0;) {
          filling ??= await buffer();
          const piece = rest.subarray(0, BUFFER - filled);
          filling.set(piece, filled);
          filled += piece.length;
          rest = rest.subarray(piece.length);
          if (filled === BUFFER) post(filling, false);
        }
      },
      async digest() {
        post(filling ?? (await buffer()), true);
        const { digest, hashed } = await finished();
        if (hashed !== given) throw new Error("another number of bytes was hashed");
        return digest;
      },
    };
  };
}

/** What the browser hashes at once: a photograph has seldom more. */
const SHORT = 8 * 1024 * 1024;

/**
 * The browser's own hash for what is short, `other` for the rest. The browser's takes no stream, but is ten times as
 * fast: what is short is gathered in one memory, which is wiped and used again. One hash after the other.
 */
export function atOnceIfShort(other: NewHash, subtle: SubtleCrypto | undefined = crypto.subtle): NewHash {
  let memory: Uint8Array<ArrayBuffer> | null = null;
  return (size = Infinity) => {
    if (!subtle || size > SHORT) return other(size);
    const all = (memory ??= new Uint8Array(SHORT));
    let given = 0;
    return {
      async update(bytes) {
        all.set(bytes, given);
        given += bytes.length;
      },
      async digest() {
        const digest = await subtle.digest("SHA-256", all.subarray(0, given));
        all.fill(0, 0, given);
        return new Uint8Array(digest);
      },
    };
  };
}

/** Thrown where nobody catches it, and thus ends the Worker. */
export function nonsense(): never {
  throw new Error("a port gave nonsense");
}
