"""Ed25519 signatures under labels, and on notes (FORMAT.md 1.3, 1.4, 3)."""

import secrets

from nacl.signing import SigningKey

from crypto.wire.labels import What, preimage
from crypto.wire.note import Note, NoteSignature, compose, key_id

SEED_LENGTH = 32


def signing_key() -> bytes:
    """A fresh seed of 32 bytes."""
    return secrets.token_bytes(SEED_LENGTH)


def public(seed: bytes) -> bytes:
    """The public key (32 bytes) of a seed."""
    return bytes(SigningKey(seed).verify_key)


def sign(what: What, portal: str, data: bytes, seed: bytes) -> bytes:
    """64 bytes over `data` under this label."""
    return SigningKey(seed).sign(preimage(what, portal, data)).signature


def sign_note(text: bytes, name: str, seed: bytes) -> NoteSignature:
    """One signature line over the text of a note."""
    key = SigningKey(seed)
    return NoteSignature(name=name, key_id=key_id(name, bytes(key.verify_key)), signature=key.sign(text).signature)


def signed_note(what: What, portal: str, json: bytes, name: str, seed: bytes) -> bytes:
    """The bytes of a note with one signature."""
    text = compose(what, portal, json)
    return Note(text=text, signatures=(sign_note(text, name, seed),)).encode()
