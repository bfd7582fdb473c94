"""What the web app remembers of its one browser: in memory, never in the cookie."""

from typing import Any

from flask import Flask, Request, Response, g
from flask.sessions import SessionInterface, SessionMixin

from review.door import COOKIE, Door


class DeskSession(dict[str, Any], SessionMixin):
    """The values of the one session, here for Flask-WTF's token."""


class DeskSessions(SessionInterface):
    """Gives the session to the browser that the door knows, and an empty one that takes nothing to all others."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._session = DeskSession()

    def open_session(self, app: Flask, request: Request) -> DeskSession | None:
        """Flask asks at the start of a request."""
        return self._session if self._door.knows(request.cookies.get(COOKIE)) else None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing to do: the values stay in memory."""

    def begin(self, identifier: str) -> None:
        """Starts afresh under this identifier; whoever holds the one before is a stranger now."""
        self._session.clear()
        g.session_identifier = identifier

    def hand_out(self, response: Response) -> Response:
        """A new identifier travels once, with the answer to the request that made it."""
        identifier = g.pop("session_identifier", None)
        if identifier is not None:
            response.set_cookie(COOKIE, identifier, httponly=True, samesite="Strict", path="/")
        return response
