"""The vault's memory of what was done: each entry is bound to the one before by its hash. Rules only, no storage."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from crypto.wire.digest import sha256
from crypto.wire.fields import encode_json, to_base64url

What = Literal[
    "vault-made",
    "vault-opened",
    "keys-made",
    "trust-set",
    "file-taken",
    "file-refused",
    "case-opened",
    "reply-refused",
    "reply-sealed",
    "post-left",
    "record-signed",
    "judged-again",
    "files-saved",
    "files-refused",
    "verification-kept",
    "consent-written",
    "consent-refused",
    "text-handed-out",
    "text-refused",
    "verification-refused",
    "verification-opened",
    "journal-exported",
    "journal-refused",
    "backup-written",
    "backup-verified",
    "backup-refused",
    "passphrase-changed",
    "passphrase-refused",
    "vault-restored",
    "vault-older",
    "anchor-missing",
    "anchor-none",
    "keyfile-set",
    "keyfile-removed",
    "keyfile-refused",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was done, on which day, about what: a pseudonym, a counter, a code; never words of a message."""

    n: int
    prev: bytes | None
    day: str
    what: str
    about: str

    def hash(self) -> bytes:
        """32 bytes over the entry and the hash of the one before."""
        return _hash(self.n, self.prev, self.day, self.what, self.about)


Row = tuple[int, bytes | None, str, str, str, bytes]
"""An entry as it is stored: `n`, `prev`, `day`, `what` and `about`, and its hash."""


def is_whole(entries: Iterable[tuple[Entry, bytes]]) -> bool:
    """Whether the entries, each with its stored hash, form one chain from the first: none edited, none cut out."""
    return is_whole_in_rows((one.n, one.prev, one.day, one.what, one.about, stored) for one, stored in entries)


def is_whole_in_rows(rows: Iterable[Row]) -> bool:
    """The same of what is stored: every unlocking asks it of all entries of a vault's life."""
    last, before = 0, None
    for n, prev, day, what, about, stored in rows:
        if n != last + 1 or prev != before or _hash(n, prev, day, what, about) != stored:
            return False
        last, before = n, stored
    return True


def _hash(n: int, prev: bytes | None, day: str, what: str, about: str) -> bytes:
    named = None if prev is None else to_base64url(prev)
    return sha256(encode_json({"n": n, "prev": named, "day": day, "what": what, "about": about}))
