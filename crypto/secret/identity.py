"""Private sealing keys: 32-byte seeds (FORMAT.md 2.1)."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from crypto.errors import FormatError
from crypto.public import bech32

SEED_LENGTH = 32
_PREFIX = "age-secret-key-pq-"


@dataclass(frozen=True, slots=True)
class Identities:
    """Private keys in the order in which they are tried, loaded once for many files."""

    keys: tuple[hpke.MLKEM768X25519PrivateKey, ...] = field(repr=False)

    @classmethod
    def load(cls, seeds: Iterable[bytes]) -> "Identities":
        """From seeds of 32 bytes."""
        return cls(tuple(load(seed) for seed in seeds))


def new_seed() -> bytes:
    """A fresh seed of 32 bytes."""
    return secrets.token_bytes(SEED_LENGTH)


def public_key(seed: bytes) -> bytes:
    """The 1,216 bytes to publish."""
    mlkem_key, x25519_key = _halves(seed)
    return mlkem_key.public_key().public_bytes_raw() + x25519_key.public_key().public_bytes_raw()


def load(seed: bytes) -> hpke.MLKEM768X25519PrivateKey:
    """The key object of a seed: SHAKE256(seed, 96) is the ML-KEM seed (64) and the X25519 scalar (32)."""
    return hpke.MLKEM768X25519PrivateKey(*_halves(seed))


def identity_text(seed: bytes) -> str:
    """`AGE-SECRET-KEY-PQ-1...`, as the age program takes it."""
    return bech32.encode(_PREFIX, seed).upper()


def _halves(seed: bytes) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
    if len(seed) != SEED_LENGTH:
        raise FormatError("seed length")
    expanded = hashlib.shake_256(seed).digest(96)
    return (
        mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
        x25519.X25519PrivateKey.from_private_bytes(expanded[64:]),
    )
