"""The payload of an age file: chunks of 64 KiB, each sealed, the last one marked (C2SP age.md, Payload)."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.errors import AgeError

CHUNK = 64 * 1024
TAG = 16


def seal_chunks(key: bytes, plaintext: bytes) -> bytes:
    """All of `plaintext` under a stream key (32 bytes) that seals nothing else."""
    cipher = ChaCha20Poly1305(key)
    starts = range(0, max(len(plaintext), 1), CHUNK)
    return b"".join(
        cipher.encrypt(_nonce(at // CHUNK, last=at + CHUNK >= len(plaintext)), plaintext[at : at + CHUNK], None)
        for at in starts
    )


def open_chunks(key: bytes, payload: bytes) -> bytes:
    """The plaintext, only when every chunk and the end are right; otherwise a payload failure."""
    cipher, out = ChaCha20Poly1305(key), []
    if not payload:
        raise AgeError("payload-failure", "no chunk")
    for at in range(0, len(payload), CHUNK + TAG):
        piece = payload[at : at + CHUNK + TAG]
        last = at + CHUNK + TAG >= len(payload)
        if len(piece) < TAG:
            raise AgeError("payload-failure", "chunk cut short")
        try:
            out.append(cipher.decrypt(_nonce(at // (CHUNK + TAG), last=last), piece, None))
        except InvalidTag:
            raise AgeError("payload-failure", "chunk") from None
        if not out[-1] and at:
            raise AgeError("payload-failure", "last chunk is empty")
    return b"".join(out)


def _nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
