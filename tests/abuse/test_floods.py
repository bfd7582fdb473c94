"""Floods of parts: no more memory than threads, no room that is for envelopes, and nothing of what broke off."""

import os
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from crypto.wire.fields import to_base64url
from tests.intake.conftest import address
from tests.serving import TODAY, Served, sealed_with, serving

MIB = 2**20
THREADS, CLIENTS, FLOOD = 4, 32, 120
LIMITS = f"""
threads = {THREADS}
staged_parts = {FLOOD}
body_seconds = 2
silence_seconds = 2
busy_seconds = 60
"""


@pytest.fixture
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One process, which says nothing of what it goes through."""
    with serving(tmp_path_factory.mktemp("flooded"), workers=1, limits=LIMITS) as started:
        assert started.ask("GET", "/start").status == 200
        yield started
        assert len(started.workers()) == 1
    assert started.said() == b""


def put_part(served: Served, data: bytes) -> int:
    """A part under names that nobody used: the status of the answer."""
    submission_id, part = os.urandom(16), os.urandom(16)
    return served.ask("PUT", f"{address(submission_id)}/parts/{to_base64url(part)}", data).status


def memory(served: Served, what: str) -> int:
    """Bytes that the one worker holds (`VmRSS`), or held at most (`VmHWM`)."""
    (worker,) = served.workers()
    with open(f"/proc/{worker}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(what))


def test_a_flood_of_parts_takes_the_memory_of_its_threads_and_leaves_envelopes_their_room(flooded: Served) -> None:
    assert put_part(flooded, os.urandom(MIB)) == 204
    before, data = memory(flooded, "VmRSS"), os.urandom(MIB)
    with ThreadPoolExecutor(CLIENTS) as threads:
        statuses = Counter(threads.map(lambda _: put_part(flooded, data), range(FLOOD + 20)))
    assert statuses == {204: FLOOD - 1, 507: 21}
    assert memory(flooded, "VmHWM") - before < THREADS * 12 * MIB < FLOOD * MIB // 2
    for number in range(5):
        assert flooded.put(bytes([number]) * 16, flooded.portal.envelope(epoch=TODAY[:7])) == 204
    assert flooded.ask("POST", "/mailbox", bytes(34)).status == 200


def test_parts_that_break_off_are_nowhere_and_keep_nobody_out(flooded: Served) -> None:
    submission_id = b"\x0b" * 16
    with ExitStack() as open_connections:
        for number in range(CLIENTS):
            connection = open_connections.enter_context(socket.create_connection(("127.0.0.1", flooded.port)))
            path = f"{address(submission_id)}/parts/{to_base64url(bytes([number]) * 16)}"
            head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {MIB}\r\n\r\n".encode()
            connection.sendall(head + bytes(20_000))
        assert put_part(flooded, bytes(MIB)) == 204
    listed = flooded.ask("GET", f"{address(submission_id)}/parts")
    assert listed.body == b'{"parts":[],"v":1}'  # type: ignore[attr-defined]
    answer = flooded.ask("PUT", address(submission_id), flooded.portal.envelope(epoch=TODAY[:7]), **sealed_with())
    assert answer.status == 204
