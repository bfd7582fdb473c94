"""What the store takes and hands out: frozen values, no rows of a database."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is known of an envelope without its bytes."""

    id: bytes
    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of an attachments stream without its bytes: the submission's ID, its own name (16), its SHA-256."""

    id: bytes
    name: bytes
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A closed day: its number, the day, the day on which it was closed, the hash of its note, the note."""

    n: int
    day: str
    closed_on: str
    hash: bytes
    note: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One sealed piece of a reply, and the address of the mailbox it waits in."""

    mailbox: bytes
    day: str
    sha256: bytes
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """The `n`-th record of a vault: its day, the newest manifest it names (0 when none), and the note's hash (32)."""

    vault: str
    n: int
    day: str
    manifest: int
    backed_up: bool
    hash: bytes
    note: bytes = field(repr=False)
