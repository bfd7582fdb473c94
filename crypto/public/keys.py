"""Public sealing keys: age's spelling of them and the files they are published in (FORMAT.md 2.1, 4.3)."""

from crypto.errors import FormatError, TrustError
from crypto.public import bech32
from crypto.wire.age import KEY_LENGTH
from crypto.wire.digest import sha256
from crypto.wire.directory import Epoch

_PREFIX = "age1pq"


def recipient_text(key: bytes) -> str:
    """`age1pq1...`, as the age program takes it."""
    if len(key) != KEY_LENGTH:
        raise FormatError("recipient")
    return bech32.encode(_PREFIX, key)


def parse_recipient(text: str) -> bytes:
    """The 1,216 bytes behind `age1pq1...`."""
    prefix, key = bech32.decode(text)
    if prefix != _PREFIX or len(key) != KEY_LENGTH:
        raise FormatError("recipient")
    return key


def check_key_file(epoch: Epoch, data: bytes) -> dict[str, bytes]:
    """Vault name -> public key (1,216 bytes), after the file's length and SHA-256 were found right."""
    if len(data) != KEY_LENGTH * len(epoch.vaults):
        raise TrustError("key-file-length")
    if sha256(data) != epoch.keys:
        raise TrustError("key-file-mismatch")
    return {vault: data[at * KEY_LENGTH : (at + 1) * KEY_LENGTH] for at, vault in enumerate(epoch.vaults)}
