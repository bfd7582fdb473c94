"""What a submitter says, to whom, and where an answer may go (FORMAT.md 6.1)."""

from dataclasses import dataclass
from typing import Any

from crypto.errors import FormatError
from crypto.wire.age import KEY_LENGTH
from crypto.wire.attachments import Attachments
from crypto.wire.bodies import (
    HASH_LENGTH,
    ID_LENGTH,
    MOST_MESSAGE,
    AccountBody,
    Answer,
    Body,
    Consent,
    ConsentAnswerBody,
    FollowupBody,
    NotUnderstoodError,
    read_body,
)
from crypto.wire.fields import Members, encode_json, from_base64url, parse_json, to_base64url

__all__ = [
    "HASH_LENGTH",
    "ID_LENGTH",
    "LANGUAGES",
    "MOST_MESSAGE",
    "AccountBody",
    "Answer",
    "Body",
    "Consent",
    "ConsentAnswerBody",
    "FollowupBody",
    "Message",
    "NotUnderstoodError",
    "Routing",
    "Thread",
]

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """For whom the message is meant; `tag` (32 bytes) is the writer's HMAC over the rest."""

    committees: tuple[str, ...]
    excluded: tuple[str, ...]
    conflicts: tuple[str, ...]
    tag: bytes

    @classmethod
    def parse(cls, value: object) -> "Routing":
        """From the JSON object, whose members must stand in the one order that the tag covers."""
        if not isinstance(value, dict) or list(value) != ["committees", "excluded", "conflicts", "tag"]:
            raise FormatError("routing")
        members = Members(value, "routing")
        routing = cls(
            committees=members.names("committees", most=32),
            excluded=members.names("excluded", most=16),
            conflicts=members.countries("conflicts", most=16),
            tag=members.data("tag", HASH_LENGTH),
        )
        if not routing.committees:
            raise FormatError("routing.committees")
        return routing

    def tagged(self) -> bytes:
        """The JSON that the tag covers."""
        return encode_json(self._untagged())

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {**self._untagged(), "tag": to_base64url(self.tag)}

    def _untagged(self) -> dict[str, Any]:
        return {
            "committees": list(self.committees),
            "excluded": list(self.excluded),
            "conflicts": list(self.conflicts),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The writer's pseudonym, an Ed25519 key (32); replies go to an X-Wing key (1,216) and mailbox (32), or nowhere."""

    key: bytes
    recipient: bytes | None
    mailbox: bytes | None

    @classmethod
    def parse(cls, value: object) -> "Thread":
        """From the JSON object."""
        members = Members(value, "thread")
        thread = cls(
            key=members.data("key", 32),
            recipient=members.data_or_null("recipient", KEY_LENGTH),
            mailbox=members.data_or_null("mailbox", HASH_LENGTH),
        )
        members.end()
        if (thread.recipient is None) != (thread.mailbox is None):
            raise FormatError("thread")
        return thread

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"key": to_base64url(self.key), "recipient": _text(self.recipient), "mailbox": _text(self.mailbox)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a thread. `directory` and `epoch` say which keys it was sealed to.

    Whoever shows or keeps messages decides for each class of `body` and for `attachments`; what cannot be handled is
    set aside, never dropped.
    """

    id: bytes
    portal: str
    directory: int
    epoch: str
    routing: Routing
    language: str
    day: str
    thread: Thread
    seen: tuple[bytes, ...]
    body: Body
    attachments: Attachments | None = None

    @classmethod
    def parse(cls, data: bytes) -> "Message":
        """From the exact signed bytes. Raises `NotUnderstoodError` for a newer kind or version."""
        members = Members(parse_json(data, most=MOST_MESSAGE), "message")
        if members.integer("v", least=1) != 1:
            raise NotUnderstoodError("message.v")
        kind = members.name("kind")
        message = cls(
            id=members.data("id", ID_LENGTH),
            portal=members.portal("portal"),
            directory=members.integer("directory", least=1),
            epoch=members.epoch("epoch"),
            routing=Routing.parse(members.take("routing")),
            language=members.choice("language", LANGUAGES),
            day=members.day("day"),
            thread=Thread.parse(members.take("thread")),
            seen=_ids(members.list("seen", most=64)),
            body=read_body(kind, members.take("body")),
            attachments=_attachments(members.take("attachments")),
        )
        members.end()
        return message

    def encode(self) -> bytes:
        """The bytes to sign."""
        return encode_json(
            {
                "v": 1,
                "id": to_base64url(self.id),
                "kind": self.body.kind,
                "portal": self.portal,
                "directory": self.directory,
                "epoch": self.epoch,
                "routing": self.routing.to_json(),
                "language": self.language,
                "day": self.day,
                "thread": self.thread.to_json(),
                "seen": [to_base64url(one) for one in self.seen],
                "body": self.body.to_json(),
                "attachments": None if self.attachments is None else self.attachments.to_json(),
            }
        )


def _text(data: bytes | None) -> str | None:
    return None if data is None else to_base64url(data)


def _ids(values: list[Any]) -> tuple[bytes, ...]:
    if not all(isinstance(value, str) for value in values):
        raise FormatError("message.seen")
    return tuple(from_base64url(value, ID_LENGTH) for value in values)


def _attachments(value: object) -> Attachments | None:
    return None if value is None else Attachments.parse(value)
