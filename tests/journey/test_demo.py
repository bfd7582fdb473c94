"""`make run` ends as it promises: no process and no file stays behind, and it says so when a port is taken."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

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


def family_of(demo: subprocess.Popen[str]) -> tuple[list[psutil.Process], Path]:
    """The processes that the demo started, as soon as there are any, and the folder they work in."""
    while demo.poll() is None:
        children = psutil.Process(demo.pid).children(recursive=True)
        folders = {Path(child.cwd()) for child in children} - {ROOT}
        if folders:
            return children, folders.pop()
    raise AssertionError("the demo ended by itself")


def test_a_stopped_demo_leaves_no_process_and_no_file(start: Start) -> None:
    demo = start()
    said = "".join(read_until(demo, "Ctrl-C ends everything"))
    children, folder = family_of(demo)
    assert "http://127.0.0.1:" in said
    assert all(f"    {vault} " in said for vault in ("cat", "ced", "desk"))
    assert folder.stat().st_mode & 0o077 == 0
    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=30) == 0
    assert not folder.exists()
    assert psutil.wait_procs(children, timeout=5)[1] == []


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
