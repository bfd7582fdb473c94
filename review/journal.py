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
        prev = None if self.prev is None else to_base64url(self.prev)
        return sha256(encode_json({"n": self.n, "prev": prev, "day": self.day, "what": self.what, "about": self.about}))


def is_whole(entries: Iterable[tuple[Entry, bytes]]) -> bool:
    """Whether the entries, each with its stored hash, form one chain from the first: none edited, none cut out."""
    n, before = 0, None
    for entry, stored in entries:
        if entry.n != n + 1 or entry.prev != before or entry.hash() != stored:
            return False
        n, before = entry.n, stored
    return True
