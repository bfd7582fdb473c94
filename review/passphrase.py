"""Passphrases: made by the machine, normalised before use, and stretched to keys by Argon2id."""

import secrets
import unicodedata
from collections.abc import Mapping

from argon2 import Parameters
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw
from argon2.profiles import RFC_9106_LOW_MEMORY
from mnemonic import Mnemonic

from review.refusals import Refused

MOST_CHARACTERS = 256
WORDS = 7
SALT_LENGTH = 16
KEY_LENGTH = 32

# Each under a name that says whose numbers they are. A vault keeps its own by this name, until its passphrase changes.
NEWEST_PROFILE = "LIBSODIUM_MODERATE"
CHEAP_PROFILE = "RFC_9106_LOW_MEMORY"
PROFILES: Mapping[str, Parameters] = {
    # libsodium's crypto_pwhash_argon2id_OPSLIMIT_MODERATE and _MEMLIMIT_MODERATE: Argon2id, 3 passes over 256 MiB, 1
    # lane. About a second on a laptop.
    NEWEST_PROFILE: Parameters(
        type=Type.ID,
        version=ARGON2_VERSION,
        salt_len=SALT_LENGTH,
        hash_len=KEY_LENGTH,
        time_cost=3,
        memory_cost=256 * 1024,
        parallelism=1,
    ),
    # RFC 9106 section 4, "second recommended option": Argon2id, 3 passes over 64 MiB, 4 lanes. Vaults of the first
    # release have it; no command makes a new one with it.
    CHEAP_PROFILE: RFC_9106_LOW_MEMORY,
}


def new_passphrase() -> str:
    """Seven words of the English BIP39 list: 77 random bits."""
    words: list[str] = Mnemonic("english").wordlist
    return " ".join(secrets.choice(words) for _ in range(WORDS))


def new_salt() -> bytes:
    """16 random bytes."""
    return secrets.token_bytes(SALT_LENGTH)


def stretch(passphrase: str, salt: bytes, profile: str) -> bytes:
    """The key (32 bytes) of a passphrase; input over 256 characters is refused before Argon2 sees it."""
    if len(passphrase) > MOST_CHARACTERS:
        raise Refused("passphrase-too-long", most=MOST_CHARACTERS)
    words = normal(passphrase)
    if not words:
        raise Refused("passphrase-empty")
    cost = PROFILES[profile]
    return hash_secret_raw(
        words.encode("utf-8"),
        salt,
        time_cost=cost.time_cost,
        memory_cost=cost.memory_cost,
        parallelism=cost.parallelism,
        hash_len=KEY_LENGTH,
        type=cost.type,
        version=cost.version,
    )


def normal(passphrase: str) -> str:
    """One spelling for what different keyboards make of the same words: NFKC, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", passphrase).split())
