"""`intake serve`, started again whenever it ends: what `Restart=always` in a unit of systemd does.

Nothing else is done for it: no worker that outlives its arbiter is ended, no file is removed, no database repaired.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import AF_INET, SOCK_STREAM, socket
from time import sleep

import psutil

from tests.kills.ledger import now

INTAKE = str(Path(sys.executable).with_name("intake"))
WORKERS = 2
_RESTART_SECONDS = 0.1
"""What systemd waits where a unit says nothing."""

_FREE_PORTS = range(21_000, 31_000)
"""Below those that the system gives away, or another test would be given ours while nobody listens on it."""


@dataclass(slots=True, eq=False)
class Service:
    """The service of one folder, on one port from its first start to its last."""

    folder: Path
    port: int
    log: Path
    starts: int = 0
    _process: "subprocess.Popen[bytes] | None" = None
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until `stop`; the body of a thread."""
        serve = [INTAKE, "serve", str(self.folder), "--port", str(self.port), "--workers", str(WORKERS)]
        command = ["setpriv", "--pdeathsig=KILL", "--", *serve]  # it does not outlive the tests, however they end
        with self.log.open("ab") as output:
            while not self._over.is_set():
                self._process = subprocess.Popen(command, stdout=output, stderr=output, cwd=self.folder.parent)
                self.starts += 1
                self._process.wait()
                sleep(_RESTART_SECONDS)

    def stop(self) -> None:
        """As systemd stops it."""
        self._over.set()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)

    def arbiter(self) -> int | None:
        """The process that accepts no connection, if it lives."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def workers(self) -> list[int]:
        """Its children."""
        arbiter = self.arbiter()
        if arbiter is None:
            return []
        with suppress(OSError):
            return [int(one) for one in Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()]
        return []

    def left(self) -> list[int]:
        """Every process that still serves the folder, whoever its parent is."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if str(self.folder) in process.cmdline():
                    found.append(process.pid)
        return found

    def answers(self) -> bool:
        """Whether a visitor gets an answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/start")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def answers_again(self, seconds: float, starts: int = 1) -> float | None:
        """How long it took until it had been started so often, had workers, and gave an answer, if that came."""
        began = now()
        while not (self.starts >= starts and self.workers() and self.answers()):
            if now() - began > seconds:
                return None
            sleep(0.02)
        return now() - began


def kill(pid: int) -> bool:
    """-9; whether it was still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def serving(folder: Path) -> Iterator[Service]:
    """The service of this folder; none of its processes is left at the end."""
    service = Service(folder=folder, port=_free_port(), log=folder.parent / "serve.log")
    thread = threading.Thread(target=service.run, name="supervisor")
    thread.start()
    try:
        yield service
    finally:
        service.stop()
        thread.join(60)


def _free_port() -> int:
    first = os.getpid() * 7 % len(_FREE_PORTS)
    for turn in range(len(_FREE_PORTS)):
        port = _FREE_PORTS[(first + turn) % len(_FREE_PORTS)]
        with suppress(OSError), socket(AF_INET, SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")
