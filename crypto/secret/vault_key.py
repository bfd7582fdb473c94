"""The key of a vault that opens with two things: what somebody knows, and what lies on a stick."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VAULT_KEY_LENGTH = 32
_PURPOSE = b"sealed-intake/vault-key 1"


def vault_key(stretched: bytes, key_file: bytes, salt: bytes) -> bytes:
    """HKDF-SHA256 (32 bytes) of a stretched passphrase (32) and the bytes of a key file (32), under the vault's salt.

    Both have one length, so no two pairs are the same input.
    """
    if len(stretched) != VAULT_KEY_LENGTH or len(key_file) != VAULT_KEY_LENGTH:
        raise ValueError("both have 32 bytes")
    return HKDF(algorithm=hashes.SHA256(), length=VAULT_KEY_LENGTH, salt=salt, info=_PURPOSE).derive(
        stretched + key_file
    )
