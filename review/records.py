"""What the store hands out: frozen values, no rows of a database."""

from dataclasses import dataclass, field
from typing import Literal

from crypto.wire.message import Thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The vault's own row; pin, believed directory and newest record are missing until there are such."""

    name: str
    signing_seed: bytes = field(repr=False)
    pin: bytes | None = field(repr=False)
    believed: int | None
    record: bytes | None = field(repr=False)
    judged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is kept about a thread besides its messages and replies."""

    number: int
    pseudonym: str
    thread: Thread = field(repr=False)
    routing: bytes = field(repr=False)
    language: str
    in_danger: bool
    state_veto_day: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedDay:
    """A day manifest that was imported."""

    day: str
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was written on `day` under this file name.

    `manifest` is the newest day manifest of which, and of all before, everything was here; `newest` the newest that was
    imported; `facts` what the copy must say of itself, as JSON; `verified` the day on which it did, opened elsewhere.
    """

    number: int
    day: str
    name: str
    manifest: int
    newest: int
    facts: bytes = field(repr=False)
    verified: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message as it was signed, and how it came."""

    number: int
    turn: int
    arrived: str
    data: bytes = field(repr=False)
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply:
    """A reply as it was signed, and the day it left."""

    number: int
    turn: int
    data: bytes = field(repr=False)
    left: str | None
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """A case as the inbox lists it; it waits since a day when the last word is the writer's.

    `due` is the day by which the writer should hear from the desk, if they want to (`review.aims`); `shares_mailbox`
    when a case of another thread has its mailbox or recipient.
    """

    case: Case
    messages: int
    arrived: str
    unread: int
    waits_since: str | None
    due: str | None
    shares_mailbox: bool

    @property
    def waiting(self) -> bool:
        """Whether the writer waits for an answer."""
        return self.waits_since is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a case's row sums up: unread messages, the day of the first message, the day of the last reply."""

    unread: int
    first_arrived: str | None
    replied: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A place in a case's conversation: a message of its writer, or a reply."""

    turn: int
    is_reply: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A turn of a case that holds what was searched; turn 0 is the case itself, by its pseudonym."""

    number: int
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Something that opened and was not taken."""

    submission: bytes = field(repr=False)
    arrived: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingSlot:
    """A sealed slot that waits for the next post."""

    mailbox: bytes = field(repr=False)
    sha256: bytes = field(repr=False)
    slot: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The attachments of a message of case `number` as one submission brought them; `id` is the message's."""

    submission: bytes = field(repr=False)
    number: int
    id: bytes = field(repr=False)
    state: Literal["awaited", "whole", "unfit"]
