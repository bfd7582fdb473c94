"""Hosts that serve one intake, as an operator starts them: each with a folder of its own, all on one database."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from shutil import copytree

from intake import config
from intake.store import Store
from tests.intake.conftest import address, make_folder, take
from tests.intake.databases import Databases
from tests.material import Portal, make_portal

TODAY = datetime.now(UTC).date().isoformat()
_INTAKE = str(Path(sys.executable).with_name("intake"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A running `intake serve`: its folder, its port, and what it wrote to its two outputs."""

    folder: Path
    port: int
    log: Path

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body of the answer to one request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def put(self, submission_id: bytes, envelope: bytes) -> int:
        """The status of the answer."""
        headers = {"Parts": "0", "Directory": "1", "Epoch": TODAY[:7]}
        return self.ask("PUT", address(submission_id), envelope, headers)[0]


def run(folder: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`intake COMMAND` on the folder of a host."""
    return subprocess.run(
        [_INTAKE, command, str(folder), *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def portal_of_today() -> Portal:
    """A portal whose first ceremony is today, with keys for this month and the next."""
    first = date.fromisoformat(TODAY).replace(day=1)
    epochs = [(first + timedelta(days=32 * months)).strftime("%Y-%m") for months in range(2)]
    return make_portal(day=TODAY, epochs=epochs)


@contextmanager
def serving(base: Path, portal: Portal, databases: Databases, count: int) -> Iterator[Sequence[Host]]:
    """So many hosts with two workers each, demos that have imported the ceremony's file."""
    folder = make_folder(base / "host-0", portal, TODAY, databases=databases, demo=True)
    with (folder / config.SETTINGS).open("a") as written:
        written.write("[limits]\nbusy_seconds = 60\n")  # an answer of 429 is a fault here, however slow the machine
    settings = config.load(folder)
    store = Store.open(settings.database, settings.limits, portal.name)
    take(store, portal, portal.ceremony_file(), TODAY)
    store.close()
    folders = [folder, *(copytree(folder, base / f"host-{number}") for number in range(1, count))]
    with ExitStack() as running:
        yield [running.enter_context(_served(one)) for one in folders]


@contextmanager
def _served(folder: Path) -> Iterator[Host]:
    log = folder.with_suffix(".log")
    command = [_INTAKE, "serve", str(folder), "--port", "0", "--workers", "2"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, "HOME": "/nonexistent"})
    try:
        yield Host(folder=folder, port=_port(log, process), log=log)
    finally:
        process.terminate()
        process.wait(60)


def _port(log: Path, process: "subprocess.Popen[bytes]") -> int:
    until = time.monotonic() + 60
    while (found := re.search(r"listening on http://127\.0\.0\.1:(\d+)\n", log.read_text())) is None:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.05)
    return int(found[1])
