"""Opens age files over X-Wing with seeds (FORMAT.md 2)."""

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, InvalidTag

from crypto.errors import AgeError
from crypto.public import stream
from crypto.public.seal import FILE_KEY, INFO, NONCE, SUITE, derive, header_mac
from crypto.public.whole import whole_file
from crypto.secret.identity import Identities
from crypto.wire import age

Unwrap = Callable[[tuple[age.Stanza, ...]], bytes]
"""Takes all stanzas of a header and gives the file key (16 bytes), or raises `AgeError`."""


def unseal(data: bytes, seeds: Iterable[bytes] | Identities) -> bytes:
    """The whole plaintext, or nothing: raises `AgeError` with the failure class of the age test vectors."""
    out = io.BytesIO()
    unseal_stream(io.BytesIO(data), out, seeds)
    return out.getvalue()


def unseal_stream(source: BinaryIO, out: BinaryIO, seeds: Iterable[bytes] | Identities) -> None:
    """The same from a source of any length; what is in memory does not grow with it.

    `out` holds something only after the header's MAC was found right, and may be believed only when this returns.
    """
    for piece in released(source, unwrap_with(seeds)):
        out.write(piece)


def unseal_file(source: Path, target: Path, seeds: Iterable[bytes] | Identities) -> None:
    """A file into another, which appears only when all of it was right. Raises `FileExistsError` when it is there."""
    with source.open("rb") as sealed, whole_file(target) as out:
        unseal_stream(sealed, out, seeds)


def unwrap_with(seeds: Iterable[bytes] | Identities) -> Unwrap:
    """Tries each key in order, but only after all stanzas were found to be of the one type."""
    identities = seeds if isinstance(seeds, Identities) else Identities.load(seeds)

    def unwrap(stanzas: tuple[age.Stanza, ...]) -> bytes:
        return _file_key([age.encapsulated_key(stanza) + stanza.body for stanza in stanzas], identities)

    return unwrap


def released(source: BinaryIO, unwrap: Unwrap) -> Iterator[bytes]:
    """The plaintext in pieces, each as soon as it is known to be right; the whole is right only when this ends well."""
    header = age.Header.read(source)
    file_key = unwrap(header.stanzas)
    try:
        header_mac(file_key, header.covered).verify(header.mac)
    except InvalidSignature:
        raise AgeError("mac-failure", "header MAC") from None
    nonce = stream.take(source, NONCE)
    if len(nonce) != NONCE:
        raise AgeError("header-failure", "nonce")
    yield from stream.open_chunks(derive(file_key, nonce, b"payload"), source)


def _file_key(sealed: list[bytes], identities: Identities) -> bytes:
    for key in identities.keys:
        for one in sealed:
            try:
                file_key = SUITE.decrypt(one, key, info=INFO)
            except InvalidTag:
                continue
            if len(file_key) != FILE_KEY:
                raise AgeError("header-failure", "file key length")
            return file_key
    raise AgeError("no-match", "no key opens this")
