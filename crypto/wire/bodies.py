"""What a message says: one class for each `kind` (FORMAT.md 6.1). Each carries its own version, here always 1.

The `repr` of a body holds none of the words, so that no log or traceback does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

from crypto.errors import FormatError
from crypto.wire.fields import Members, is_name, to_base64url

MOST_MESSAGE = 262_069
ID_LENGTH = 16
HASH_LENGTH = 32

Answer = str | tuple[str, ...]
Consent = Literal["yes", "no", "change", "not-now", "questions"]


class NotUnderstoodError(FormatError):
    """A well-signed message of a kind or version that this release does not know: set aside, never thrown away."""

    def __init__(self, where: str) -> None:
        super().__init__(where, "not-understood")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBody:
    """Answers to a released questionnaire, which its SHA-256 names."""

    kind: ClassVar[str] = "account"

    questionnaire: bytes
    answers: Mapping[str, Answer] = field(repr=False)

    @classmethod
    def read(cls, members: Members) -> "AccountBody":
        """The members beside `v`."""
        return cls(questionnaire=members.data("questionnaire", HASH_LENGTH), answers=_answers(members.take("answers")))

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        answers = {name: list(one) if isinstance(one, tuple) else one for name, one in self.answers.items()}
        return {"v": 1, "questionnaire": to_base64url(self.questionnaire), "answers": answers}


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowupBody:
    """Further words, and the id of the reply that they answer, if one."""

    kind: ClassVar[str] = "followup"

    text: str = field(repr=False)
    answers_to: bytes | None

    @classmethod
    def read(cls, members: Members) -> "FollowupBody":
        """The members beside `v`."""
        text = members.text("text", least=1, most=MOST_MESSAGE)
        return cls(text=text, answers_to=members.data_or_null("answers_to", ID_LENGTH))

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "v": 1,
            "text": self.text,
            "answers_to": None if self.answers_to is None else to_base64url(self.answers_to),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAnswerBody:
    """What the writer says to one consent request, which the SHA-256 of its whole frame names; `text` may be empty."""

    kind: ClassVar[str] = "consent-answer"

    request: bytes
    answer: Consent = field(repr=False)
    text: str = field(repr=False)

    @classmethod
    def read(cls, members: Members) -> "ConsentAnswerBody":
        """The members beside `v`."""
        return cls(
            request=members.data("request", HASH_LENGTH),
            answer=members.choice("answer", get_args(Consent)),
            text=members.text("text", most=MOST_MESSAGE),
        )

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"v": 1, "request": to_base64url(self.request), "answer": self.answer, "text": self.text}


Body = AccountBody | FollowupBody | ConsentAnswerBody
_BODIES: dict[str, type[Body]] = {one.kind: one for one in get_args(Body)}


def read_body(kind: str, value: object) -> Body:
    """The body that `kind` names. Raises `NotUnderstoodError` for a newer kind or version."""
    if kind not in _BODIES:
        raise NotUnderstoodError("message.kind")
    members = Members(value, "body")
    if members.integer("v", least=1) != 1:
        raise NotUnderstoodError("message.body")
    body = _BODIES[kind].read(members)
    members.end()
    return body


def _answers(value: object) -> dict[str, Answer]:
    if not isinstance(value, dict):
        raise FormatError("body.answers")
    answers: dict[str, Answer] = {}
    for name, answer in value.items():
        if not is_name(name):
            raise FormatError("body.answers")
        if isinstance(answer, str):
            answers[name] = answer
        elif isinstance(answer, list) and all(isinstance(choice, str) and is_name(choice) for choice in answer):
            answers[name] = tuple(answer)
        else:
            raise FormatError("body.answers")
    return answers
