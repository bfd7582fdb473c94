"""The real server: nothing is lost under load, nothing is said about it, nothing of a request is in any log."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from crypto.wire.age import ENVELOPE_LENGTHS
from intake import headers
from intake.headers import Kind
from tests.intake.conftest import address
from tests.serving import TODAY, Served, sealed_with, serving

CANARY = "canary-7d31"
LIMITS = """
request_line_bytes = 300
header_fields = 20
header_field_bytes = 400
silence_seconds = 2
head_seconds = 2
body_seconds = 2
threads = 4
"""


THREADS = 8  # of both workers
Opened = Callable[[int, bytes], list[socket.socket]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An intake with two workers on a free port."""
    with serving(tmp_path_factory.mktemp("served"), workers=2, limits=LIMITS) as started:
        yield started


def test_sixteen_parallel_submitters_lose_nothing(served: Served) -> None:
    envelopes = [served.portal.envelope(size, epoch=TODAY[:7]) for size in (0, 0, 1)]
    ids = [bytes([submitter, number]) * 8 for submitter in range(16) for number in range(6)]

    def submit(submitter: int) -> list[int]:
        mine = ids[submitter * 6 : submitter * 6 + 6]
        return [served.put(one, envelopes[number % 3]) for number, one in enumerate([*mine, mine[0]])]

    with ThreadPoolExecutor(16) as submitters:
        statuses = [status for found in submitters.map(submit, range(16)) for status in found]
    assert statuses == [204] * (16 * 7)
    store = served.store()
    with store.look() as look:
        assert {one.id for one in look.waiting(TODAY, 999)} >= set(ids)
    store.close()


def test_no_process_that_breaks_leaves_its_memory_on_a_disk(served: Served) -> None:
    for process in (served.process.pid, *served.workers()):
        with open(f"/proc/{process}/limits", encoding="ascii") as limits:
            of_dumps = next(line.split() for line in limits if line.startswith("Max core file size"))
        assert of_dumps[4:6] == ["0", "0"]


def test_one_identifier_that_many_want_at_once_goes_to_exactly_one(served: Served) -> None:
    envelopes = [served.portal.envelope(epoch=TODAY[:7]) for _ in range(8)]
    with ThreadPoolExecutor(8) as submitters:
        statuses = list(submitters.map(lambda envelope: served.put(b"\xfe" * 16, envelope), envelopes))
    assert sorted(statuses) == [204, *[409] * 7]


def test_the_headers_on_the_wire_are_ours_and_three_of_the_connection(served: Served) -> None:
    for path, kind in (("/en/write", Kind.FORM), ("/start", Kind.DATA), ("/nothing", Kind.PAGE)):
        answer = served.ask("GET", path)
        found = {name: value for name, value in answer.getheaders() if name not in ("Content-Type", "Vary")}
        of_the_connection = {found.pop(name) and name for name in ("Date", "Connection", "Content-Length")}
        assert found == headers.of(kind)
        assert len(of_the_connection) == 3


def test_a_stored_submission_is_answered_without_a_body_or_a_type(served: Served) -> None:
    answer = served.ask("PUT", address(b"\xfd" * 16), served.portal.envelope(epoch=TODAY[:7]), **sealed_with())
    assert answer.status == 204
    names = {name for name, _ in answer.getheaders()} - headers.of(Kind.DATA).keys()
    assert names == {"Date", "Connection"}


@pytest.mark.parametrize(
    "request_bytes",
    [
        f"{CANARY}\r\n\r\n",
        f"GET /{CANARY} HTTP/9.9\r\n\r\n",
        f"GET /{CANARY} HTTP/1.1\r\nHost: x\r\n{CANARY}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nX: {CANARY}\x00\r\n\r\n",
        f"GET /{CANARY}{'a' * 300} HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nX: {CANARY}{'a' * 500}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n" + f"X: {CANARY}\r\n" * 40 + "\r\n",
        f"POST /mailbox HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {CANARY}\r\n\r\n",
        f"POST /mailbox HTTP/1.1\r\nHost: x\r\nContent-Length: {CANARY}\r\n\r\n",
        f"POST /mailbox HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{CANARY}",
        f"POST /mailbox HTTP/1.1\r\nHost: x\r\nExpect: {CANARY}\r\nContent-Length: 34\r\n\r\n",
    ],
    ids=range(11),
)
def test_what_is_not_well_formed_gets_one_short_answer_that_repeats_nothing(served: Served, request_bytes: str) -> None:
    answer = served.raw(request_bytes.encode("latin-1"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert body == b""
    assert CANARY.encode() not in answer
    found = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    expected = {**headers.of(Kind.DATA, well=False), "Connection": "close", "Content-Length": "0"}
    assert {name.decode(): value.decode() for name, value in found.items()} == expected


@pytest.mark.parametrize("length", [ENVELOPE_LENGTHS[3] + 1, 10**9, 10**30])
def test_a_huge_body_is_refused_by_what_it_says_of_itself(served: Served, length: int) -> None:
    head = f"PUT {address(bytes(16))} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    answer = served.raw(
        f"{head}Parts: 0\r\nDirectory: 1\r\nEpoch: {TODAY[:7]}\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    assert answer.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 "))


def test_chunks_are_refused(served: Served) -> None:
    answer = served.raw(
        b"POST /mailbox HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"22\r\n" + bytes(34) + b"\r\n0\r\n\r\n"
    )
    assert b'"code":"wrong-length"' in answer


