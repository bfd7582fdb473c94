"""The payload of an age file: chunks of 64 KiB, each sealed, the last one marked (C2SP age.md, Payload).

One chunk at a time is in memory, whatever the size.
"""

import io
from collections.abc import Iterable, Iterator
from itertools import count
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.errors import AgeError

CHUNK = 64 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG


def seal_chunks(key: bytes, source: BinaryIO) -> Iterator[bytes]:
    """All of `source` under a stream key (32 bytes) that seals nothing else."""
    cipher, piece = ChaCha20Poly1305(key), take(source, CHUNK)
    for counter in count():
        following = take(source, CHUNK) if len(piece) == CHUNK else b""
        yield cipher.encrypt(_nonce(counter, last=not following), piece, None)
        if not following:
            return
        piece = following


def open_chunks(key: bytes, source: BinaryIO) -> Iterator[bytes]:
    """Each chunk as soon as it is known to be right. The whole is right only when this ends without `AgeError`."""
    cipher = ChaCha20Poly1305(key)
    for counter in count():
        plaintext, last = _open(cipher, counter, take(source, SEALED_CHUNK))
        if counter and not plaintext:
            raise _failure("last chunk is empty")
        yield plaintext
        if last:
            break
    if source.read(1):
        raise _failure("more behind the last chunk")


def take(source: BinaryIO, length: int) -> bytes:
    """The next `length` bytes; fewer only at the end."""
    data = source.read(length)
    while len(data) < length and (more := source.read(length - len(data))):
        data += more
    return data


def joined(pieces: Iterable[bytes]) -> BinaryIO:
    """Pieces of any length, one behind another, as one source."""
    return io.BufferedReader(_Joined(iter(pieces)), CHUNK)


class _Joined(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what io hands over is a memoryview
        while not self._piece:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._piece = memoryview(piece)
        length = min(len(buffer), len(self._piece))
        buffer[:length], self._piece = self._piece[:length], self._piece[length:]
        return length


def _open(cipher: ChaCha20Poly1305, counter: int, sealed: bytes) -> tuple[bytes, bool]:
    """The plaintext of a chunk, and whether it is marked as the last. A full one may be either."""
    if len(sealed) < TAG:
        raise _failure("chunk cut short")
    for last in (False, True) if len(sealed) == SEALED_CHUNK else (True,):
        try:
            return cipher.decrypt(_nonce(counter, last=last), sealed, None), last
        except InvalidTag:
            continue
    raise _failure("chunk")


def _failure(why: str) -> AgeError:
    return AgeError("payload-failure", why)


def _nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
