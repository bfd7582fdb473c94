"""Stands before every request: the right host, the right browser, an open vault; and sets every answer's headers."""

from flask import Flask, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from review.door import COOKIE
from review.headers import HEADERS
from review.network import check_offline
from review.refusals import Refused
from review.running import desk, door, pages, ways_out

# What a browser may have before it has shown the link, and what it may do while everything is locked.
_FOR_ANYBODY = frozenset({"entry.enter", "static.file"})
_WHILE_LOCKED = frozenset({"entry.unlock", "entry.open_vaults", "entry.lock", "entry.language", "guide.guide"})
# What happens by itself is no sign of somebody at the desk, and tells nothing of it to strangers either.
_NO_USE = frozenset({"static.file"})
# Pages that ask for themselves again, while nobody need be there; somebody who does it by hand asks with a question.
_LOOKING_ON = frozenset({"keeping.progress", "exchange.progress"})


def install(app: Flask) -> None:
    """Registers the checks, in their order, and the headers."""
    app.before_request(_check_host)
    app.before_request(_check_browser)
    app.before_request(_check_offline)
    app.before_request(_check_open)
    app.after_request(_set_headers)


def _check_host() -> tuple[str, int] | None:
    """Whoever was not told the desk's name gets one page under any other, this machine's own names among them."""
    if request.host == f"{door().host}:{request.environ['SERVER_PORT']}" or request.endpoint in _NO_USE:
        return None
    return pages().render("elsewhere.html"), 400


def _is_known() -> bool:
    return door().knows(request.cookies.get(COOKIE))


def _check_browser() -> tuple[str, int] | None:
    if request.endpoint in _FOR_ANYBODY or _is_known():
        return None
    return pages().render("closed.html"), 403


def _check_offline() -> tuple[str, int] | None:
    """A network that comes up shuts everything, and says so until it is gone."""
    if request.endpoint in _NO_USE:
        return None
    try:
        check_offline(ways_out())
    except Refused as refused:
        desk().lock()
        return pages().render("error.html", kind="refused", words=pages().refusal(refused)), 409
    return None


def _check_open() -> AnyResponse | None:
    here = desk()
    here.lock_if_idle()
    happens_by_itself = request.endpoint in _NO_USE or (request.endpoint in _LOOKING_ON and not request.args)
    if _is_known() and not happens_by_itself:
        here.use()
    if here.open_vaults() or request.endpoint in _FOR_ANYBODY | _WHILE_LOCKED:
        return None
    return redirect(url_for("entry.unlock"), 303)


def _set_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
