"""Takes what a courier brings: one file, one transaction, and what it brought in figures.

A fault of the file refuses it whole and keeps nothing. A fault inside one envelope sets that envelope aside.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from crypto.errors import AgeError, CryptoError, FormatError, SignatureError
from crypto.public.trust import Pin
from crypto.public.verify import note_signers
from crypto.secret.identity import Identities
from crypto.secret.unseal import unseal
from crypto.sign.sign import public
from crypto.wire.day import DayManifest, Entry, Gone
from crypto.wire.digest import sha256
from crypto.wire.directory import NamedKey
from crypto.wire.message import Message
from crypto.wire.note import Note, body
from review.belief import Belief, check_keys, check_own, form_belief, is_named
from review.bundle import BundleReader, Kind
from review.filing import Place, keep
from review.opening import keys_for, open_envelope
from review.records import ImportedDay
from review.refusals import Refused
from review.store import Store

_SEED_LENGTH = 32
_FIGURES = ("days", "new", "followup", "double", "foreign", "aside", "gone", "absent", "post_keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one file brought to one vault."""

    kind: Kind
    directory: int
    expired: str | None
    """The day on which the directory expired, if it has."""
    figures: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, object]:
        """For the pipe; every figure, also those that are zero."""
        figures = {name: self.figures[name] for name in _FIGURES}
        return {"kind": self.kind, "directory": self.directory, "expired": self.expired, **figures}


def receive(store: Store, source: BinaryIO, day: str) -> Report:
    """Takes a ceremony file or a bundle. Raises `Refused`; the caller then rolls the transaction back."""
    pin = store.own().pin
    if pin is None:
        raise Refused("no-trust")
    try:
        return _receive(store, Pin.parse(pin), source, day)
    except CryptoError as error:
        raise Refused("file-damaged", why=str(error)) from None


def _receive(store: Store, pin: Pin, source: BinaryIO, day: str) -> Report:
    reader = BundleReader(source)
    kind = reader.kind(pin.portal)
    belief = _take_directories(store, reader, pin, day)
    expires = belief.directory.expires
    report = Report(kind=kind, directory=belief.directory.seq, expired=expires if expires <= day else None)
    _take_key_files(store, reader, belief)
    _take_post_keys(store, reader, belief, report)
    if kind == "bundle":
        _DayTaker(store, belief, report).take(reader)
    reader.end()
    return report


def _take_directories(store: Store, reader: BundleReader, pin: Pin, day: str) -> Belief:
    notes = {seq: Note.parse(data) for seq, data in store.directories().items()}
    for seq, data in reader.numbered("directory"):
        note = Note.parse(data)
        if notes.setdefault(seq, note).text != note.text:
            raise Refused("directory-astray")
        store.add_directory(seq, data)
    belief = form_belief(pin, notes, day)
    own = store.own()
    check_own(belief, own.name, own.signing_seed)
    store.set_believed(belief.directory.seq)
    return belief


def _take_key_files(store: Store, reader: BundleReader, belief: Belief) -> None:
    """Keeps those that a directory names; any other is a fault of the file."""
    named = {epoch.keys for directory in (*belief.ahead, *belief.chain) for epoch in directory.epochs}
    for data in reader.hashed("keys"):
        digest = sha256(data)
        if digest not in named:
            raise FormatError("key file that no directory names")
        store.add_key_file(digest, data)


def _take_post_keys(store: Store, reader: BundleReader, belief: Belief, report: Report) -> None:
    """Keeps the post keys that this vault can open; others were sealed before its time."""
    seeds = list(store.seeds().values())
    named = {post.key for directory in (*belief.ahead, *belief.chain) for post in directory.post}
    for data in reader.hashed("post-key"):
        try:
            seed = unseal(data, seeds)
        except AgeError:
            continue
        if len(seed) != _SEED_LENGTH or public(seed) not in named:
            raise FormatError("post key")
        store.add_post_key(public(seed), seed)
        report.figures["post_keys"] += 1


