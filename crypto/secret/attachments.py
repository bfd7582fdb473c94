"""Opens an attachments stream into a folder, whole or not at all (FORMAT.md 7.2)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from crypto.errors import FormatError
from crypto.public.stream import CHUNK, joined
from crypto.public.whole import new_file, whole_folder
from crypto.secret.unseal import released, unwrap_with
from crypto.wire.attachments import PART_LENGTH, AttachedFile, Attachments, AttachmentsError, plaintext_length
from crypto.wire.digest import Sha256


def unseal_attachments(source: BinaryIO, attachments: Attachments, folder: Path) -> tuple[Path, ...]:
    """Makes `folder` with the files in it, named `1`, `2` and so on; what the writer called them stays data.

    Raises `AttachmentsError` or `AgeError`, judged in this order: length of the stream, its hash, that the seed opens
    it, files, zeros. Until all held, nothing stands under `folder`. Raises `FileExistsError` when it is there already.
    """
    stream, fault = _Stream(source, attachments.mebibytes * PART_LENGTH), None
    with whole_folder(folder) as unfinished:
        try:
            plaintext = joined(released(joined(stream.pieces()), unwrap_with([attachments.seed])))
            _write_files(plaintext, attachments, unfinished)
        except FormatError as error:
            fault = error
        stream.check(attachments.sha256)
        if fault:
            raise fault
    return tuple(folder / name for name in _names(attachments))


def parts_joined(parts: Iterable[bytes]) -> BinaryIO:
    """The stream of parts that come one after the other; one that has not 1 MiB is `wrong-length`."""
    return joined(_whole_parts(parts))


def _whole_parts(parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        if len(part) != PART_LENGTH:
            raise AttachmentsError("wrong-length", "part")
        yield part


class _Stream:
    """Hashes what is read; reads no more than one piece beyond its length."""

    def __init__(self, source: BinaryIO, length: int) -> None:
        self._source = source
        self._left = length
        self._hash = Sha256()

    def pieces(self) -> Iterator[bytes]:
        """What was not yet read."""
        while self._left >= 0 and (piece := self._source.read(CHUNK)):
            self._hash.update(piece)
            self._left -= len(piece)
            yield piece

    def check(self, sha256: bytes) -> None:
        """Reads to the end, and compares."""
        for _ in self.pieces():
            pass
        if self._left:
            raise AttachmentsError("wrong-length", "stream")
        if self._hash.digest() != sha256:
            raise AttachmentsError("stream-hash", "stream")


def _write_files(plaintext: BinaryIO, attachments: Attachments, folder: Path) -> None:
    for name, file in zip(_names(attachments), attachments.files, strict=True):
        with new_file(folder / name) as out:
            _copy(plaintext, out, file)
    zeros, left = bytes(CHUNK), plaintext_length(attachments.mebibytes) - attachments.files[-1].end
    while piece := plaintext.read(CHUNK):
        if piece != zeros[: len(piece)]:
            raise AttachmentsError("not-zeros", "plaintext")
        left -= len(piece)
    if left:
        raise AttachmentsError("wrong-length", "plaintext")


def _copy(plaintext: BinaryIO, out: BinaryIO, file: AttachedFile) -> None:
    sha256, left = Sha256(), file.length
    while left:
        piece = plaintext.read(min(CHUNK, left))
        if not piece:
            raise AttachmentsError("wrong-length", "plaintext")
        sha256.update(piece)
        out.write(piece)
        left -= len(piece)
    if sha256.digest() != file.sha256:
        raise AttachmentsError("file-hash", "file")


def _names(attachments: Attachments) -> list[str]:
    return [str(number) for number in range(1, len(attachments.files) + 1)]
