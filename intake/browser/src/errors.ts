/**
 * Every refusal, as one tree; twin of `crypto/errors.py`.
 *
 *     CryptoError
 *     |-- FormatError            bytes that FORMAT.md does not allow
 *     |   |-- NotUnderstood      well-signed, but of a kind or version that this release does not know
 *     |   |-- TooLong            a text that fits into no frame
 *     |   |-- ReceiptError       characters, words, count, check or range of a receipt
 *     |   `-- AgeError           an age file: header-failure, mac-failure, no-match, payload-failure
 *     |-- SignatureError         a signature that does not verify
 *     |-- TrustError             a directory that must not be believed
 *     |-- RoutingError           nobody may be sealed to: not-open, nobody-left, too-many-vaults
 *     |-- ConsentError           another request, or a late yes: other-request, other-thread, consent-expired
 *     `-- ClientError            intake, the line or the clock
 *
 * `code` is stable; the words that people read are looked up by it. Nothing here holds anything of a message, an
 * address or a key.
 */
export class CryptoError extends Error {
  readonly code: string;
  readonly where: string;

  constructor(code: string, where = "") {
    super(where ? `${code}: ${where}` : code);
    this.code = code;
    this.where = where;
  }
}

export class FormatError extends CryptoError {
  constructor(where: string, code = "bad-format") {
    super(code, where);
  }
}

export class NotUnderstood extends FormatError {
  constructor(where: string) {
    super(where, "not-understood");
  }
}

export class TooLong extends FormatError {
  constructor() {
    super("frame", "too-long");
  }
}

export type ReceiptCode = "receipt-characters" | "receipt-word" | "receipt-count" | "receipt-check" | "receipt-range";

export class ReceiptError extends FormatError {
  declare readonly code: ReceiptCode;

  constructor(code: ReceiptCode) {
    super("receipt", code);
  }
}

/** The failure classes of the age test vectors. */
export type AgeCode = "header-failure" | "mac-failure" | "no-match" | "payload-failure";

export class AgeError extends FormatError {
  declare readonly code: AgeCode;

  constructor(code: AgeCode, why: string) {
    super(why, code);
  }
}

export class SignatureError extends CryptoError {
  constructor(where: string) {
    super("bad-signature", where);
  }
}

export type TrustCode =
  | "wrong-portal"
  | "unknown-root"
  | "root-change-unsigned"
  | "broken-walk"
  | "too-few-signatures"
  | "sequence-too-small"
  | "not-yet-valid"
  | "expired"
  | "missing-epoch"
  | "key-file-mismatch"
  | "key-file-length"
  | "sequence-gap"
  | "broken-prev"
  | "clocks-apart";

export class TrustError extends CryptoError {
  declare readonly code: TrustCode;

  constructor(code: TrustCode) {
    super(code, "directory");
  }
}

export type RoutingCode = "not-open" | "nobody-left" | "too-many-vaults";

export class RoutingError extends CryptoError {
  declare readonly code: RoutingCode;

  constructor(code: RoutingCode) {
    super(code, "routing");
  }
}

export type ConsentCode = "other-request" | "other-thread" | "consent-expired";

export class ConsentError extends CryptoError {
  declare readonly code: ConsentCode;

  constructor(code: ConsentCode) {
    super(code, "consent");
  }
}

/**
 * Something between this device and intake. `retry`: the very same request may succeed later, and not before `after`
 * seconds, if intake said so.
 */
export class ClientError extends CryptoError {
  readonly retry: boolean;
  readonly after: number;

  constructor(code: string, retry: boolean, after = 0) {
    super(code);
    this.retry = retry;
    this.after = after;
  }
}
