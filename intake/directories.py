"""Which directory is in force, decided anew for every day and after every import (FORMAT.md 4)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from crypto.errors import CryptoError, SignatureError, TrustError
from crypto.public.trust import Believed, Pin, believe, follows
from crypto.public.verify import verify_note
from crypto.wire.directory import MOST_DIRECTORY, Directory, NamedKey, Vault
from crypto.wire.fields import encode_json
from crypto.wire.note import Note, body
from intake.content import JSON, Content
from intake.errors import RefusedError
from intake.store import Look, StoredRecord

RecordsOf = Callable[[str], Iterable[StoredRecord]]
"""Records of a vault, in some order."""

SIGNED_FOR_ANOTHER_DAY = ("not-yet-valid", "expired")
"""These two are found after everything that does not depend on the day was found right (FORMAT.md 4.4, step 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A directory note as it was imported, taken apart."""

    data: bytes
    note: Note
    directory: Directory

    @classmethod
    def read(cls, portal: str, data: bytes) -> "Held":
        """Takes a note apart; says nothing about whether to believe it."""
        note = Note.parse(data, MOST_DIRECTORY)
        return cls(data=data, note=note, directory=Directory.parse(body(note, "directory", portal)))

    @property
    def seq(self) -> int:
        """The number of the directory."""
        return self.directory.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the directories held here mean on one day.

    `newest` is the newest whose first day has come, also when it has expired; `start` is the body of `GET /start`.
    Submissions are taken only under `believed`; when there is none, `reason` is the code of why.
    """

    held: Mapping[int, Held]
    newest: Held | None
    believed: Believed | None
    reason: str
    start: Content | None


def stand(pin: Pin, held: Sequence[Held], day: str, records: RecordsOf = lambda _vault: ()) -> Standing:
    """What the directories held here, ascending, mean on this day; `records` gives those of a vault, newest first."""
    begun = [one for one in held if one.directory.valid_from <= day]
    believed, reason = None, "no-directory"
    if begun:
        try:
            believed = believe(pin, begun[-1].note, _notes(root_changes(pin, begun)), day)
            reason = ""
        except CryptoError as error:
            reason = error.code
    return Standing(
        held={one.seq: one for one in held},
        newest=begun[-1] if begun else None,
        believed=believed,
        reason=reason,
        start=_start(begun[-1], root_changes(pin, begun), records) if begun else None,
    )


def follow(pin: Pin, held: Sequence[Held], untrusted: bytes, day: str) -> Held:
    """The next directory after those held, believed for today or for the days it is signed for; or refused.

    One older than the pin cannot be believed from the pin: it is taken because the next one names its hash, so the
    caller must not stop before one that the pin reaches.
    """
    new = Held.read(pin.portal, untrusted)
    if held:
        try:
            follows(held[-1].directory, held[-1].note.hash(), new.directory)
        except TrustError as error:
            raise RefusedError(f"directory {new.seq} does not follow directory {held[-1].seq} ({error.code})") from None
    if new.seq < pin.seq:
        return new
    try:
        believe(pin, new.note, _notes(root_changes(pin, [*held, new])), day)
    except TrustError as error:
        if error.code not in SIGNED_FOR_ANOTHER_DAY:
            raise
    return new


def root_changes(pin: Pin, held: Sequence[Held]) -> tuple[Held, ...]:
    """Those, after the pin, that have other roots than the one before."""
    changes, roots = [], pin.roots
    for one in held:
        if one.seq > pin.seq and one.directory.roots != roots:
            changes.append(one)
            roots = one.directory.roots
    return tuple(changes)


def first_signed(vault: Vault, records: Iterable[StoredRecord]) -> StoredRecord | None:
    """The first that bears the signature of this vault's key; those under a key that it had before do not count."""
    return next((one for one in records if is_signed(vault, Note.parse(one.note))), None)


def is_signed(vault: Vault, note: Note) -> bool:
    """Whether this vault signed the note, and nobody else did."""
    try:
        verify_note(note, NamedKey(name=vault.id, key=vault.key))
    except SignatureError:
        return False
    return True


def _start(newest: Held, changes: Sequence[Held], records: RecordsOf) -> Content:
    """All that a browser needs to know which directory to believe, and who confirms it."""
    reading = (vault for vault in newest.directory.vaults if vault.status == "active")
    found = (first_signed(vault, records(vault.id)) for vault in reading)
    value = {
        "v": 1,
        "directory": newest.data.decode("utf-8"),
        "changes": [one.data.decode("utf-8") for one in changes],
        "records": [one.note.decode("utf-8") for one in found if one is not None],
    }
    return Content.of(JSON, encode_json(value))


def _notes(held: Sequence[Held]) -> list[Note]:
    return [one.note for one in held]


class Directories:
    """The standing of a day, worked out again when the day or the database's directories and records change."""

    def __init__(self, pin: Pin) -> None:
        self._pin = pin
        self._known: tuple[tuple[int, str], Standing] | None = None

    def on(self, day: str, look: Look) -> Standing:
        """What the directories of this state of the database mean on this day."""
        key, known = (look.revision(), day), self._known
        if known is not None and known[0] == key:
            return known[1]
        held = [Held.read(self._pin.portal, data) for _seq, data in look.directories()]
        standing = stand(self._pin, held, day, look.records)
        self._known = key, standing
        return standing
