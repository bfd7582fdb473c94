"""Every refusal of this package, as one tree.

    CryptoError
    |-- FormatError            bytes that FORMAT.md does not allow
    |   |-- ReceiptError       characters, words, count, check or range of a receipt
    |   `-- AgeError           an age file: header-failure, mac-failure, no-match, payload-failure
    |-- SignatureError         a signature that does not verify
    |-- TrustError             a directory that must not be believed
    |-- RoutingError           nobody may be sealed to: not-open, nobody-left, too-many-vaults
    `-- ConsentError           another request, or a late yes: other-request, other-thread, consent-expired

`code` is stable and goes to pages and logs; the words people read are looked up by it. Neither the code nor the text
holds anything of a message, an address or a key.
"""

from typing import Literal


class CryptoError(Exception):
    """Something was refused."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{code}: {where}" if where else code)
        self.code = code
        self.where = where


class FormatError(CryptoError):
    """These bytes do not have the form that is specified."""

    def __init__(self, where: str, code: str = "bad-format") -> None:
        super().__init__(code, where)


ReceiptCode = Literal["receipt-characters", "receipt-word", "receipt-count", "receipt-check", "receipt-range"]


class ReceiptError(FormatError):
    """These numbers or words are not a receipt; the code says what to look at."""

    def __init__(self, code: ReceiptCode) -> None:
        super().__init__("receipt", code)


class AgeError(FormatError):
    """This age file does not open; the code is the failure class of the age test vectors."""

    def __init__(self, code: Literal["header-failure", "mac-failure", "no-match", "payload-failure"], why: str) -> None:
        super().__init__(why, code)


class SignatureError(CryptoError):
    """This was not signed by the key that should have signed it."""

    def __init__(self, where: str) -> None:
        super().__init__("bad-signature", where)


TrustCode = Literal[
    "wrong-portal",
    "unknown-root",
    "root-change-unsigned",
    "broken-walk",
    "too-few-signatures",
    "sequence-too-small",
    "not-yet-valid",
    "expired",
    "missing-epoch",
    "key-file-mismatch",
    "key-file-length",
    "sequence-gap",
    "broken-prev",
    "clocks-apart",
]


class TrustError(CryptoError):
    """This directory must not be believed, or not on what these clocks say."""

    def __init__(self, code: TrustCode) -> None:
        super().__init__(code, "directory")


class RoutingError(CryptoError):
    """A committee is not open, nobody is left to seal to, or there are too many."""

    def __init__(self, code: Literal["not-open", "nobody-left", "too-many-vaults"]) -> None:
        super().__init__(code, "routing")


class ConsentError(CryptoError):
    """This belongs to another request or thread, or is a yes that came too late."""

    def __init__(self, code: Literal["other-request", "other-thread", "consent-expired"]) -> None:
        super().__init__(code, "consent")
