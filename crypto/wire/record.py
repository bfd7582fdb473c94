"""What a vault says it has kept and which directory it regards as current (FORMAT.md 9.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crypto.errors import FormatError
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from crypto.wire.message import HASH_LENGTH

MOST_RECORD = 16_384
MOST_RECORDS = 200
"""Of one records file (FORMAT.md 9.7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedManifest:
    """A day manifest: its counter and the hash (32) of its note."""

    n: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDirectory:
    """A directory: its number and the hash (32) of its note."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The vault's `n`-th record, as of a day; `backed_up` says whether a verified backup holds `manifest`."""

    n: int
    day: str
    manifest: NamedManifest | None
    backed_up: bool
    directory: NamedDirectory
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes) -> "Record":
        """From the JSON of a verified note."""
        members = Members(parse_json(data, most=MOST_RECORD), "record")
        record = cls(
            n=members.integer("n", least=1),
            day=members.day("day"),
            manifest=_manifest(members.take("manifest")),
            backed_up=_truth(members),
            directory=_directory(members.take("directory")),
            extensions=_object(members.take("extensions")),
        )
        members.end()
        return record

    def encode(self) -> bytes:
        """The JSON to put into a note."""
        named = self.manifest
        return encode_json(
            {
                "n": self.n,
                "day": self.day,
                "manifest": None if named is None else {"n": named.n, "hash": to_base64url(named.hash)},
                "backed_up": self.backed_up,
                "directory": {"seq": self.directory.seq, "hash": to_base64url(self.directory.hash)},
                "extensions": dict(self.extensions),
            }
        )


def _manifest(value: object) -> NamedManifest | None:
    if value is None:
        return None
    members = Members(value, "record.manifest")
    named = NamedManifest(n=members.integer("n", least=1), hash=members.data("hash", HASH_LENGTH))
    members.end()
    return named


def _directory(value: object) -> NamedDirectory:
    members = Members(value, "record.directory")
    named = NamedDirectory(seq=members.integer("seq", least=1), hash=members.data("hash", HASH_LENGTH))
    members.end()
    return named


def _truth(members: Members) -> bool:
    value = members.take("backed_up")
    if not isinstance(value, bool):
        members.refuse("backed_up")
    return value


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FormatError("record.extensions")
    return value