def test_asking_about_the_whole_server_says_nothing(served: Served) -> None:
    for target in ("*", "http://x/start", "//", "/%2e%2e/"):
        answer = served.raw(f"OPTIONS {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 405 ", b"HTTP/1.1 400 ")), target


def test_who_falls_silent_in_the_middle_is_let_go(served: Served, opened: Opened) -> None:
    before = time.monotonic()
    silent = opened(1, b"GET / HTT") + opened(1, PUT_LINE + PUT_HEAD + b"age")
    for one in silent:
        one.settimeout(10)
        while one.recv(65_536):
            pass
    assert time.monotonic() - before < 9
    assert served.ask("GET", "/start").status == 200


PUT_LINE = f"PUT {address(b'y' * 16)} HTTP/1.1\r\nHost: x\r\n".encode()
PUT_HEAD = f"Parts: 0\r\nDirectory: 1\r\nEpoch: {TODAY[:7]}\r\nContent-Length: 57782\r\n\r\n".encode()


@pytest.fixture
def opened(served: Served) -> Iterator[Opened]:
    """Opens so many connections that begin with these bytes."""
    made: list[socket.socket] = []

    def begin(count: int, data: bytes) -> list[socket.socket]:
        begun = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(count)]
        made.extend(begun)
        for one in begun:
            one.sendall(data)
        return begun

    yield begin
    for one in made:
        one.close()


def is_cut(connection: socket.socket, data: bytes) -> bool:
    """Whether the server has ended this connection; otherwise it gets these bytes more."""
    connection.setblocking(False)
    try:
        connection.recv(1)
        return True
    except BlockingIOError:
        pass
    except OSError:
        return True
    try:
        connection.sendall(data)
    except OSError:
        return True
    return False


def test_who_sends_a_byte_now_and_then_is_cut_off_and_the_others_are_served(served: Served, opened: Opened) -> None:
    head = b"GET /start HTTP/1.1\r\nX: "
    slow = opened(THREADS, PUT_LINE + PUT_HEAD) + opened(5 * THREADS, head)
    before, held = time.monotonic(), slow
    while held and time.monotonic() - before < 15:
        time.sleep(0.25)
        held = [one for one in held if not is_cut(one, b"a")]
    assert 1.5 < time.monotonic() - before < 9
    assert served.answers_within(5)  # though all of them are still open at their ends


def test_who_sends_slowly_but_steadily_is_not_cut_off(served: Served, opened: Opened) -> None:
    """The control of the test above: the time that everybody has is over long before the body is."""
    envelope, parts = served.portal.envelope(epoch=TODAY[:7]), 12
    (line,) = opened(1, PUT_LINE + PUT_HEAD)
    size = len(envelope) // parts + 1
    for at in range(0, len(envelope), size):
        time.sleep(0.2)
        line.sendall(envelope[at : at + size])
    assert line.recv(20).startswith(b"HTTP/1.1 204 ")


@pytest.mark.parametrize("said", [b"", b"GET /start HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"])
def test_who_says_nothing_or_stays_after_the_end_holds_no_thread(served: Served, opened: Opened, said: bytes) -> None:
    opened(3 * THREADS, said)
    time.sleep(0.5)
    assert served.answers_within(6)


def test_who_leaves_in_the_middle_is_no_fault(served: Served) -> None:
    extra = f"Parts: 0\r\nDirectory: 1\r\nEpoch: {TODAY[:7]}\r\n"
    head = f"PUT {address(b'z' * 16)} HTTP/1.1\r\nHost: x\r\n{extra}Content-Length: 57782\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(head.encode() + bytes(1000))
    assert served.ask("GET", "/start").status == 200
    store = served.store()
    with store.look() as look:
        assert look.held(b"z" * 16) is None
    store.close()


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "PATH_INFO", "Script-Name", "X-Forwarded-Prefix", "X-Forwarded-Host"])
def test_nobody_says_for_another_which_path_is_asked_for(served: Served, name: str) -> None:
    answer = served.raw(f"GET /en/write HTTP/1.1\r\nHost: x\r\n{name}: /en\r\nConnection: close\r\n\r\n".encode())
    assert b'data-page="write"' in answer
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_log_injection_has_nothing_to_inject_into(served: Served) -> None:
    for path in (f"/{CANARY}", f"/en/{CANARY}%0a%0dERROR%20root", f"/submissions/{CANARY}", f"/log/{CANARY}%1b[31m"):
        for method in ("GET", "PUT", "POST", "BREW"):
            served.ask(method, path, b"", **{"User-Agent": CANARY, "Referer": CANARY, "X-Forwarded-For": CANARY})


@pytest.fixture(scope="module", autouse=True)
def logs_hold_nothing(served: Served) -> Iterator[None]:
    """Looked at after every test of this file has done its worst; a worker is also killed."""
    yield
    before = served.workers()
    os.kill(min(before), signal.SIGKILL)
    until = time.monotonic() + 10
    while (min(before) in served.workers() or len(served.workers()) < 2) and time.monotonic() < until:
        time.sleep(0.05)
    assert served.ask("GET", "/start").status == 200
    log = served.said().decode()
    assert CANARY not in log
    assert "127.0.0.1" not in log
    assert not re.search(r"/submissions|/mailbox|GET|PUT|POST", log)
    lines = [line for line in log.splitlines() if "was sent SIGKILL" not in line]
    assert lines == []
    for file in served.folder.iterdir():
        assert CANARY.encode() not in file.read_bytes(), file
