"""The files of a message: what it says of the stream that carries them (FORMAT.md 7.1, 7.2)."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from crypto.errors import FormatError
from crypto.wire.fields import Members, to_base64url

SEED_LENGTH = 32
HASH_LENGTH = 32
PART_LENGTH = 2**20
PART_NAME_LENGTH = 16
SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1_024)
MOST_FILES = 64

_BEFORE_CHUNKS = 1_643
"""Header with one stanza (1,627) and nonce (16)."""
_CHUNK, _TAG = 65_536, 16
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069/\\]")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z")


class AttachmentsError(FormatError):
    """A stream, or a file in it, is not what the message says; or the files are more than a stream can hold."""

    def __init__(
        self, code: Literal["wrong-length", "stream-hash", "file-hash", "not-zeros", "too-large"], where: str
    ) -> None:
        super().__init__(where, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """Where a file lies in the plaintext, and its hash (32). `name` is data, never a path, and may stand twice."""

    name: str = field(repr=False)
    type: str
    offset: int
    length: int
    sha256: bytes = field(repr=False)

    @classmethod
    def parse(cls, value: object) -> "AttachedFile":
        """From the JSON object."""
        members = Members(value, "file")
        file = cls(
            name=members.text("name", least=1, most=255, rule=is_file_name),
            type=members.text("type", least=3, most=127, rule=is_media_type),
            offset=members.integer("offset", least=0),
            length=members.integer("length", least=0),
            sha256=members.data("sha256", HASH_LENGTH),
        )
        members.end()
        return file

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "name": self.name,
            "type": self.type,
            "offset": self.offset,
            "length": self.length,
            "sha256": to_base64url(self.sha256),
        }

    @property
    def end(self) -> int:
        """Where the next file starts."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """The seed (32) that opens the stream, its size in MiB, its hash (32), and 1 to 64 files without a gap."""

    seed: bytes = field(repr=False)
    mebibytes: int
    sha256: bytes
    files: tuple[AttachedFile, ...]

    @classmethod
    def parse(cls, value: object) -> "Attachments":
        """From the JSON object."""
        members = Members(value, "attachments")
        attachments = cls(
            seed=members.data("seed", SEED_LENGTH),
            mebibytes=members.integer("mebibytes", least=1, most=SIZES[-1]),
            sha256=members.data("sha256", HASH_LENGTH),
            files=tuple(AttachedFile.parse(file) for file in members.list("files", most=MOST_FILES)),
        )
        members.end()
        if attachments.mebibytes not in SIZES:
            raise FormatError("attachments.mebibytes")
        attachments._check_places()
        return attachments

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "seed": to_base64url(self.seed),
            "mebibytes": self.mebibytes,
            "sha256": to_base64url(self.sha256),
            "files": [file.to_json() for file in self.files],
        }

    def _check_places(self) -> None:
        at = 0
        for file in self.files:
            if file.offset != at:
                raise FormatError("file.offset")
            at = file.end
        if not self.files or at > plaintext_length(self.mebibytes):
            raise FormatError("attachments.files")


def plaintext_length(mebibytes: int) -> int:
    """P(N): what a stream of so many MiB holds; the rest is header, nonce and a tag for each chunk."""
    sealed = mebibytes * PART_LENGTH - _BEFORE_CHUNKS
    return sealed - _TAG * -(-sealed // (_CHUNK + _TAG))


def fitting(total: int) -> int | None:
    """The fewest MiB that hold `total` bytes; nothing when no stream does."""
    return next((size for size in SIZES if plaintext_length(size) >= total), None)


def is_file_name(text: str) -> bool:
    """Whether a file may have this name: no control character, of direction neither, and no separator of paths."""
    return not _NOT_IN_NAMES.search(text) and text not in (".", "..")


def is_media_type(text: str) -> bool:
    """Whether this is a media type without parameters."""
    return bool(_TYPE.match(text))
