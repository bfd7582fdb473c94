"""A wire between browser and server that keeps every byte of both directions: what a network could have recorded."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import zip_longest

HOST = "127.0.0.1"
_CHUNK = 1 << 16
_REQUEST = re.compile(rb"((?:GET|HEAD|POST|PUT) /\S*) HTTP/1\.1\r\n")  # a body before it may end with a letter
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer, whole: what both looked like on the wire. An answer that did not come is empty."""

    asked: bytes
    answered: bytes

    @property
    def line(self) -> str:
        """Method and path."""
        found = _REQUEST.match(self.asked)
        assert found is not None
        return found[1].decode("latin-1")


@dataclass(slots=True)
class Tap:
    """The address to use instead of the server's, and what went through so far."""

    port: int
    _streams: list[tuple[str, bytearray]] = field(default_factory=list)
    _turns: list[tuple[int, int]] = field(default_factory=list)
    _sockets: list[socket.socket] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The server, seen through the tap."""
        return f"http://{HOST}:{self.port}"

    def recorded(self) -> dict[str, bytes]:
        """Each connection's bytes, to the server and from it, by a name."""
        return {f"{name} {number // 2}": bytes(data) for number, (name, data) in enumerate(self._streams)}

    def requests(self) -> list[str]:
        """The method and path of each request that went to the server."""
        sent = (bytes(data) for name, data in self._streams if name == "to server")
        return [line.decode("latin-1") for stream in sent for line in _REQUEST.findall(stream)]

    def exchanges(self) -> list[Exchange]:
        """Every request with its answer, in the order in which the requests began, whichever connection they took."""
        begun: list[tuple[int, Exchange]] = []
        for number in range(0, len(self._streams), 2):
            (_, sent), (_, came) = self._streams[number : number + 2]
            turns = {place: turn for turn, (stream, place) in enumerate(list(self._turns)) if stream == number}
            place = 0
            for asked, answered in zip_longest(_messages(bytes(sent)), _messages(bytes(came)), fillvalue=b""):
                begun.append((turns[place], Exchange(asked=asked, answered=answered)))
                place += len(asked)
        return [exchange for _turn, exchange in sorted(begun, key=lambda one: one[0])]

    def _connect(self, browser: socket.socket, server_port: int) -> None:
        server = socket.create_connection((HOST, server_port))
        self._sockets += [browser, server]
        for name, source, sink in (("to server", browser, server), ("from server", server, browser)):
            kept, number = bytearray(), len(self._streams)
            self._streams.append((name, kept))
            arguments = (source, sink, kept, number, self._turns)
            threading.Thread(target=_relay, args=arguments, daemon=True).start()


@contextmanager
def tap(server_port: int) -> Iterator[Tap]:
    """Listens on a free port and hands everything on to the server, until the block is left."""
    listener = socket.create_server((HOST, 0))
    wire = Tap(port=listener.getsockname()[1])

    def accept() -> None:
        with suppress(OSError):
            while True:
                wire._connect(listener.accept()[0], server_port)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield wire
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for each in wire._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _relay(
    source: socket.socket, sink: socket.socket, kept: bytearray, number: int, turns: list[tuple[int, int]]
) -> None:
    """Keeps first, hands on second, so that what arrived was also recorded; and where in which stream it began."""
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            turns.append((number, len(kept)))
            kept += data
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _messages(stream: bytes) -> Iterator[bytes]:
    """Each request or answer of a connection, one after the other: head and body; the last one may have broken off."""
    at = 0
    while at < len(stream):
        end = stream.find(b"\r\n\r\n", at)
        head = end + 4 if end >= 0 else len(stream)
        length = _LENGTH.search(stream, at, head)
        last = head + int(length[1] if length else 0)
        yield stream[at:last]
        at = last
