"""Finished versions of a record: never changed, numbered from 1, each bound to the one before by its hash."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crypto.wire.digest import sha256
from crypto.wire.fields import encode_json, to_base64url


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A finished record of one case: its document, the day it was finished, the hash (32) of the one before, if any."""

    n: int
    day: str
    prev: bytes | None
    data: bytes = field(repr=False)

    def hash(self, thread: bytes) -> bytes:
        """32 bytes over all of it, and over the thread key of the case: a version fits no other case and no vault."""
        return sha256(
            encode_json(
                {
                    "thread": to_base64url(thread),
                    "n": self.n,
                    "day": self.day,
                    "prev": None if self.prev is None else to_base64url(self.prev),
                    "document": to_base64url(sha256(self.data)),
                }
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """A version, and the hash that was stored with it."""

    version: Version
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is being written, if anything. `counter` counts the drafts of this case that were kept; it never falls."""

    counter: int
    day: str
    data: bytes | None = field(repr=False)


NO_DRAFT = Draft(counter=0, day="", data=None)
"""Of a case whose record nobody has begun."""


def is_whole(stored: Sequence[StoredVersion], thread: bytes) -> bool:
    """Whether the versions of a case form one chain from the first: none edited, none cut out, none of another case."""
    n, before = 0, None
    for one in stored:
        if one.version.n != n + 1 or one.version.prev != before or one.version.hash(thread) != one.hash:
            return False
        n, before = one.version.n, one.hash
    return True
