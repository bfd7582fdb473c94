"""One answer of a keyholder, and the fragments it travels in (FORMAT.md 8)."""

from collections.abc import Iterable
from dataclasses import dataclass

from crypto.errors import FormatError
from crypto.wire.age import SLOT_PLAINTEXT
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from crypto.wire.message import ID_LENGTH, LANGUAGES, NotUnderstoodError, Routing

MOST_REPLY = 32_621
KINDS = ("acknowledgment", "text")
MOST_FRAGMENTS = 4
_HEAD = ID_LENGTH + 2
FRAGMENT = SLOT_PLAINTEXT - _HEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBody:
    """The words, and the language they are in."""

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Names the thread and the routing it answers, and the vault that signs it."""

    id: bytes
    kind: str
    portal: str
    thread: bytes
    committee: str
    vault: str
    routing: Routing
    day: str
    body: ReplyBody

    @classmethod
    def parse(cls, data: bytes) -> "Reply":
        """From the exact signed bytes. Raises `NotUnderstoodError` for a newer kind or version."""
        members = Members(parse_json(data, most=MOST_REPLY), "reply")
        if members.integer("v", least=1) != 1:
            raise NotUnderstoodError("reply.v")
        kind = members.text("kind", most=32)
        if kind not in KINDS:
            raise NotUnderstoodError("reply.kind")
        reply = cls(
            id=members.data("id", ID_LENGTH),
            kind=kind,
            portal=members.portal("portal"),
            thread=members.data("thread", 32),
            committee=members.name("committee"),
            vault=members.name("vault"),
            routing=Routing.parse(members.take("routing")),
            day=members.day("day"),
            body=_body(members.take("body")),
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
                "body": {"v": 1, "language": self.body.language, "text": self.body.text},
            }
        )


def _body(value: object) -> ReplyBody:
    members = Members(value, "body")
    if members.integer("v", least=1) != 1:
        raise NotUnderstoodError("reply.body")
    body = ReplyBody(
        language=members.choice("language", LANGUAGES), text=members.text("text", least=1, most=MOST_REPLY)
    )
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
    data: bytes

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
