"""Opens age files over X-Wing with seeds (FORMAT.md 2)."""

from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature, InvalidTag

from crypto.errors import AgeError
from crypto.public import stream
from crypto.public.seal import FILE_KEY, INFO, NONCE, SUITE, derive, header_mac
from crypto.secret.identity import load
from crypto.wire import age


def unseal(data: bytes, seeds: Iterable[bytes]) -> bytes:
    """The whole plaintext, or nothing: raises `AgeError` with the failure class of the age test vectors.

    All stanzas are checked before a key is tried; the MAC is checked before any plaintext is made.
    """
    header = age.Header.parse(data)
    sealed = [age.encapsulated_key(stanza) + stanza.body for stanza in header.stanzas]
    file_key = _unwrap(sealed, seeds)
    try:
        header_mac(file_key, header.covered).verify(header.mac)
    except InvalidSignature:
        raise AgeError("mac-failure", "header MAC") from None
    nonce = data[header.length : header.length + NONCE]
    if len(nonce) != NONCE:
        raise AgeError("header-failure", "nonce")
    return stream.open_chunks(derive(file_key, nonce, b"payload"), data[header.length + NONCE :])


def _unwrap(sealed: list[bytes], seeds: Iterable[bytes]) -> bytes:
    for seed in seeds:
        key = load(seed)
        for one in sealed:
            try:
                file_key = SUITE.decrypt(one, key, info=INFO)
            except InvalidTag:
                continue
            if len(file_key) != FILE_KEY:
                raise AgeError("header-failure", "file key length")
            return file_key
    raise AgeError("no-match", "no key opens this")
