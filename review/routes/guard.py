"""Stands before every request: the right host, the right browser, an open vault; and sets every answer's headers."""

from flask import Flask, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from review.door import COOKIE
from review.headers import HEADERS
from review.running import desk, door, pages

LOOPBACK = ("127.0.0.1", "localhost")

# What a browser may have before it has shown the link, and what it may do while everything is locked.
_FOR_ANYBODY = frozenset({"entry.enter", "static.file"})
_WHILE_LOCKED = frozenset({"entry.unlock", "entry.open_vaults", "entry.lock", "entry.language"})
# What happens by itself is no sign of somebody at the desk.
_NO_USE = frozenset({"static.file"})


def install(app: Flask) -> None:
    """Registers the checks, in their order, and the headers."""
    app.before_request(_check_host)
    app.before_request(_check_browser)
    app.before_request(_check_open)
    app.after_request(_set_headers)


def _check_host() -> None:
    """A page elsewhere that points its own name at this address gets nothing."""
    port = request.environ["SERVER_PORT"]
    if request.host not in {f"{host}:{port}" for host in LOOPBACK}:
        abort(400)


def _check_browser() -> tuple[str, int] | None:
    if request.endpoint in _FOR_ANYBODY or door().knows(request.cookies.get(COOKIE)):
        return None
    return pages().render("closed.html"), 403


def _check_open() -> AnyResponse | None:
    here = desk()
    here.lock_if_idle()
    if request.endpoint not in _NO_USE:
        here.use()
    if here.open_vaults() or request.endpoint in _FOR_ANYBODY | _WHILE_LOCKED:
        return None
    return redirect(url_for("entry.unlock"), 303)


def _set_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
