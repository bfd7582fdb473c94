"""The one browser that may enter: a host name and a link that it alone is told, and the session the link becomes.

The web process is replaced at every lock, so that nothing of the words stays in its memory. What must outlive it, and
is no secret of any case, lies here: in memory that the processes share, made before the first of them is started.
"""

import mmap
import secrets
import threading

COOKIE = "desk"
_LENGTH = 32
_HOST_LENGTH = 16  # as 32 digits; a label of a host name holds 63
_UNUSED, _USED = b"\x00", b"\x01"


class Door:
    """Made once per `review serve`."""

    def __init__(self) -> None:
        # Cookies are not kept apart by port, but by host: no other program of this machine is asked under this name.
        self.host = f"{secrets.token_hex(_HOST_LENGTH)}.localhost"
        self.link = secrets.token_hex(_LENGTH)
        self.csrf_key = secrets.token_hex(_LENGTH)
        self._shared = mmap.mmap(-1, 1 + _LENGTH)
        self._turn = threading.Lock()

    def enter(self, token: str) -> str | None:
        """The session that the link opens, the first time; nothing afterwards or for another token."""
        with self._turn:
            is_first = self._shared[:1] == _UNUSED
            if not is_first or not secrets.compare_digest(token.encode("utf-8"), self.link.encode("ascii")):
                return None
            self._shared[:1] = _USED
            return self._renew()

    def knows(self, session: str | None) -> bool:
        """Whether this is the session that may enter now."""
        current = self._shared[1:].hex()
        has_entered = self._shared[:1] == _USED
        return has_entered and session is not None and secrets.compare_digest(session.encode(), current.encode())

    def renew(self) -> str:
        """A fresh session in place of the one that was; the old one opens nothing any more."""
        with self._turn:
            return self._renew()

    def _renew(self) -> str:
        self._shared[1:] = secrets.token_bytes(_LENGTH)
        return self._shared[1:].hex()
