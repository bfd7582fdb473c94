"""A real `intake serve` on a free port of this machine, for tests that ask it over the wire.

with serving(folder, workers=2, limits="threads = 4") as served:
    served.ask("GET", "/start").status
    served.said()                            everything it wrote to its two outputs so far
"""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from socket import create_connection

from intake import config
from intake.store import Store
from tests.intake.conftest import address, make_folder, take
from tests.material import Portal, make_portal

TODAY = datetime.now(UTC).date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running intake: its folder, port, portal and what it wrote to its two outputs."""

    folder: Path
    port: int
    portal: Portal
    log: Path
    spoken: Path
    process: subprocess.Popen[bytes]

    def connection(self) -> http.client.HTTPConnection:
        """A new connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, method: str, path: str, body: bytes | None = None, **extra: str) -> http.client.HTTPResponse:
        """The answer, read."""
        connection = self.connection()
        connection.request(method, path, body, extra)
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def put(self, submission_id: bytes, envelope: bytes) -> int:
        """The status of the answer."""
        return self.ask("PUT", address(submission_id), envelope, **sealed_with()).status

    def raw(self, data: bytes) -> bytes:
        """What the server says to these bytes before it closes."""
        with create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(data)
            answer = b""
            while piece := connection.recv(65_536):
                answer += piece
            return answer

    def workers(self) -> set[int]:
        """Its processes that accept connections."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(one) for one in children.read_text().split()}

    def answers_within(self, seconds: float) -> bool:
        """Whether the next visitor gets an answer in this time."""
        before = time.monotonic()
        return self.ask("GET", "/start").status == 200 and time.monotonic() - before < seconds

    def said(self) -> bytes:
        """Both outputs so far, without the line that says where it listens."""
        return self.log.read_bytes() + b"".join(self.spoken.read_bytes().splitlines(keepends=True)[1:])

    def store(self) -> Store:
        """Its database."""
        settings = config.load(self.folder)
        return Store.open(settings.database, settings.limits, self.portal.name)


def sealed_with() -> dict[str, str]:
    """What a browser sends along with an envelope today."""
    return {"Parts": "0", "Directory": "1", "Epoch": TODAY[:7]}


@contextmanager
def serving(base: Path, *, workers: int, limits: str) -> Iterator[Served]:
    """An intake in an empty folder, with keys for this month and the next; `limits` are lines of `[limits]`."""
    first = date.fromisoformat(TODAY).replace(day=1)
    portal = make_portal(
        day=TODAY, epochs=[(first + timedelta(days=32 * months)).strftime("%Y-%m") for months in range(2)]
    )
    folder = _folder(base / "intake", portal, limits)
    log, spoken, home = base / "log", base / "spoken", base / "home"
    home.mkdir()
    command = [str(Path(sys.executable).with_name("intake")), "serve", str(folder)]
    with log.open("wb") as errors, spoken.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", "0", "--workers", str(workers)],
            stdout=output,
            stderr=errors,
            env={**os.environ, "HOME": str(home)},
            cwd=home,
        )
    try:
        port = _port(spoken, process)
        yield Served(folder=folder, port=port, portal=portal, log=log, spoken=spoken, process=process)
    finally:
        process.terminate()
        process.wait(20)
    assert list(home.iterdir()) == []  # no control socket, no file of the server's own


def _folder(folder: Path, portal: Portal, limits: str) -> Path:
    make_folder(folder, portal, TODAY)
    with (folder / config.SETTINGS).open("a") as settings:
        settings.write(f"\n[limits]\n{limits}")
    loaded = config.load(folder)
    store = Store.open(loaded.database, loaded.limits, portal.name)
    take(store, portal, portal.ceremony_file(), TODAY)
    store.close()
    return folder


def _port(spoken: Path, process: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + 30
    while not (said := spoken.read_bytes()).endswith(b"\n"):
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.02)
    found = re.fullmatch(rb"listening on http://127\.0\.0\.1:(\d+)\n", said)
    assert found is not None
    return int(found[1])
