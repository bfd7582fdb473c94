"""Hostile requests: what is sent, and the statuses of all that comes back before the connection closes."""

from collections.abc import Callable
from dataclasses import dataclass

from crypto.wire.fields import to_base64url
from tests.abuse.wire import CANARY
from tests.intake.conftest import address
from tests.serving import sealed_with

ID, PART = b"a" * 16, b"\x01" * 16
SEALED = "".join(f"{name}: {value}\r\n" for name, value in sealed_with().items())
HIDDEN = f"GET /robots.txt HTTP/1.1\r\nHost: x\r\nUser-Agent: {CANARY}\r\n\r\n".encode()
"""What a smuggler hides behind the end of a request; by itself it is answered with 200."""

HEADERS = f"User-Agent: {CANARY}\r\nReferer: http://{CANARY}/\r\nX-Forwarded-For: {CANARY}\r\nCookie: a={CANARY}\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`send` takes an honest envelope of 57,782 bytes, which few requests need."""

    name: str
    send: Callable[[bytes], bytes]
    statuses: tuple[int, ...]
    heads: bool = False


def get(name: str, extra: str, after: bytes = b"", *, answers: tuple[int, ...]) -> Row:
    """A visit to /start with these header lines, and these bytes behind it."""
    head = f"GET /start?{CANARY} HTTP/1.1\r\nHost: x\r\n{HEADERS}{extra}\r\n".encode("latin-1")
    return Row(name=name, send=lambda _: head + after, statuses=answers)


def post(name: str, extra: str, after: bytes = bytes(34), *, answers: tuple[int, ...]) -> Row:
    """The same to /mailbox, whose honest body has 34 bytes."""
    head = f"POST /mailbox?{CANARY} HTTP/1.1\r\nHost: x\r\n{HEADERS}{extra}\r\n".encode("latin-1")
    return Row(name=name, send=lambda _: head + after, statuses=answers)


def put(
    name: str, extra: str, body: Callable[[bytes], bytes] = bytes, *, at: bytes = ID, answers: tuple[int, ...]
) -> Row:
    """An upload."""
    head = f"PUT {address(at)} HTTP/1.1\r\nHost: x\r\n{HEADERS}{SEALED}{extra}\r\n".encode("latin-1")
    return Row(name=name, send=lambda envelope: head + body(envelope), statuses=answers)


def put_part(
    name: str, extra: str, body: bytes, *, at: bytes = ID, part: str = to_base64url(PART), answers: tuple[int, ...]
) -> Row:
    """An upload of a part, which needs no header of its own."""
    head = f"PUT {address(at)}/parts/{part} HTTP/1.1\r\nHost: x\r\n{HEADERS}{extra}\r\n".encode("latin-1")
    return Row(name=name, send=lambda _: head + body, statuses=answers)


def line(name: str, data: bytes | str, *, answers: tuple[int, ...] = (400,)) -> Row:
    """Exactly these bytes."""
    sent = data if isinstance(data, bytes) else data.encode("latin-1")
    return Row(name=name, send=lambda _: sent, statuses=answers)


def target(text: str, *, answers: int = 404, method: str = "GET", extra: str = "") -> Row:
    """A visit to this address."""
    data = f"{method} {text} HTTP/1.1\r\nHost: x\r\n{HEADERS}{extra}\r\n".encode("latin-1")
    return Row(name=f"{method} {text[:60]}", send=lambda _: data, statuses=(answers,), heads=method == "HEAD")
