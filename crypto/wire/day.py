"""Day manifests and the list of what intake no longer holds (FORMAT.md 9.1, 9.2)."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crypto.errors import FormatError
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from crypto.wire.message import HASH_LENGTH, ID_LENGTH

MOST_MANIFEST = 32 * 1024 * 1024
MOST_ENTRIES = 200_000
MOST_PARTS = 1_024
NAME_LENGTH = 16
REASONS = ("author", "purged", "limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of an attachments stream that arrived: its name (16) and SHA-256."""

    name: bytes
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One submission that arrived: its ID (16), the length and SHA-256 of its envelope, the parts that came with it."""

    id: bytes
    length: int
    sha256: bytes
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayManifest:
    """What arrived between two closings: counter from 1, the day, the hash of the manifest before."""

    n: int
    day: str
    prev: bytes | None
    entries: tuple[Entry, ...]

    @classmethod
    def parse(cls, data: bytes) -> "DayManifest":
        """From the JSON of a verified note, label `day` or `today`."""
        members = Members(parse_json(data, most=MOST_MANIFEST), "day")
        manifest = cls(
            n=members.integer("n", least=1),
            day=members.day("day"),
            prev=members.data_or_null("prev", HASH_LENGTH),
            entries=tuple(_entry(value) for value in members.list("entries", most=MOST_ENTRIES)),
        )
        members.end()
        _check_sorted("day.entries", [entry.id for entry in manifest.entries])
        if (manifest.n == 1) != (manifest.prev is None):
            raise FormatError("day.prev")
        return manifest

    def encode(self) -> bytes:
        """The JSON to put into a note."""
        return encode_json(
            {
                "n": self.n,
                "day": self.day,
                "prev": None if self.prev is None else to_base64url(self.prev),
                "entries": [_entry_json(entry) for entry in self.entries],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneEntry:
    """A submission that stands in a manifest and is no longer held, and why."""

    id: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What intake no longer holds of manifest `n`, as of a day."""

    n: int
    day: str
    entries: tuple[GoneEntry, ...]

    @classmethod
    def parse(cls, data: bytes) -> "Gone":
        """From the JSON of a verified note."""
        members = Members(parse_json(data, most=MOST_MANIFEST), "gone")
        gone = cls(
            n=members.integer("n", least=1),
            day=members.day("day"),
            entries=tuple(_gone_entry(value) for value in members.list("entries", most=MOST_ENTRIES)),
        )
        members.end()
        _check_sorted("gone.entries", [entry.id for entry in gone.entries])
        if not gone.entries:
            raise FormatError("gone.entries")
        return gone

    def encode(self) -> bytes:
        """The JSON to put into a note."""
        entries = [{"id": to_base64url(entry.id), "reason": entry.reason} for entry in self.entries]
        return encode_json({"n": self.n, "day": self.day, "entries": entries})


def _entry(value: object) -> Entry:
    members = Members(value, "entry")
    entry = Entry(
        id=members.data("id", ID_LENGTH),
        length=members.integer("length", least=1),
        sha256=members.data("sha256", HASH_LENGTH),
        parts=tuple(_part(one) for one in members.list("parts", most=MOST_PARTS)),
    )
    members.end()
    _check_sorted("entry.parts", [part.name for part in entry.parts])
    return entry


def _part(value: object) -> Part:
    members = Members(value, "part")
    part = Part(name=members.data("name", NAME_LENGTH), sha256=members.data("sha256", HASH_LENGTH))
    members.end()
    return part


def _entry_json(entry: Entry) -> dict[str, Any]:
    parts = [{"name": to_base64url(part.name), "sha256": to_base64url(part.sha256)} for part in entry.parts]
    return {
        "id": to_base64url(entry.id),
        "length": entry.length,
        "sha256": to_base64url(entry.sha256),
        "parts": parts,
    }


def _gone_entry(value: object) -> GoneEntry:
    members = Members(value, "gone entry")
    entry = GoneEntry(id=members.data("id", ID_LENGTH), reason=members.choice("reason", REASONS))
    members.end()
    return entry


def _check_sorted(where: str, names: Sequence[bytes]) -> None:
    if any(one >= next_one for one, next_one in itertools.pairwise(names)):
        raise FormatError(where)
