"""What went wrong, in words; a fault of ours leaves its kind and place in the log, never a value."""

import logging

from flask import Flask, redirect, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from review.faults import place_of
from review.refusals import Refused
from review.running import desk, pages

Answer = Response | tuple[str, int]


def install(app: Flask) -> None:
    """Registers a page for every kind of fault."""
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _stale(_error: CSRFError) -> Answer:
    """A form of a page from before the last lock."""
    if not desk().open_vaults():
        return redirect(url_for("entry.unlock"), 303)
    return pages().render("error.html", kind="stale", words=None), 400


def _refused(error: Refused) -> Answer:
    """A keeper said no where a page could not say it itself; one that is gone takes the others with it."""
    if error.code == "keeper-gone":
        desk().lock()
    if not desk().open_vaults():
        return redirect(url_for("entry.unlock"), 303)
    status = 404 if error.code in ("no-case", "no-files", "no-vault") else 409
    return pages().render("error.html", kind="refused", words=pages().refusal(error)), status


def _http(error: HTTPException) -> Answer:
    status = error.code or 500
    return pages().render("error.html", kind="missing" if status == 404 else "request", words=None), status


def _unexpected(error: Exception) -> Answer:
    logging.getLogger("review").error("unexpected %s", place_of(error))
    return pages().render("error.html", kind="fault", words=None), 500
