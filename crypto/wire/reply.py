"""One answer of a keyholder, and the fragments it travels in (FORMAT.md 8)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from crypto.errors import FormatError
from crypto.wire.age import SLOT_PLAINTEXT
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from crypto.wire.frame import REPLY_FRAMES, Frame
from crypto.wire.message import ID_LENGTH, LANGUAGES, NotUnderstoodError, Routing

MOST_REPLY = 32_621
KINDS = ("acknowledgment", "text")
CONSENT_REQUEST = "consent-request"
MOST_FRAGMENTS = 4
_MOST_RECIPIENT = 300
_HEAD = ID_LENGTH + 2
FRAGMENT = SLOT_PLAINTEXT - _HEAD
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

Identity = Literal["named", "described", "no-detail", "theme-only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBody:
    """The words, and the language they are in: the body of both `KINDS`."""

    language: str
    text: str = field(repr=False)

    @classmethod
    def read(cls, members: Members) -> "ReplyBody":
        """The members beside `v`."""
        return cls(language=members.choice("language", LANGUAGES), text=members.text("text", least=1, most=MOST_REPLY))

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"v": 1, "language": self.language, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequestBody:
    """A measure, and the exact words (`proposal`) that would go to `recipient` if the writer says yes.

    `text` explains it in `language` and may be empty; `identity` says how much of the writer would be shown; `expires`
    is the first day on which a yes counts no more.
    """

    language: str
    text: str = field(repr=False)
    measure: str
    proposal: str = field(repr=False)
    recipient: str = field(repr=False)
    identity: Identity
    expires: str

    @classmethod
    def read(cls, members: Members) -> "ConsentRequestBody":
        """The members beside `v`."""
        return cls(
            language=members.choice("language", LANGUAGES),
            text=members.text("text", most=MOST_REPLY),
            measure=members.name("measure"),
            proposal=members.text("proposal", least=1, most=MOST_REPLY, rule=is_proposal),
            recipient=members.text("recipient", least=1, most=_MOST_RECIPIENT, rule=is_recipient),
            identity=members.choice("identity", get_args(Identity)),
            expires=members.day("expires"),
        )

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "v": 1,
            "language": self.language,
            "text": self.text,
            "measure": self.measure,
            "proposal": self.proposal,
            "recipient": self.recipient,
            "identity": self.identity,
            "expires": self.expires,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Names the thread and the routing it answers, and the vault that signs it; `kind` says which body it has."""

    id: bytes
    kind: str
    portal: str
    thread: bytes
    committee: str
    vault: str
    routing: Routing
    day: str
    body: ReplyBody | ConsentRequestBody

    def __post_init__(self) -> None:
        """Refuses a body that is not of the kind."""
        if type(self.body) is not _class_of(self.kind):
            raise FormatError("reply.kind")

    @classmethod
    def parse(cls, data: bytes) -> "Reply":
        """From the exact signed bytes. Raises `NotUnderstoodError` for a newer kind or version."""
        members = Members(parse_json(data, most=MOST_REPLY), "reply")
        if members.integer("v", least=1) != 1:
            raise NotUnderstoodError("reply.v")
        kind = members.name("kind")
        reply = cls(
            id=members.data("id", ID_LENGTH),
            kind=kind,
            portal=members.portal("portal"),
            thread=members.data("thread", 32),
            committee=members.name("committee"),
            vault=members.name("vault"),
            routing=Routing.parse(members.take("routing")),
            day=members.day("day"),
            body=_body(kind, members.take("body")),
        )
        members.end()
        return reply

    def encode(self) -> bytes:
        """The bytes to sign."""
        return encode_json(
            {
                "v": 1,
                "id": to_base64url(self.id),
                "kind": self.kind,
                "portal": self.portal,
                "thread": to_base64url(self.thread),
                "committee": self.committee,
                "vault": self.vault,
                "routing": self.routing.to_json(),
                "day": self.day,
                "body": self.body.to_json(),
            }
        )


def is_proposal(text: str) -> bool:
    """Whether it is displayed in the order in which it is read: it holds no control of direction."""
    return not _TURNS.search(text)


def is_recipient(text: str) -> bool:
    """Whether it is that, and one line without control characters."""
    return is_proposal(text) and not _BREAKS.search(text)


def _class_of(kind: str) -> type[ReplyBody] | type[ConsentRequestBody]:
    if kind in KINDS:
        return ReplyBody
    if kind == CONSENT_REQUEST:
        return ConsentRequestBody
    raise NotUnderstoodError("reply.kind")


def _body(kind: str, value: object) -> ReplyBody | ConsentRequestBody:
    read = _class_of(kind).read
    members = Members(value, "body")
    if members.integer("v", least=1) != 1:
        raise NotUnderstoodError("reply.body")
    body = read(members)
    members.end()
    return body


def fragments(frame: bytes, reply_id: bytes) -> tuple[bytes, ...]:
    """The frame in 1, 2 or 4 slot plaintexts of 8,192 bytes each."""
    count, rest = divmod(len(frame), FRAGMENT)
    if rest or count not in (1, 2, 4):
        raise FormatError("reply frame size")
    return tuple(reply_id + bytes([at, count]) + frame[at * FRAGMENT : (at + 1) * FRAGMENT] for at in range(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """One slot's plaintext, taken apart."""

    reply_id: bytes
    at: int
    count: int
    data: bytes = field(repr=False)

    @classmethod
    def parse(cls, plaintext: bytes) -> "Fragment":
        """From the 8,192 bytes of a slot."""
        if len(plaintext) != SLOT_PLAINTEXT:
            raise FormatError("fragment size")
        at, count = plaintext[ID_LENGTH], plaintext[ID_LENGTH + 1]
        if count not in (1, 2, 4) or at >= count:
            raise FormatError("fragment count")
        return cls(reply_id=plaintext[:ID_LENGTH], at=at, count=count, data=plaintext[_HEAD:])


def join(pieces: Iterable[Fragment]) -> bytes:
    """The frame from all fragments of one reply; the same fragment twice is one, differing ones are refused."""
    found: dict[int, Fragment] = {}
    for piece in pieces:
        if found.setdefault(piece.at, piece) != piece:
            raise FormatError("fragments differ")
    kinds = {(piece.reply_id, piece.count) for piece in found.values()}
    if len(kinds) != 1 or len(found) != next(iter(kinds))[1]:
        raise FormatError("fragments missing")
    return b"".join(found[at].data for at in sorted(found))


def read_reply(pieces: Iterable[Fragment]) -> tuple[Reply, Frame]:
    """The reply from all its fragments, whose id must be its own, and the frame that holds its signature."""
    pieces = tuple(pieces)
    frame = Frame.parse(join(pieces), REPLY_FRAMES)
    reply = Reply.parse(frame.message)
    if reply.id != pieces[0].reply_id:
        raise FormatError("reply.id")
    return reply, frame
