"""Reads bodies and makes answers: in memory, of an exact length, and without anything that a framework adds."""

from collections.abc import Collection
from typing import Any, NoReturn

from flask import Request, Response, request

from crypto.errors import FormatError
from crypto.wire.fields import encode_json, from_base64url
from intake.content import Content
from intake.errors import ProblemError
from intake.limits import ID_LENGTH


class BareRequest(Request):
    """A request whose body is never taken for a form, which would write large ones to a temporary file."""

    def _load_form_data(self) -> NoReturn:
        raise NotImplementedError("forms are not read here")


class BareResponse(Response):
    """An answer that says its media type itself, or has none."""

    default_mimetype = None


def read_id(name: str) -> bytes:
    """The identifier of a submission, or the name of a part, in an address."""
    try:
        return from_base64url(name, ID_LENGTH)
    except FormatError:
        raise ProblemError("bad-id") from None


def read_body(lengths: Collection[int]) -> bytes:
    """The whole body, which must have exactly the length it says, one of `lengths`; looked at before it is read."""
    length = _declared_length()
    if "HTTP_CONTENT_ENCODING" in request.environ:
        raise ProblemError("bad-header")
    if length > max(lengths):
        raise ProblemError("too-large")
    if length not in lengths:
        raise ProblemError("wrong-length")
    try:
        body: bytes = request.environ["wsgi.input"].read(length)
    except OSError:  # the line broke
        raise ProblemError("wrong-length") from None
    if len(body) != length:
        raise ProblemError("wrong-length")
    return body


def _declared_length() -> int:
    text = request.environ.get("CONTENT_LENGTH") or ""
    if not (text.isascii() and text.isdigit()) or "HTTP_TRANSFER_ENCODING" in request.environ:
        raise ProblemError("wrong-length")
    if len(text) > 12:
        raise ProblemError("too-large")
    return int(text)


def done() -> Response:
    """Nothing more to say."""
    return BareResponse(status=204)


def send(type_: str, body: bytes, status: int = 200) -> Response:
    """These bytes."""
    return BareResponse(body, status, content_type=type_)


def send_json(value: dict[str, Any]) -> Response:
    """This object, in the one form it has."""
    return send("application/json", encode_json(value))


def send_content(content: Content, status: int = 200) -> Response:
    """This body, packed where the browser says that it can unpack it."""
    if content.packed is None:
        return send(content.type, content.plain, status)
    packed = request.accept_encodings.quality("gzip") > 0
    response = send(content.type, content.packed if packed else content.plain, status)
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
