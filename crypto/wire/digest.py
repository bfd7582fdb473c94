"""The one digest function, SHA-256 (FIPS 180-4)."""

import hashlib


def sha256(data: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(data).digest()


class Sha256:
    """SHA-256 of bytes that come in pieces."""

    def __init__(self) -> None:
        self._state = hashlib.sha256()

    def update(self, data: bytes) -> None:
        """Takes the next piece."""
        self._state.update(data)

    def digest(self) -> bytes:
        """32 bytes, of everything taken so far."""
        return self._state.digest()
