"""Reads a ceremony file or a bundle in the one order it may have (FORMAT.md 9.3, 11.2)."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Literal

from crypto.errors import FormatError
from crypto.wire.age import KEY_LENGTH
from crypto.wire.attachments import PART_LENGTH, PART_NAME_LENGTH
from crypto.wire.container import read_container
from crypto.wire.day import MOST_MANIFEST
from crypto.wire.digest import sha256
from crypto.wire.directory import MOST_DIRECTORY
from crypto.wire.fields import from_base64url, to_base64url
from crypto.wire.message import ID_LENGTH
from review.refusals import Refused

Kind = Literal["ceremony", "bundle"]
# What a file may be, and whether it may hold `today` and parts.
_FORMATS: tuple[tuple[str, Kind, bool], ...] = (
    ("ceremony/v1", "ceremony", False),
    ("bundle/v1", "bundle", False),
    ("bundle/v2", "bundle", True),
)
_DIGITS = 8
_MOST_VAULTS = 200
# A post key is sealed to at most 20 vaults. An envelope of another length than one of four is no fault of the file.
MOST_MEMBER: Mapping[str, int] = {
    "format": 256,
    "directory": MOST_DIRECTORY,
    "keys": _MOST_VAULTS * KEY_LENGTH,
    "post-key": 32_768,
    "day": MOST_MANIFEST,
    "gone": MOST_MANIFEST,
    "today": MOST_MANIFEST,
    "envelope": MOST_MANIFEST,
    "part": PART_LENGTH,
}
# Of directories, key files and post keys together; each of them is held until a directory is believed.
_MOST_OF_CEREMONY = 1_000


class BundleReader:
    """Hands out the members group by group; numbers rise, hashes fit, and nothing is left over at the end."""

    def __init__(self, source: BinaryIO) -> None:
        self._members = read_container(source, most_member=MOST_MEMBER)
        self._next = next(self._members, None)
        self._has_order = False
        self._has_parts = False
        self._of_ceremony = 0

    def kind(self, portal: str) -> Kind:
        """What this file is; refuses one of another portal."""
        data = self._one("format")
        for name, kind, has_parts in _FORMATS:
            if data == f"sealed-intake/{name} {portal}\n".encode("ascii"):
                self._has_order, self._has_parts = kind == "bundle", has_parts
                return kind
            if data.startswith(f"sealed-intake/{name} ".encode("ascii")):
                raise Refused("other-portal")
        raise FormatError("format")

    def numbered(self, group: str) -> Iterator[tuple[int, bytes]]:
        """Members `GROUP/NUMBER`."""
        last = 0
        for rest, data in self._group(group):
            number = _number(rest)
            if number <= last:
                raise FormatError(f"{group} order")
            last = number
            yield number, data

    def hashed(self, group: str) -> Iterator[bytes]:
        """Members `GROUP/SHA256`, each found to have this hash; a bundle holds them in the order of the hashes."""
        before = b""
        for rest, data in self._group(group):
            digest = sha256(data)
            if to_base64url(digest) != rest or (self._has_order and digest <= before):
                raise FormatError(f"{group} hash")
            before = digest
            yield data

    def today(self) -> tuple[int, bytes] | None:
        """The one member `today/NUMBER`, if it is there."""
        return next(self.numbered("today"), None) if self._has_parts else None

    def envelopes(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Counter of the manifest, ID of the submission, envelope."""
        last: tuple[int, bytes] = (0, b"")
        for rest, data in self._group("envelope"):
            number, name = _split("envelope", rest, 2)
            here = _number(number), from_base64url(name, ID_LENGTH)
            if here <= last:
                raise FormatError("envelope order")
            last = here
            yield *here, data

    def parts(self) -> Iterator[tuple[int, bytes, bytes, bytes]]:
        """Counter of the manifest, ID of the submission, name of the part, its 1 MiB; one at a time is in memory."""
        last: tuple[int, bytes, bytes] = (0, b"", b"")
        for rest, data in self._group("part") if self._has_parts else ():
            number, submission, name = _split("part", rest, 3)
            here = _number(number), from_base64url(submission, ID_LENGTH), from_base64url(name, PART_NAME_LENGTH)
            if here <= last:
                raise FormatError("part order")
            if len(data) != PART_LENGTH:
                raise FormatError("part length")
            last = here
            yield *here, data

    def end(self) -> None:
        """And nothing more."""
        if self._next is not None:
            raise FormatError("unexpected member")

    def _one(self, name: str) -> bytes:
        if self._next is None or self._next[0] != name:
            raise FormatError(f"{name} is missing")
        data = self._next[1]
        self._next = next(self._members, None)
        return data

    def _group(self, group: str) -> Iterator[tuple[str, bytes]]:
        while self._next is not None and self._next[0].startswith(f"{group}/"):
            name, data = self._next
            self._of_ceremony += group in ("directory", "keys", "post-key")
            if self._of_ceremony > _MOST_OF_CEREMONY:
                raise FormatError("too many members")
            self._next = next(self._members, None)
            yield name.removeprefix(f"{group}/"), data


def _split(group: str, rest: str, count: int) -> list[str]:
    names = rest.split("/")
    if len(names) != count:
        raise FormatError(f"{group} name")
    return names


def _number(text: str) -> int:
    """Eight digits."""
    if len(text) != _DIGITS or not text.isascii() or not text.isdecimal():
        raise FormatError("member number")
    return int(text)
