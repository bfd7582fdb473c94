"""A proxy between browser and server that spoils the answers of one kind, always in the same way, and records all."""

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.journey.tap import HOST

Kind = Literal["document", "style", "script", "start", "keys", "put", "files", "part", "other"]
KINDS: tuple[Kind, ...] = ("document", "style", "script", "start", "keys", "put")
"""The answers of a first visit, in the order in which they come."""
WITH_FILES: tuple[Kind, ...] = ("files", "part", "put")
"""Those that come after it when somebody adds files: the script for them, each part, the envelope."""

_FRAMING = ("content-length", "transfer-encoding", "connection")
_NO_BODY = (204, 304)
_MOST_HEAD = 1 << 16
_TIMEOUT = 30.0
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the server, its body as it was on the wire; without what frames it."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The value, or empty."""
        return next((value for each, value in self.headers if each.lower() == name.lower()), "")

    def without(self, name: str) -> "Answer":
        """The same, this header removed."""
        return replace(self, headers=tuple(each for each in self.headers if each[0].lower() != name.lower()))

    def having(self, name: str, value: str) -> "Answer":
        """The same, with this header instead of any of its name."""
        return replace(self, headers=(*self.without(name).headers, (name, value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the browser gets: pieces, seconds of waiting before each, and how the connection ends."""

    pieces: tuple[bytes, ...]
    wait: float = 0.0
    end: Literal["close", "reset"] = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of the browser, and the status that the server gave, whatever the browser was told."""

    method: str
    path: str
    whole: bytes = field(repr=False)
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    status: int

    @property
    def kind(self) -> Kind:
        """What was asked for."""
        return kind_of(self.method, self.path)


Spoil = Callable[[Answer], Played]


@dataclass(slots=True)
class Proxy:
    """Its port, what went through so far, and what it does to answers of which kind."""

    port: int
    spoils: dict[Kind, Spoil]
    asked: list[Asked] = field(default_factory=list)
    answers: dict[Kind, Answer] = field(default_factory=dict)
    """As the server gave them, the last of each kind."""

    @property
    def address(self) -> str:
        """The server, seen through the proxy."""
        return f"http://{HOST}:{self.port}"

    def asked_for(self, kind: Kind) -> list[Asked]:
        """The requests of this kind."""
        return [one for one in self.asked if one.kind == kind]

    def _serve(self, browser: socket.socket, server_port: int) -> None:
        with browser, suppress(OSError, http.client.HTTPException):
            browser.settimeout(_TIMEOUT)
            head, body = _request(browser)
            if not head:
                return
            lines = head.decode("latin-1").split("\r\n")
            method, path, _version = lines[0].split(" ", 2)
            headers = dict(line.split(": ", 1) for line in lines[1:] if line)
            answer = _ask(server_port, method, path, headers, body)
            named = {name.lower(): value for name, value in headers.items()}
            one = Asked(method=method, path=path, whole=head + body, body=body, headers=named, status=answer.status)
            self.asked.append(one)
            self.answers[one.kind] = answer
            _play(browser, self.spoils.get(one.kind, honest)(answer))


@contextmanager
def faulty(server_port: int, spoils: dict[Kind, Spoil]) -> Iterator[Proxy]:
    """Listens on a free port until the block is left; each connection carries one request."""
    listener = socket.create_server((HOST, 0))
    proxy = Proxy(port=listener.getsockname()[1], spoils=spoils)

    def accept() -> None:
        with suppress(OSError):
            while True:
                browser = listener.accept()[0]
                threading.Thread(target=proxy._serve, args=(browser, server_port), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield proxy
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def kind_of(method: str, path: str) -> Kind:
    """Which answer of a visit this request gets."""
    if method == "PUT":
        return "part" if "/parts/" in path else "put"
    ends: dict[str, Kind] = {
        "/write": "document",
        "/site.css": "style",
        "/form.js": "script",
        "/start": "start",
        "/files.js": "files",
    }
    found = next((kind for end, kind in ends.items() if path.endswith(end)), None)
    return found or ("keys" if path.startswith("/keys/") else "other")


def honest(answer: Answer) -> Played:
    """The answer as it is."""
    return Played(pieces=(head_of(answer), body_of(answer)))


def head_of(answer: Answer, length: int | None = -1) -> bytes:
    """Status and headers; they announce the length of the body, another one, or (None) that the end will show."""
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in answer.headers)]
    if length is not None and answer.status not in _NO_BODY:
        lines.append(f"Content-Length: {len(answer.body) if length < 0 else length}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def body_of(answer: Answer) -> bytes:
    """The body; some statuses have none."""
    return b"" if answer.status in _NO_BODY else answer.body


def _request(browser: socket.socket) -> tuple[bytes, bytes]:
    """Head and body; empty when the browser opened a connection and asked for nothing."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < _MOST_HEAD:
        more = browser.recv(1 << 16)
        if not more:
            return b"", b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += browser.recv(1 << 16)
    return head + b"\r\n\r\n", body


def _ask(port: int, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            if name.lower() != "connection":
                connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        kept = tuple(each for each in response.getheaders() if each[0].lower() not in _FRAMING)
        return Answer(status=response.status, reason=response.reason, headers=kept, body=response.read())
    finally:
        connection.close()


def _play(browser: socket.socket, played: Played) -> None:
    for piece in played.pieces:
        time.sleep(played.wait)
        browser.sendall(piece)
    if played.end == "reset":
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        return
    browser.shutdown(socket.SHUT_WR)
    browser.recv(1)
