"""The control of the search: a canary planted in every place, in every encoding, is found there."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving
from tests.journey.canaries import find
from tests.journey.evidence import below, open_files, removed_files, written
from tests.journey.tap import tap
from tests.journey.test_canaries import ENCODERS, WORDS

CHARSETS = ("utf-8", "utf-16-le", "utf-16-be")
WAYS = [(charset, name) for charset in CHARSETS for name in ENCODERS]

Plant = Callable[[bytes], None]
Gather = Callable[[psutil.Process, Path], Iterator[tuple[str, bytes]]]


def canary(way: tuple[str, str]) -> str:
    """Words of their own for each way to write them."""
    return f"{WORDS} {WAYS.index(way):02d}"


def encoded(way: tuple[str, str]) -> bytes:
    """Its canary, written this way."""
    charset, name = way
    return ENCODERS[name](canary(way).encode(charset))


@pytest.fixture(scope="module")
def place(rehearsal: Rehearsal, served: Serving) -> Iterator[dict[str, Plant]]:
    """How to plant bytes in each kind of file that intake writes, and in the bundle."""
    database = rehearsal.intake / "intake.db"
    rehearsal.bundle.touch()
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE planted (bytes BLOB)")

        def in_wal(plant: bytes) -> None:
            connection.execute("INSERT INTO planted VALUES (?)", (plant,))

        def in_database(plant: bytes) -> None:
            in_wal(plant)
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

        yield {
            "intake/intake.db": in_database,
            "intake/intake.db-wal": in_wal,
            served.intake.log.name: append_to(served.intake.log),
            "tmp/upload": append_to(rehearsal.folder / "tmp" / "upload"),
            "bundle.tar": append_to(rehearsal.bundle),
        }


def append_to(file: Path) -> Plant:
    def plant(data: bytes) -> None:
        with file.open("ab") as stream:
            stream.write(b"before " + data + b" after")

    return plant


@pytest.mark.parametrize("kind", ["intake/intake.db", "intake/intake.db-wal", "log", "tmp/upload", "bundle.tar"])
def test_a_canary_in_a_file_is_found_in_every_encoding(
    kind: str, place: dict[str, Plant], rehearsal: Rehearsal, served: Serving
) -> None:
    name = served.intake.log.name if kind == "log" else kind
    for way in WAYS:
        place[name](encoded(way))
    assert_all_are_found({name: written(rehearsal, served)[name]})


def assert_all_are_found(evidence: dict[str, bytes]) -> None:
    """Each way's own canary, by one search."""
    hits = find({" ".join(way): canary(way) for way in WAYS}, evidence)
    assert {hit.canary for hit in hits} == {" ".join(way) for way in WAYS}


@pytest.mark.parametrize("place", ["name", "folder", "link", "attribute"])
def test_a_canary_in_what_is_told_of_a_file_is_found(place: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    if place == "name":
        (tmp_path / WORDS).touch()
    elif place == "folder":
        (tmp_path / WORDS).mkdir()
    elif place == "link":
        (tmp_path / "link").symlink_to(f"/nowhere/{WORDS}")
    else:
        os.setxattr(file, "user.origin", WORDS.encode())
    assert find({"words": WORDS}, below(tmp_path, tmp_path))


def test_files_without_a_canary_are_gathered_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(b"nothing")
    found = below(tmp_path, tmp_path)
    assert found["inner/file"] == b"nothing"
    assert find({"words": WORDS}, found) == []


@pytest.mark.parametrize("gather", [open_files, removed_files])
def test_a_canary_in_a_removed_file_that_is_still_open_is_found(gather: Gather, tmp_path: Path) -> None:
    hide = (
        "import tempfile; file = tempfile.TemporaryFile(); file.write(input().encode()); file.flush(); print(); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hide],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(WORDS.encode() + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        places = dict(gather(psutil.Process(process.pid), tmp_path))
        process.kill()
    assert find({"words": WORDS}, places)


def test_canaries_on_the_wire_are_found_in_both_directions_and_every_encoding() -> None:
    data = b" ".join(encoded(way) for way in WAYS)
    with socket.create_server(("127.0.0.1", 0)) as echo, tap(echo.getsockname()[1]) as wire:
        with socket.create_connection(("127.0.0.1", wire.port)) as browser:
            server, _ = echo.accept()
            with server:
                browser.sendall(b"GET / HTTP/1.1\r\n\r\n" + data)
                read_all(server, data)
                server.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + data)
                read_all(browser, data)
        for name, stream in wire.recorded().items():
            assert_all_are_found({name: stream})
        assert list(wire.recorded()) == ["to server 0", "from server 0"]


def read_all(connection: socket.socket, data: bytes) -> None:
    """Until these bytes came."""
    came = b""
    while not came.endswith(data):
        piece = connection.recv(1 << 16)
        assert piece
        came += piece
