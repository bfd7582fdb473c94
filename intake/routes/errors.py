"""Refusals: problem documents (RFC 9457) where programs ask, pages where people do."""

from collections.abc import Callable

from flask import Response, request
from werkzeug.exceptions import HTTPException

from crypto.wire.fields import encode_json
from intake import quiet
from intake.errors import AwayError, BusyError, FullError, ProblemError
from intake.routes.answers import send, send_content
from intake.site import Site

PROBLEMS = {
    "wrong-length": (400, "The body does not have a length that is taken here."),
    "wrong-shape": (400, "The body does not have the shape of what is taken here."),
    "bad-header": (400, "A header is missing or cannot be understood."),
    "bad-id": (400, "The identifier is not 16 bytes in base64url."),
    "not-found": (404, "There is nothing here."),
    "method-not-allowed": (405, "This cannot be done here."),
    "conflict": (409, "Other bytes are held under this identifier."),
    "parts-missing": (409, "Parts are not here yet."),
    "directory-outdated": (409, "The keys come from a directory that is no longer accepted. Seal again."),
    "unknown-directory": (409, "This directory is not known here yet."),
    "epoch-over": (409, "The month of these keys is over. Seal again."),
    "epoch-early": (409, "The month of these keys has not come. Seal again."),
    "too-large": (413, "The body is larger than anything that is taken here."),
    "too-many-parts": (413, "More parts than one submission may have."),
    "too-many": (429, "Too many are writing at once. Try again later."),
    "internal": (500, "Something broke here. It was not your mistake."),
    "closed": (503, "No directory is in force. Nothing is taken at the moment."),
    "unavailable": (503, "What is kept here cannot be reached at the moment. Try again later."),
    "storage-full": (507, "There is no room, or nothing can be written. Try again later."),
}
WORTH_RETRYING = ("too-many", "unavailable", "storage-full")
PAGE_STATUSES = (404, 405, 500, 503)
STATUS_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def refuse(site: Site, is_page: Callable[[str], bool], error: Exception) -> Response:
    """The answer to whatever was raised while a request was answered."""
    code = _code(error)
    status, title = PROBLEMS[code]
    if is_page(request.path):
        response = send_content(site.pages.error(_page_status(status), _language(site)), status)
    else:
        document = {"type": "about:blank", "title": title, "status": status, "code": code}
        response = send("application/problem+json", encode_json(document), status)
    if isinstance(error, HTTPException) and status == 405:
        response.headers["Allow"] = dict(error.get_headers())["Allow"]
    if code in WORTH_RETRYING:
        response.headers["Retry-After"] = str(site.limits.retry_seconds)
    return response


def _code(error: Exception) -> str:
    if isinstance(error, ProblemError):
        return error.code
    if isinstance(error, BusyError):
        return "too-many"
    if isinstance(error, AwayError):
        return "unavailable"
    if isinstance(error, FullError):
        return "storage-full"
    if isinstance(error, HTTPException) and error.code is not None and 400 <= error.code < 500:
        return STATUS_CODES.get(error.code, "bad-header")
    quiet.unexpected(error)
    return "internal"


def _page_status(status: int) -> int:
    return status if status in PAGE_STATUSES else 503 if status > 405 else 404


def _language(site: Site) -> str:
    first = request.path.split("/", 2)[1]
    return first if first in site.pages.languages else site.pages.languages[0]
