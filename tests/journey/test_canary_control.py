"""The control of the search: a canary planted in every place, in every encoding, is found there."""

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
from tests.journey.evidence import open_files, written
from tests.journey.tap import tap
from tests.journey.test_canaries import ENCODERS, WORDS

CHARSETS = ("utf-8", "utf-16-le", "utf-16-be")
WAYS = [(charset, name) for charset in CHARSETS for name in ENCODERS]

Plant = Callable[[bytes], None]


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
    evidence = {name: written(rehearsal, served)[name]}
    assert [way for way in WAYS if not find({"words": canary(way)}, evidence)] == []


def test_a_canary_in_a_removed_file_that_is_still_open_is_found(tmp_path: Path) -> None:
    hide = (
        "import tempfile; file = tempfile.TemporaryFile(); file.write(input().encode()); file.flush(); print(); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hide], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(WORDS.encode() + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        places = dict(open_files(psutil.Process(process.pid), tmp_path))
        process.kill()
    assert find({"words": WORDS}, places)


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_a_canary_on_the_wire_is_found_in_both_directions(way: tuple[str, str]) -> None:
    data = encoded(way)
    with socket.create_server(("127.0.0.1", 0)) as echo, tap(echo.getsockname()[1]) as wire:
        with socket.create_connection(("127.0.0.1", wire.port)) as browser:
            server, _ = echo.accept()
            with server:
                browser.sendall(b"GET /" + data + b" HTTP/1.1\r\n\r\n")
                assert server.recv(1 << 16)
                server.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + data)
                assert browser.recv(1 << 16)
        hits = find({"words": canary(way)}, wire.recorded())
    assert {hit.place.partition(" 0")[0] for hit in hits} == {"to server", "from server"}
