"""Seals bytes to public keys as age files over X-Wing (FORMAT.md 2)."""

import io
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes, hmac, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import FormatError, RoutingError
from crypto.public import stream
from crypto.public.whole import whole_file
from crypto.wire import age
from crypto.wire.frame import MESSAGE_FRAMES

FILE_KEY = 16
NONCE = 16
INFO = b"age-encryption.org/mlkem768x25519"
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_MLKEM_PUBLIC = 1_184


def seal(plaintext: bytes, recipients: Sequence[bytes]) -> bytes:
    """An age file that each of 1 to 20 keys (1,216 bytes) opens; stanzas in the order given."""
    out = io.BytesIO()
    seal_stream(io.BytesIO(plaintext), out, recipients)
    return out.getvalue()


def seal_stream(source: BinaryIO, out: BinaryIO, recipients: Sequence[bytes]) -> None:
    """The same from a source of any length; what is in memory does not grow with it."""
    for piece in sealed(source, recipients):
        out.write(piece)


def seal_file(source: Path, target: Path, recipients: Sequence[bytes]) -> None:
    """A file into another, which appears whole or not at all. Raises `FileExistsError` when `target` is there."""
    with source.open("rb") as plaintext, whole_file(target) as out:
        seal_stream(plaintext, out, recipients)


def sealed(source: BinaryIO, recipients: Sequence[bytes]) -> Iterator[bytes]:
    """What `seal_stream` writes, in pieces."""
    if not 1 <= len(recipients) <= age.MOST_STANZAS:
        raise FormatError("number of recipients")
    file_key = secrets.token_bytes(FILE_KEY)
    return sealed_under(file_key, tuple(_wrap(file_key, load(key)) for key in recipients), source)


def sealed_under(file_key: bytes, stanzas: tuple[age.Stanza, ...], source: BinaryIO) -> Iterator[bytes]:
    """The pieces of an age file under a file key (16 bytes) that is used once, and that the stanzas wrap."""
    covered, nonce = age.covered_bytes(stanzas), secrets.token_bytes(NONCE)
    yield covered + age.mac_line_end(header_mac(file_key, covered).finalize()) + nonce
    yield from stream.seal_chunks(derive(file_key, nonce, b"payload"), source)


def seal_envelope(frame: bytes, vault_keys: Sequence[bytes]) -> bytes:
    """A message frame to 1 to 16 vaults, as one of 16 shuffled stanzas each; the rest are decoys."""
    if len(frame) not in MESSAGE_FRAMES:
        raise FormatError("frame size")
    if not vault_keys:
        raise RoutingError("nobody-left")
    if len(vault_keys) > age.ENVELOPE_STANZAS:
        raise RoutingError("too-many-vaults")
    file_key = secrets.token_bytes(FILE_KEY)
    stanzas = [_wrap(file_key, load(key)) for key in vault_keys]
    while len(stanzas) < age.ENVELOPE_STANZAS:
        stanzas.append(_wrap(secrets.token_bytes(FILE_KEY), throwaway()))
    secrets.SystemRandom().shuffle(stanzas)
    return _file(frame, file_key, tuple(stanzas))


def seal_slot(plaintext: bytes, recipient: bytes) -> bytes:
    """8,192 bytes to one key: 9,851 bytes."""
    if len(plaintext) != age.SLOT_PLAINTEXT:
        raise FormatError("slot plaintext")
    return seal(plaintext, [recipient])


def decoy_slot() -> bytes:
    """A slot that nobody can open."""
    file_key = secrets.token_bytes(FILE_KEY)
    return _file(bytes(age.SLOT_PLAINTEXT), file_key, (_wrap(file_key, throwaway()),))


def throwaway() -> hpke.MLKEM768X25519PublicKey:
    """A fresh public key whose private half is gone."""
    return hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PrivateKey.generate().public_key(), x25519.X25519PrivateKey.generate().public_key()
    )


def load(key: bytes) -> hpke.MLKEM768X25519PublicKey:
    """The key object of 1,216 bytes."""
    if len(key) != age.KEY_LENGTH or age.has_low_order(key[_MLKEM_PUBLIC:]):
        raise FormatError("recipient")
    try:
        return hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(key[:_MLKEM_PUBLIC]),
            x25519.X25519PublicKey.from_public_bytes(key[_MLKEM_PUBLIC:]),
        )
    except ValueError:
        raise FormatError("recipient") from None


def header_mac(file_key: bytes, covered: bytes) -> hmac.HMAC:
    """The MAC over the header, which also commits to the file key; the caller finalizes or verifies."""
    mac = hmac.HMAC(derive(file_key, None, b"header"), hashes.SHA256())
    mac.update(covered)
    return mac


def derive(file_key: bytes, salt: bytes | None, info: bytes) -> bytes:
    """HKDF-SHA256 of the file key, 32 bytes."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _wrap(file_key: bytes, recipient: hpke.MLKEM768X25519PublicKey) -> age.Stanza:
    sealed = SUITE.encrypt(file_key, recipient, info=INFO)
    split = age.ENCAPSULATED_LENGTH
    argument = age.to_base64(sealed[:split]).decode("ascii")
    return age.Stanza(type=age.RECIPIENT_TYPE, arguments=(argument,), body=sealed[split:])


def _file(plaintext: bytes, file_key: bytes, stanzas: tuple[age.Stanza, ...]) -> bytes:
    out = io.BytesIO()
    for piece in sealed_under(file_key, stanzas, io.BytesIO(plaintext)):
        out.write(piece)
    return out.getvalue()
