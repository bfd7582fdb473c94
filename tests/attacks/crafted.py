"""Age files that no honest writer makes, put together from the primitives themselves (C2SP age.md)."""

import base64
import hmac
import secrets
from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.public.keys import check_key_file
from crypto.secret.identity import new_seed, public_key
from tests.material import EPOCHS, Portal

VERSION = b"age-encryption.org/v1\n"
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
INFO = b"age-encryption.org/mlkem768x25519"
# The X25519 points of small order (RFC 7748, section 6.1), and the two encodings above p of the first of them.
LOW_ORDER = (
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
)


def vault_key(portal: Portal, vault: str) -> bytes:
    """The public key of a vault in the first epoch."""
    epoch = portal.directory.epoch(EPOCHS[0])
    assert epoch is not None
    return check_key_file(epoch, portal.key_file(EPOCHS[0]))[vault]


def sealed_key(file_key: bytes, recipient: bytes) -> bytes:
    """1,120 bytes of encapsulated key and 32 of wrapped file key."""
    key = hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(recipient[:1184]),
        x25519.X25519PublicKey.from_public_bytes(recipient[1184:]),
    )
    return SUITE.encrypt(file_key, key, info=INFO)


def decoys(count: int) -> list[bytes]:
    """Sealed keys for nobody."""
    return [sealed_key(secrets.token_bytes(16), public_key(new_seed())) for _ in range(count)]


def with_share(sealed: bytes, share: bytes) -> bytes:
    """The same with another X25519 share."""
    return sealed[:1088] + share + sealed[1120:]


def stanza(sealed: bytes) -> bytes:
    """The lines of one stanza."""
    return b"-> mlkem768x25519 " + _text(sealed[:1120]) + b"\n" + _text(sealed[1120:]) + b"\n"


def age_file(plaintext: bytes, file_key: bytes, stanzas: Sequence[bytes]) -> bytes:
    """A whole file of these stanzas; header MAC and payload are under `file_key`."""
    covered = VERSION + b"".join(stanzas) + b"---"
    mac = hmac.digest(_derived(file_key, None, b"header"), covered, "sha256")
    nonce = secrets.token_bytes(16)
    return covered + b" " + _text(mac) + b"\n" + nonce + _chunks(_derived(file_key, nonce, b"payload"), plaintext)


def _chunks(key: bytes, plaintext: bytes) -> bytes:
    cipher, out = ChaCha20Poly1305(key), []
    for at in range(0, len(plaintext), 65_536):
        is_last = at + 65_536 >= len(plaintext)
        out.append(
            cipher.encrypt((at // 65_536).to_bytes(11, "big") + bytes([is_last]), plaintext[at : at + 65_536], None)
        )
    return b"".join(out)


def _derived(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(key)


def _text(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")
