"""Takes what a courier brings: one file, one transaction, and what it brought in figures.

A fault of the file refuses it whole and keeps nothing. A fault inside one envelope sets that envelope aside.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import BinaryIO

from crypto.errors import AgeError, CryptoError, FormatError
from crypto.public.trust import Pin
from crypto.secret.unseal import unseal
from crypto.sign.sign import public
from crypto.wire.digest import sha256
from crypto.wire.note import Note
from review.belief import Belief, check_own, form_belief
from review.bundle import BundleReader, Kind
from review.days import DayTaker
from review.refusals import Refused
from review.store import Store

_SEED_LENGTH = 32
_FIGURES = ("days", "new", "followup", "double", "foreign", "aside", "parts", "gone", "absent", "lost", "post_keys")


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
        DayTaker(store, belief, report.figures).take(reader)
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
