"""`make run` does what it says on the screen, and ends as it promises: no process and no file stays behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser

from tests.journey.desk import Desk
from tests.journey.looks import looking
from tests.journey.person import Answer, Person
from tests.journey.scripts import LONG

ROOT = Path(__file__).resolve().parents[2]
DEMO = [sys.executable, "-m", "deploy.demo"]
FREE_PORTS = {"INTAKE_PORT": "0", "STATION_PORT": "0"}

Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start_one() -> subprocess.Popen[str]:
        environment = {**os.environ, **FREE_PORTS}
        demo = subprocess.Popen(DEMO, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        started.append(demo)
        return demo

    yield start_one
    for demo in started:
        if demo.poll() is None:
            demo.terminate()
        demo.communicate()


def read_until(demo: subprocess.Popen[str], words: str) -> list[str]:
    """What the demo has said when these words appear."""
    assert demo.stdout is not None
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if words in line:
            return lines
    raise AssertionError(f"the demo ended before it said {words!r}: {lines}")


def folder_of(process: psutil.Process) -> Path | None:
    """Where a process works, unless it has ended."""
    try:
        return Path(process.cwd())
    except psutil.NoSuchProcess:
        return None


def family_of(demo: subprocess.Popen[str]) -> tuple[list[psutil.Process], Path]:
    """The processes that the demo started, as soon as there are any, and the folder they work in."""
    while demo.poll() is None:
        children = psutil.Process(demo.pid).children(recursive=True)
        for folder in map(folder_of, children):
            if folder not in (ROOT, None):
                return children, folder
    raise AssertionError("the demo ended by itself")


def test_a_demo_carries_an_answer_home_and_when_stopped_leaves_no_process_and_no_file(
    start: Start, chromium: Browser
) -> None:
    demo = start()
    said = "".join(read_until(demo, "Ctrl-C ends everything"))
    children, folder = family_of(demo)
    assert folder.stat().st_mode & 0o077 == 0

    form, desk_link = re.findall(r"http://\S+", said)
    passphrases = dict(re.findall(r"^    (\w+) +((?:[a-z]+ ){6}[a-z]+)$", said, re.MULTILINE))
    assert list(passphrases) == ["cat", "ced", "desk"]
    with looking(chromium) as page, looking(chromium) as desk_page:
        answer_a_message(Person(page, form.rstrip("/"), "en"), Desk(desk_page, desk_link), passphrases)

    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=30) == 0
    assert not folder.exists()
    assert psutil.wait_procs(children, timeout=5)[1] == []


def answer_a_message(person: Person, desk: Desk, passphrases: Mapping[str, str]) -> None:
    """What the demo tells people to try; the courier is the demo's own."""
    desk.unlock(passphrases)
    person.open_form()
    person.choose(LONG.committee)
    person.answer_questions(LONG.account, LONG.unsafe)
    receipt = person.send()
    within_a_minute(lambda: bool(desk.cases()))
    (case,) = desk.cases()
    desk.open(case)
    acknowledgment = desk.acknowledge()

    def answer_is_there() -> bool:
        person.come_back(receipt)
        return not person.nothing_is_there()

    within_a_minute(answer_is_there)
    assert person.answers() == [Answer(verdict="genuine", text=acknowledgment)]


def within_a_minute(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(1)


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGHUP])
def test_a_demo_stopped_in_the_middle_of_its_ceremony_leaves_nothing_either(
    asked: signal.Signals, start: Start
) -> None:
    demo = start()
    read_until(demo, "Making throw-away keys")
    children, folder = family_of(demo)
    demo.send_signal(asked)
    assert demo.wait(timeout=30) == 0
    assert not folder.exists()
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_a_taken_port_is_said_in_one_line_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = {**os.environ, **FREE_PORTS, "STATION_PORT": port}
        demo = subprocess.run(DEMO, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert demo.returncode == 1
    assert demo.stderr.splitlines() == [f"demo: port {port} is taken. Choose another: STATION_PORT=8080 make run"]
