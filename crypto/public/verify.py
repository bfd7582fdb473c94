"""Ed25519 signatures, verified by libsodium (FORMAT.md 1.4)."""

from collections.abc import Iterable

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from crypto.errors import SignatureError
from crypto.wire.directory import NamedKey
from crypto.wire.labels import What, preimage
from crypto.wire.note import Note, key_id


def verify(what: What, portal: str, data: bytes, signature: bytes, key: bytes) -> None:
    """Returns when `key` (32 bytes) signed `data` under this label; raises `SignatureError` otherwise."""
    if not holds(preimage(what, portal, data), signature, key):
        raise SignatureError(what)


def note_signers(note: Note, keys: Iterable[NamedKey]) -> frozenset[NamedKey]:
    """Those of `keys` that signed the note; a bad signature under a known name and key id is refused."""
    signers = set()
    for named in keys:
        for line in note.signatures:
            if line.name == named.name and line.key_id == key_id(named.name, named.key):
                if not holds(note.text, line.signature, named.key):
                    raise SignatureError(f"note by {named.name}")
                signers.add(named)
    return frozenset(signers)


def verify_note(note: Note, signer: NamedKey) -> None:
    """Returns when the note bears this one signature and no other."""
    if len(note.signatures) != 1 or note_signers(note, [signer]) != {signer}:
        raise SignatureError(f"note by {signer.name}")


def holds(data: bytes, signature: bytes, key: bytes) -> bool:
    """Whether `key` (32 bytes) signed exactly these bytes; callers want `verify`, which names the purpose."""
    try:
        VerifyKey(key).verify(data, signature)
    except (BadSignatureError, ValueError):
        return False
    return True
