"""Reads a bundle as it was carried away, and finds whether it is whole (FORMAT.md 9.1 to 9.3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crypto.errors import CryptoError, FormatError
from crypto.public.verify import verify_note
from crypto.wire.container import read_container
from crypto.wire.day import DayManifest, Entry, Gone
from crypto.wire.digest import sha256
from crypto.wire.directory import INTAKE_SIGNER, NamedKey
from crypto.wire.fields import from_base64url
from crypto.wire.labels import What
from crypto.wire.note import Note, body
from tests.kills.ledger import Digests
from tests.material import Portal

_GROUPS = ("format", "directory", "keys", "post-key", "day", "gone", "today", "envelope", "part")
_MOST = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a bundle says and holds: SHA-256 of every envelope and part, by ID."""

    manifests: tuple[DayManifest, ...]
    hashes: tuple[bytes, ...]
    today: DayManifest | None
    gone: Mapping[bytes, str]
    envelopes: Mapping[bytes, bytes]
    parts: Mapping[bytes, Digests]

    def entries(self) -> list[Entry]:
        """Of all manifests and of today."""
        notes = self.manifests if self.today is None else (*self.manifests, self.today)
        return [entry for note in notes for entry in note.entries]


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What came so far."""

    portal: Portal
    format: bytes = b""
    notes: dict[str, list[tuple[int, bytes, bytes]]] = field(default_factory=dict)
    envelopes: dict[bytes, bytes] = field(default_factory=dict)
    parts: dict[bytes, dict[bytes, bytes]] = field(default_factory=dict)
    numbers: dict[bytes, int] = field(default_factory=dict)

    def take(self, name: str, data: bytes) -> None:
        """One member."""
        group, _, rest = name.partition("/")
        if group == "format":
            self.format = data
        elif group in ("day", "gone", "today"):
            note = Note.parse(data)
            what: What = "day" if group == "day" else "gone" if group == "gone" else "today"
            verify_note(note, NamedKey(name=INTAKE_SIGNER, key=self.portal.directory.intake.key))
            self.notes.setdefault(group, []).append((int(rest), note.hash(), body(note, what, self.portal.name)))
        elif group == "envelope":
            number, submission_id = rest.split("/")
            self.envelopes[from_base64url(submission_id, 16)] = sha256(data)
            self.numbers[from_base64url(submission_id, 16)] = int(number)
        elif group == "part":
            number, submission_id, part = rest.split("/")
            of = from_base64url(submission_id, 16)
            if self.numbers.get(of) != int(number) or len(data) != 1 << 20:
                raise FormatError("a part without its envelope, or of another length")
            self.parts.setdefault(of, {})[from_base64url(part, 16)] = sha256(data)


def read(path: Path, portal: Portal) -> Carried:
    """The bundle; raises a `CryptoError` that says why it is not whole."""
    reading = _Reading(portal=portal)
    with path.open("rb") as source:
        names = []
        for name, data in read_container(source, most_member=_MOST):
            names.append(name)
            reading.take(name, data)
    if [_order(name) for name in names] != sorted(_order(name) for name in names):
        raise FormatError("the members are out of order")
    if reading.format != f"sealed-intake/bundle/v2 {portal.name}\n".encode("ascii"):
        raise FormatError("the first line is not that of a bundle")
    carried = _whole(reading)
    for words in _missing(carried):
        raise FormatError(words)
    return carried


def _order(name: str) -> tuple[int, object]:
    """Where a member belongs: by group, then number, then the bytes that its names stand for."""
    group, _, rest = name.partition("/")
    if group in ("envelope", "part"):
        number, *ids = rest.split("/")
        return _GROUPS.index(group), (int(number), *(from_base64url(one, 16) for one in ids))
    if group in ("keys", "post-key"):
        return _GROUPS.index(group), from_base64url(rest, 32)
    return _GROUPS.index(group), int(rest or 0)


def _whole(reading: _Reading) -> Carried:
    manifests = [(n, digest, DayManifest.parse(json)) for n, digest, json in reading.notes.get("day", [])]
    todays = [DayManifest.parse(json) for _n, _hash, json in reading.notes.get("today", [])]
    prev = None
    for number, (n, digest, manifest) in enumerate(manifests, 1):
        if (n, manifest.n, manifest.prev) != (number, number, prev):
            raise FormatError("the chain of manifests is broken")
        prev = digest
    if [(one.n, one.prev) for one in todays] not in ([], [(len(manifests) + 1, prev)]):
        raise FormatError("the note of today does not follow")
    gone = {one.id: one.reason for _n, _hash, json in reading.notes.get("gone", []) for one in Gone.parse(json).entries}
    return Carried(
        manifests=tuple(manifest for _n, _hash, manifest in manifests),
        hashes=tuple(digest for _n, digest, _manifest in manifests),
        today=todays[0] if todays else None,
        gone=gone,
        envelopes=reading.envelopes,
        parts=reading.parts,
    )


def _missing(carried: Carried) -> Iterator[str]:
    """Every entry has its envelope and parts or is gone, and nothing else is there."""
    entries = {entry.id: entry for entry in carried.entries()}
    if len(entries) != len(carried.entries()):
        yield "an entry stands twice"
    if not carried.gone.keys() <= entries.keys():
        yield "something is gone that was never there"
    if carried.envelopes.keys() != entries.keys() - carried.gone.keys():
        yield "the envelopes are not those of the entries that are there"
    if not carried.parts.keys() <= carried.envelopes.keys():
        yield "there are parts of no envelope"
    for one, digest in carried.envelopes.items():
        listed = {part.name: part.sha256 for part in entries[one].parts} if one in entries else {}
        if one in entries and (digest != entries[one].sha256 or carried.parts.get(one, {}) != listed):
            yield "an envelope or its parts are not what the entry lists"


def is_whole(path: Path, portal: Portal) -> bool:
    """Whether `read` takes it."""
    try:
        read(path, portal)
    except CryptoError:
        return False
    return True
