"""Reads a bundle with the station's own reader, and finds whether it is whole (FORMAT.md 9.1 to 9.3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crypto.errors import FormatError
from crypto.public.verify import verify_note
from crypto.wire.day import DayManifest, Entry, Gone
from crypto.wire.digest import sha256
from crypto.wire.directory import INTAKE_SIGNER, NamedKey
from crypto.wire.labels import What
from crypto.wire.note import Note, body
from review.bundle import BundleReader
from review.refusals import Refused
from tests.kills.ledger import Digests
from tests.material import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a bundle says and holds: SHA-256 of every manifest, and of every envelope and part by ID."""

    manifests: tuple[DayManifest, ...]
    hashes: tuple[bytes, ...]
    today: DayManifest | None
    gone: Mapping[bytes, str]
    envelopes: Mapping[bytes, bytes]
    parts: Mapping[bytes, Digests]
    numbers: Mapping[bytes, int]

    def entries(self) -> list[tuple[int, Entry]]:
        """Of all manifests and of today, each with its number."""
        notes = self.manifests if self.today is None else (*self.manifests, self.today)
        return [(note.n, entry) for note in notes for entry in note.entries]


def read(path: Path, portal: Portal) -> Carried:
    """The bundle; raises a `CryptoError` that says why it is not whole."""
    try:
        return _believe(path, portal)
    except Refused as error:
        raise FormatError(f"the station refuses it: {error}") from None


def _believe(path: Path, portal: Portal) -> Carried:
    with path.open("rb") as source:
        reader = BundleReader(source)
        if reader.kind(portal.name) != "bundle":
            raise FormatError("this is no bundle")
        if [data for _n, data in reader.numbered("directory")] != [note.encode() for note in portal.notes]:
            raise FormatError("the directories are others")
        for group in ("keys", "post-key"):
            if not list(reader.hashed(group)):
                raise FormatError(f"{group} is missing")
        carried = _read(reader, portal)
        reader.end()
    for words in _missing(carried):
        raise FormatError(words)
    return carried


def _read(reader: BundleReader, portal: Portal) -> Carried:
    days = [(n, *_signed(data, "day", portal)) for n, data in reader.numbered("day")]
    manifests = [DayManifest.parse(json) for _n, _hash, json in days]
    hashes = [digest for _n, digest, _json in days]
    gone = [(n, Gone.parse(_signed(data, "gone", portal)[1])) for n, data in reader.numbered("gone")]
    if any(n != note.n for n, note in gone):
        raise FormatError("a gone note stands under another number")
    today = reader.today()
    envelopes, numbers = dict[bytes, bytes](), dict[bytes, int]()
    for n, submission_id, data in reader.envelopes():
        envelopes[submission_id], numbers[submission_id] = sha256(data), n
    parts: dict[bytes, dict[bytes, bytes]] = {}
    for n, submission_id, name, data in reader.parts():
        if numbers.get(submission_id) != n:
            raise FormatError("a part without its envelope")
        parts.setdefault(submission_id, {})[name] = sha256(data)
    return Carried(
        manifests=tuple(manifests),
        hashes=tuple(hashes),
        today=None if today is None else DayManifest.parse(_signed(today[1], "today", portal)[1]),
        gone={one.id: one.reason for _n, note in gone for one in note.entries},
        envelopes=envelopes,
        parts=parts,
        numbers=numbers,
    )


def _signed(data: bytes, what: What, portal: Portal) -> tuple[bytes, bytes]:
    """Hash and JSON of a note by intake."""
    note = Note.parse(data)
    verify_note(note, NamedKey(name=INTAKE_SIGNER, key=portal.directory.intake.key))
    return note.hash(), body(note, what, portal.name)


def _missing(carried: Carried) -> Iterator[str]:
    """Every entry has its envelope and parts or is gone, and nothing else is there; the manifests are one chain."""
    chain = [*carried.manifests] if carried.today is None else [*carried.manifests, carried.today]
    expected = list(enumerate((None, *carried.hashes), 1))[: len(chain)]
    if [(one.n, one.prev) for one in chain] != expected:
        yield "the chain of manifests is broken"
    entries = {entry.id: (n, entry) for n, entry in carried.entries()}
    if len(entries) != len(carried.entries()):
        yield "an entry stands twice"
    if not carried.gone.keys() <= entries.keys():
        yield "something is gone that was never there"
    if carried.envelopes.keys() != entries.keys() - carried.gone.keys():
        yield "the envelopes are not those of the entries that are there"
        return
    for one, digest in carried.envelopes.items():
        n, entry = entries[one]
        listed = {part.name: part.sha256 for part in entry.parts}
        if (n, entry.sha256, listed) != (carried.numbers[one], digest, carried.parts.get(one, {})):
            yield "an envelope or its parts are not what the entry lists"
