"""What a station sends to intake: sealed slots and the mailboxes they wait in (FORMAT.md 9.5)."""

from dataclasses import dataclass

from crypto.errors import FormatError
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from crypto.wire.message import HASH_LENGTH

MOST_SLOTS = 20_000
MOST_POST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSlot:
    """Where one slot waits (mailbox address, 32 bytes) and the SHA-256 of its bytes."""

    mailbox: bytes
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Slots sorted by SHA-256: no station, vault, sequence or time finer than a day."""

    day: str
    slots: tuple[PostSlot, ...]

    @classmethod
    def parse(cls, data: bytes) -> "Post":
        """From the JSON of a verified note."""
        members = Members(parse_json(data, most=MOST_POST), "post")
        post = cls(
            day=members.day("day"), slots=tuple(_slot(value) for value in members.list("slots", most=MOST_SLOTS))
        )
        members.end()
        order = [slot.sha256 for slot in post.slots]
        if sorted(set(order)) != order:
            raise FormatError("post.slots")
        return post

    def encode(self) -> bytes:
        """The JSON to put into a note."""
        slots = [{"mailbox": to_base64url(slot.mailbox), "sha256": to_base64url(slot.sha256)} for slot in self.slots]
        return encode_json({"day": self.day, "slots": slots})


def _slot(value: object) -> PostSlot:
    members = Members(value, "slot")
    slot = PostSlot(mailbox=members.data("mailbox", HASH_LENGTH), sha256=members.data("sha256", HASH_LENGTH))
    members.end()
    return slot
