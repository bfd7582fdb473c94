"""Seals files as one stream in parts of 1 MiB (FORMAT.md 7.2, 7.3)."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.public.seal import sealed
from crypto.public.stream import CHUNK, joined
from crypto.wire.attachments import (
    HASH_LENGTH,
    PART_LENGTH,
    PART_NAME_LENGTH,
    AttachedFile,
    Attachments,
    AttachmentsError,
    fitting,
    plaintext_length,
)
from crypto.wire.digest import Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file to attach: `source` gives exactly `length` bytes."""

    name: str = field(repr=False)
    type: str
    length: int
    source: BinaryIO = field(repr=False)

    @classmethod
    def of(cls, name: str, media_type: str, data: bytes) -> "NewFile":
        """From bytes."""
        return cls(name=name, type=media_type, length=len(data), source=io.BytesIO(data))


def seal_attachments(
    files: Sequence[NewFile], seed: bytes, recipient: bytes, put_part: Callable[[bytes], object]
) -> Attachments:
    """Hands out the parts, one after the other, and then gives what the message says of them.

    `seed` (32) is fresh and `recipient` its public key (1,216). Each file is read once. Names, types and lengths are
    checked before anything is sealed; a source with more or fewer bytes than stated stops the sealing (`wrong-length`).
    """
    mebibytes = fitting(sum(file.length for file in files))
    if mebibytes is None:
        raise AttachmentsError("too-large", "files")
    stated = Attachments.parse(_stated(files, seed, mebibytes).to_json())
    reading, sha256, part = _Plaintext(files, plaintext_length(mebibytes)), Sha256(), bytearray()
    for piece in sealed(joined(reading.pieces()), [recipient]):
        sha256.update(piece)
        part += piece
        if len(part) >= PART_LENGTH:
            put_part(bytes(part[:PART_LENGTH]))
            del part[:PART_LENGTH]
    return replace(
        stated,
        sha256=sha256.digest(),
        files=tuple(replace(file, sha256=one) for file, one in zip(stated.files, reading.hashes, strict=True)),
    )


def part_name(seed: bytes, portal: str, number: int) -> bytes:
    """The name (16) of a part, counted from 0."""
    info = b"sealed-intake/derive/v1 part\x00" + number.to_bytes(2, "big")
    salt = portal.encode("ascii")
    return HKDF(algorithm=hashes.SHA256(), length=PART_NAME_LENGTH, salt=salt, info=info).derive(seed)


def _stated(files: Sequence[NewFile], seed: bytes, mebibytes: int) -> Attachments:
    """All but the hashes."""
    unknown, at, attached = bytes(HASH_LENGTH), 0, list[AttachedFile]()
    for file in files:
        attached.append(AttachedFile(name=file.name, type=file.type, offset=at, length=file.length, sha256=unknown))
        at += file.length
    return Attachments(seed=seed, mebibytes=mebibytes, sha256=unknown, files=tuple(attached))


class _Plaintext:
    """The files one behind another, then zeros; `hashes` has the hash of each file that was read to its end."""

    def __init__(self, files: Sequence[NewFile], length: int) -> None:
        self._files = files
        self._left = length
        self.hashes = list[bytes]()

    def pieces(self) -> Iterator[bytes]:
        """All of it."""
        for file in self._files:
            yield from self._file(file)
        while self._left:
            zeros = bytes(min(CHUNK, self._left))
            self._left -= len(zeros)
            yield zeros

    def _file(self, file: NewFile) -> Iterator[bytes]:
        sha256, left = Sha256(), file.length
        while left:
            piece = file.source.read(min(CHUNK, left))
            if not piece:
                raise AttachmentsError("wrong-length", "file")
            sha256.update(piece)
            left -= len(piece)
            yield piece
        if file.source.read(1):
            raise AttachmentsError("wrong-length", "file")
        self.hashes.append(sha256.digest())
        self._left -= file.length
