"""A core dump of intake tells nothing, whenever it is taken; and who searches one finds what is there."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page

from deploy.rehearsal import Rehearsal
from deploy.serving import HOST, Serving
from tests.journey.browsing import PersonWithFiles
from tests.journey.canaries import find
from tests.journey.cores import PAGE, Memory, memories, memory, peeked, since
from tests.journey.desk import Desk
from tests.journey.scripts import FRENCH
from tests.journey.test_canaries import WORDS
from tests.journey.test_canary_control import WAYS, canary, encoded
from tests.journey.test_journey import canaries_of, carry_out

pytestmark = pytest.mark.timeout(900)
NAME, INSIDE = "attestation du héron cuivré", "le héron cuivré habite au numéro 4711"
HELD = f"held by intake: {WORDS}"
_READ_WITHIN_SECONDS = 60


def test_no_process_of_intake_has_in_memory_what_was_written_or_answered(
    page: Page, tmp_path: Path, desk: Desk, rehearsal: Rehearsal, served: Serving
) -> None:
    intake, cases = psutil.Process(served.intake.process.pid), desk.cases()
    before = memories(intake)
    person = PersonWithFiles(page, served.intake.address.rstrip("/"), FRENCH.language)
    file = tmp_path / f"{NAME}.txt"
    file.write_text(INSIDE * 9, "utf-8")
    person.open_form()
    person.choose(FRENCH.committee)
    person.tell(FRENCH.account, FRENCH.unsafe)
    person.choose_files([file])
    receipt = person.send()
    sent = while_a_body_comes_in(intake, served.intake.port)

    carry_out(rehearsal)
    (case,) = desk.cases() - cases
    desk.open(case)
    acknowledgment = desk.acknowledge()
    assert rehearsal.carry_back()
    person.come_back(receipt)
    person.add(FRENCH.more)
    answered = memories(intake)

    assert len(before) >= 3  # the one that listens, and those that answer
    assert before.keys() == sent.keys() == answered.keys()
    found = since(before.values(), {f"{name}, sent": data for name, data in sent.items()})
    found |= since([*before.values(), *sent.values()], answered)
    assert find({"what came in as it is": HELD}, found)
    canaries = {**canaries_of(FRENCH, receipt, acknowledgment), "name": NAME, "inside": INSIDE}
    assert find(canaries, found) == []


def while_a_body_comes_in(intake: psutil.Process, port: int) -> dict[str, Memory]:
    """The memories while intake holds a submission that has not come to its end: words as they are."""
    head = f"PUT /submissions/{'A' * 22} HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Length: 57782\r\n"
    headers = "Content-Type: application/octet-stream\r\nParts: 0\r\nDirectory: 1\r\nEpoch: 2026-11\r\n\r\n"
    deadline = time.monotonic() + _READ_WITHIN_SECONDS
    with socket.create_connection((HOST, port)) as connection:
        connection.sendall((head + headers).encode("ascii") + HELD.encode())
        while True:
            found = memories(intake)
            if any(HELD.encode() in piece for pieces in found.values() for piece in pieces):
                return found
            assert time.monotonic() < deadline, "what came in is not found"


@contextmanager
def holding(things: Sequence[bytes]) -> Iterator[int]:
    """A process, by its id, that has these in memory, and only so: they come to it and are made there bit by bit."""
    hold = (
        "import sys, time; came = sys.stdin.buffer.read().splitlines();"
        "held = [bytes(byte ^ 1 for byte in bytes.fromhex(line.decode())) for line in came];"
        "print(len(held), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"\n".join(bytes(byte ^ 1 for byte in thing).hex().encode("ascii") for thing in things))
        process.stdin.close()
        assert int(process.stdout.readline()) == len(things)
        yield process.pid
        process.kill()


@pytest.mark.parametrize("take", [memory, peeked])
def test_a_canary_in_memory_is_found_in_every_encoding(take: Callable[[int], Memory]) -> None:
    with holding([]) as pid:
        before = take(pid)
    with holding([encoded(way) for way in WAYS]) as pid:
        places = since([before], {"memory": take(pid)})
    hits = find({" ".join(way): canary(way) for way in WAYS}, places)
    assert {hit.canary for hit in hits} == {" ".join(way) for way in WAYS}


def test_words_that_no_process_holds_are_not_found() -> None:
    with holding([b"nothing of interest"]) as pid:
        assert find({"words": WORDS}, since([], {"memory": memory(pid)})) == []


def test_what_was_in_memory_before_is_left_out_and_what_stands_beside_something_new_is_not() -> None:
    pages = [bytes([number]) * PAGE for number in range(6)]
    before = [b"".join(pages[:4])]
    now = {"the same": [b"".join(pages[:3])], "moved": [pages[3] + pages[0]], "new": [b"".join(pages[2:5])]}
    assert since([before], now) == {
        "the same": pages[2],
        "moved": pages[3] + pages[0],
        "new": pages[3] + pages[4],
    }
