"""Speaks to the server in bytes, and reads what comes back as strictly as a proxy that shares the connection would."""

import re
import socket
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import Served

CANARY = "canary-59e0"
"""Stands in everything hostile that is sent, and must stand nowhere else."""

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) [A-Za-z ]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; names of headers are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


def exchange(served: Served, data: bytes, *, heads: bool = False) -> list[Answer]:
    """All answers to these bytes, after which we fall silent, until the server closes; `heads` have no bodies."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        said = b""
        while piece := connection.recv(65_536):
            said += piece
    return parse(said, heads=heads)


def parse(said: bytes, *, heads: bool = False) -> list[Answer]:
    """Whole answers and nothing after them."""
    found = []
    while said:
        head, end, rest = said.partition(b"\r\n\r\n")
        assert end, "an answer without an end"
        status, *lines = head.split(b"\r\n")
        matched = _STATUS.fullmatch(status)
        assert matched is not None, status
        named = [line.decode("latin-1").split(": ", 1) for line in lines]
        headers = {name.lower(): value for name, value in named}
        assert len(headers) == len(named), "a header came twice"
        length = 0 if heads else int(headers.get("content-length", "0"))
        assert len(rest) >= length, "an answer was cut off"
        found.append(Answer(status=int(matched[1]), headers=headers, body=rest[:length]))
        said = rest[length:]
    return found


def holding(needle: str, folder: Path, said: bytes) -> list[str]:
    """The files of the folder, and the outputs, in which these letters stand, as they are or as bytes are written."""
    forms = {form.lower() for form in (needle.encode(), needle.encode("utf-16-le"), needle.encode().hex().encode())}
    places = {str(file): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
    places["the outputs"] = said
    return [name for name, data in places.items() if any(form in data.lower() for form in forms)]
