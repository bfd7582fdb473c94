"""What age has and this project refuses: armor, X25519 and scrypt. It lives here to run all vectors, and for pyrage."""

import base64
import binascii
import re
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from crypto.errors import AgeError
from crypto.public import bech32
from crypto.secret.unseal import Unwrap, unwrap_with
from crypto.wire import age

_ARMOR = re.compile(
    rb"[ \t\r\n]*-----BEGIN AGE ENCRYPTED FILE-----\r?\n"
    rb"((?:[A-Za-z0-9+/]{64}\r?\n)*)([A-Za-z0-9+/]{0,64}={0,2}\r?\n)?"
    rb"-----END AGE ENCRYPTED FILE-----[ \t\r\n]*\Z"
)
_WORK = re.compile(r"[1-9][0-9]*\Z")
_MOST_WORK = 22
_NONCE = bytes(12)
_WRAPPED = 32


class ArmorError(Exception):
    """The text around a file is not as it should be."""


def dearmor(data: bytes) -> bytes:
    """The file in strict PEM: full lines of 64, the last one 1 to 64, canonical base64 with padding."""
    match = _ARMOR.match(data)
    if not match or match[2] in (b"\n", b"\r\n"):
        raise ArmorError
    text = b"".join((match[1] + (match[2] or b"")).split())
    try:
        file = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ArmorError from None
    if base64.b64encode(file) != text:
        raise ArmorError
    return file


def unwrap_any(identities: Sequence[str], passphrases: Sequence[str]) -> Unwrap:
    """Opens with whatever is given; our own stanzas are opened by the project's own code."""
    keys = [bech32.decode(text) for text in identities]
    classic = [X25519PrivateKey.from_private_bytes(key) for prefix, key in keys if prefix == "age-secret-key-"]
    hybrid = [key for prefix, key in keys if prefix == "age-secret-key-pq-"]

    def unwrap(stanzas: tuple[age.Stanza, ...]) -> bytes:
        kinds = {type_: tuple(one for one in stanzas if one.type == type_) for type_ in _KINDS}
        if kinds["scrypt"] and len(stanzas) > 1:
            raise _failure("scrypt is not alone")
        found = [_scrypt(stanza, passphrase) for stanza in kinds["scrypt"] for passphrase in passphrases]
        found += [_x25519(stanza, key) for stanza in kinds["X25519"] for key in classic]
        if kinds[age.RECIPIENT_TYPE] and hybrid:
            found.append(_ours(kinds[age.RECIPIENT_TYPE], hybrid))
        for file_key in found:
            if file_key is not None:
                return file_key
        raise AgeError("no-match", "nothing opens this")

    return unwrap


def wrap_x25519(file_key: bytes, recipient: X25519PublicKey) -> age.Stanza:
    """The other direction, for a file that pyrage opens."""
    key = X25519PrivateKey.from_private_bytes(secrets.token_bytes(32))
    share = key.public_key().public_bytes_raw()
    wrapping = _hkdf(key.exchange(recipient), share + recipient.public_bytes_raw())
    body = ChaCha20Poly1305(wrapping).encrypt(_NONCE, file_key, None)
    return age.Stanza(type="X25519", arguments=(age.to_base64(share).decode("ascii"),), body=body)


_KINDS = (age.RECIPIENT_TYPE, "X25519", "scrypt")


def _ours(stanzas: tuple[age.Stanza, ...], seeds: list[bytes]) -> bytes | None:
    try:
        return unwrap_with(seeds)(stanzas)
    except AgeError as error:
        if error.code == "no-match":
            return None
        raise


def _x25519(stanza: age.Stanza, key: X25519PrivateKey) -> bytes | None:
    if len(stanza.arguments) != 1:
        raise _failure("arguments")
    share = _data(stanza.arguments[0], 32)
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:
        raise _failure("share of low order") from None
    return _file_key(stanza, _hkdf(shared, share + key.public_key().public_bytes_raw()))


def _scrypt(stanza: age.Stanza, passphrase: str) -> bytes | None:
    if len(stanza.arguments) != 2:
        raise _failure("arguments")
    salt = b"age-encryption.org/v1/scrypt" + _data(stanza.arguments[0], 16)
    if not _WORK.match(stanza.arguments[1]) or int(stanza.arguments[1]) > _MOST_WORK:
        raise _failure("work factor")
    work = 2 ** int(stanza.arguments[1])
    return _file_key(stanza, Scrypt(salt=salt, length=32, n=work, r=8, p=1).derive(passphrase.encode("utf-8")))


def _file_key(stanza: age.Stanza, key: bytes) -> bytes | None:
    if len(stanza.body) != _WRAPPED:
        raise _failure("length of the wrapped file key")
    try:
        return ChaCha20Poly1305(key).decrypt(_NONCE, stanza.body, None)
    except InvalidTag:
        return None


def _hkdf(shared: bytes, salt: bytes) -> bytes:
    info = b"age-encryption.org/v1/X25519"
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(shared)


def _data(argument: str, length: int) -> bytes:
    data = age.from_base64(argument.encode("ascii"))
    if len(data) != length:
        raise _failure("argument length")
    return data


def _failure(why: str) -> AgeError:
    return AgeError("header-failure", why)