class _DayTaker:
    """Takes the days of one bundle under one belief."""

    def __init__(self, store: Store, belief: Belief, report: Report) -> None:
        self._store = store
        self._belief = belief
        self._report = report
        self._name = store.own().name
        self._seeds = store.seeds()
        self._keys: dict[str, Identities] = {}

    def take(self, reader: BundleReader) -> None:
        """Manifests first, then what is gone, then every envelope."""
        done = self._store.days()
        manifests = [self._manifest(n, data, n not in done) for n, data in reader.numbered("day")]
        check_chain(manifests, done)
        fresh = [(manifest, digest) for manifest, digest in manifests if manifest.n not in done]
        days = {manifest.day for manifest, _ in fresh}
        check_keys(self._belief, self._name, self._seeds, self._store.key_files(), days)
        for manifest, digest in fresh:
            self._store.add_day(manifest.n, manifest.day, digest)
        self._report.figures["days"] = len(fresh)
        gone = self._gone(reader, {manifest.n: manifest for manifest, _ in manifests})
        expected = {(one.n, entry.id): (one.day, entry) for one, _ in manifests for entry in one.entries}
        wanted = self._store.absent() | {(one.n, entry.id) for one, _ in fresh for entry in one.entries}
        left = wanted - self._take_envelopes(reader, expected, wanted)
        absent = left - gone
        self._report.figures.update(gone=len(left) - len(absent), absent=len(absent))
        self._store.set_absent(absent)

    def _take_envelopes(
        self, reader: BundleReader, expected: Mapping[Place, tuple[str, Entry]], wanted: set[Place]
    ) -> set[Place]:
        """Checks every envelope against its manifest and opens those that are wanted; returns where they belong."""
        taken: set[Place] = set()
        for n, submission, envelope in reader.envelopes():
            if (n, submission) not in expected:
                raise Refused("entry-unknown", n=n)
            day, entry = expected[n, submission]
            if len(envelope) != entry.length or sha256(envelope) != entry.sha256:
                raise Refused("entry-altered", n=n)
            if (n, submission) in wanted:
                taken.add((n, submission))
                outcome = open_envelope(envelope, self._keys_for(day), self._belief.portal, self._is_for_us)
                self._report.figures[keep(self._store, outcome, (n, submission), day)] += 1
        return taken

    def _keys_for(self, day: str) -> Identities:
        """Loaded once for each day: that takes as long as a tenth of the trying."""
        if day not in self._keys:
            self._keys = {day: keys_for(day, self._seeds)}
        return self._keys[day]

    def _is_for_us(self, message: Message) -> bool:
        return is_named(self._belief.directory_of(message.directory), self._name, message.routing)

    def _manifest(self, n: int, data: bytes, is_new: bool) -> tuple[DayManifest, bytes]:
        """A day manifest that intake signed, and its hash; a new one, with a key that was intake's on its day."""
        note = Note.parse(data)
        signer = _signer(note, self._belief.intake_keys())
        manifest = DayManifest.parse(body(note, "day", self._belief.portal))
        if manifest.n != n:
            raise Refused("days-broken", n=n)
        if is_new and signer not in self._belief.intake_keys_on(manifest.day):
            raise Refused("days-key", n=n)
        return manifest, note.hash()

    def _gone(self, reader: BundleReader, manifests: Mapping[int, DayManifest]) -> set[Place]:
        """What intake, as it is now, says it no longer holds: of each manifest in a note of its own."""
        found: set[Place] = set()
        for n, data in reader.numbered("gone"):
            note = Note.parse(data)
            _signer(note, (self._belief.directory.intake,))
            gone = Gone.parse(body(note, "gone", self._belief.portal))
            named = {entry.id for entry in manifests[n].entries} if n in manifests else set()
            if gone.n != n or not named.issuperset(entry.id for entry in gone.entries):
                raise FormatError(f"gone/{n}")
            found |= {(n, entry.id) for entry in gone.entries}
        return found


def _signer(note: Note, keys: tuple[NamedKey, ...]) -> NamedKey:
    """Which of these keys of intake made the one signature of the note."""
    signers = note_signers(note, keys)
    if len(note.signatures) != 1 or not signers:
        raise SignatureError("note by intake")
    return next(iter(signers))


def check_chain(manifests: list[tuple[DayManifest, bytes]], done: Mapping[int, ImportedDay]) -> None:
    """The manifests continue what was imported (`done`: by counter), without gap, day after day, and agree with it."""
    first = manifests[0][0].n if manifests else 1
    n, before = first - 1, done.get(first - 1)
    if n and before is None:
        raise Refused("days-missing", first=max(done, default=0) + 1, last=n)
    for manifest, digest in manifests:
        here = ImportedDay(day=manifest.day, hash=digest)
        if manifest.n != n + 1:
            raise Refused("days-missing", first=n + 1, last=manifest.n - 1)
        if manifest.prev != (before and before.hash) or (before is not None and manifest.day < before.day):
            raise Refused("days-broken", n=manifest.n)
        if done.get(manifest.n, here) != here:
            raise Refused("days-differ", n=manifest.n)
        n, before = manifest.n, here
