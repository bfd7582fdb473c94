"""What a submitter says, to whom, and where an answer may go (FORMAT.md 6.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crypto.errors import FormatError
from crypto.wire.age import KEY_LENGTH
from crypto.wire.fields import Members, encode_json, from_base64url, is_name, parse_json, to_base64url

MOST_MESSAGE = 262_069
ID_LENGTH = 16
HASH_LENGTH = 32
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")

Answer = str | tuple[str, ...]


class NotUnderstoodError(FormatError):
    """A well-signed message of a kind or version that this release does not know: set aside, never thrown away."""

    def __init__(self, where: str) -> None:
        super().__init__(where, "not-understood")


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
class AccountBody:
    """Answers to a released questionnaire, which its SHA-256 names."""

    questionnaire: bytes
    answers: Mapping[str, Answer]

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        answers = {name: list(one) if isinstance(one, tuple) else one for name, one in self.answers.items()}
        return {"v": 1, "questionnaire": to_base64url(self.questionnaire), "answers": answers}


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowupBody:
    """Further words, and the id of the reply that they answer, if one."""

    text: str
    answers_to: bytes | None

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"v": 1, "text": self.text, "answers_to": _text(self.answers_to)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a thread. `directory` and `epoch` say which keys it was sealed to."""

    id: bytes
    portal: str
    directory: int
    epoch: str
    routing: Routing
    language: str
    day: str
    thread: Thread
    seen: tuple[bytes, ...]
    body: AccountBody | FollowupBody

    @classmethod
    def parse(cls, data: bytes) -> "Message":
        """From the exact signed bytes. Raises `NotUnderstoodError` for a newer kind or version."""
        members = Members(parse_json(data, most=MOST_MESSAGE), "message")
        if members.integer("v", least=1) != 1:
            raise NotUnderstoodError("message.v")
        kind = members.text("kind", most=32, rule=is_name)
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
            body=_body(kind, members.take("body")),
        )
        if members.take("attachments") is not None:
            raise NotUnderstoodError("message.attachments")
        members.end()
        return message

    def encode(self) -> bytes:
        """The bytes to sign."""
        return encode_json(
            {
                "v": 1,
                "id": to_base64url(self.id),
                "kind": "account" if isinstance(self.body, AccountBody) else "followup",
                "portal": self.portal,
                "directory": self.directory,
                "epoch": self.epoch,
                "routing": self.routing.to_json(),
                "language": self.language,
                "day": self.day,
                "thread": self.thread.to_json(),
                "seen": [to_base64url(one) for one in self.seen],
                "body": self.body.to_json(),
                "attachments": None,
            }
        )


def _text(data: bytes | None) -> str | None:
    return None if data is None else to_base64url(data)


def _ids(values: list[Any]) -> tuple[bytes, ...]:
    if not all(isinstance(value, str) for value in values):
        raise FormatError("message.seen")
    return tuple(from_base64url(value, ID_LENGTH) for value in values)


def _body(kind: str, value: object) -> AccountBody | FollowupBody:
    members = Members(value, "body")
    if kind not in ("account", "followup") or members.integer("v", least=1) != 1:
        raise NotUnderstoodError("message.body")
    body: AccountBody | FollowupBody
    if kind == "account":
        body = AccountBody(
            questionnaire=members.data("questionnaire", HASH_LENGTH), answers=_answers(members.take("answers"))
        )
    else:
        body = FollowupBody(
            text=members.text("text", least=1, most=MOST_MESSAGE),
            answers_to=members.data_or_null("answers_to", ID_LENGTH),
        )
    members.end()
    return body


def _answers(value: object) -> dict[str, Answer]:
    if not isinstance(value, dict):
        raise FormatError("body.answers")
    answers: dict[str, Answer] = {}
    for name, answer in value.items():
        if isinstance(answer, str):
            answers[name] = answer
        elif isinstance(answer, list) and all(isinstance(choice, str) and is_name(choice) for choice in answer):
            answers[name] = tuple(answer)
        else:
            raise FormatError("body.answers")
    return answers
