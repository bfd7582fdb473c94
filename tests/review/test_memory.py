"""After the lock nothing that still runs remembers a word or a key. The control finds both before."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psutil
import pytest

from tests.material import make_portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station

CANARY = "zinnia-quagmire-oboe-1847"
TRIAL = ("--port", "0", "--with-network")
_READY_WITHIN_SECONDS = 60.0


@dataclass(slots=True)
class Browser:
    """Speaks to the desk as a browser does, with its cookie."""

    host: str
    port: int
    cookie: str = ""
    page: str = field(default="", repr=False)
    location: str = ""

    def get(self, path: str) -> int:
        """Status of a page; its text is kept."""
        return self._ask("GET", path, None)

    def post(self, path: str, **form: str) -> int:
        """Status of a form of the page that is shown."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        assert found is not None
        return self._ask("POST", path, urlencode({"csrf_token": found[1], **form}))

    def _ask(self, method: str, path: str, body: str | None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_READY_WITHIN_SECONDS)
        headers = {
            "Host": f"{self.host}:{self.port}",
            "Cookie": f"desk={self.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        self.page, self.location = answer.read().decode(), answer.getheader("Location", "")
        given = re.match(r"desk=([0-9a-f]+)", answer.getheader("Set-Cookie", ""))
        self.cookie = given[1] if given else self.cookie
        connection.close()
        return answer.status


@contextmanager
def served_link(folder: Path, *options: str) -> Iterator[tuple[psutil.Process, str]]:
    """The desk as the command serves it: the listening process, and the link that it printed."""
    command = [str(Path(sys.executable).with_name("review")), "serve", str(folder), *(options or TRIAL)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            link = re.search(r"http://\S+", process.stdout.readline())
            assert link is not None
            yield psutil.Process(process.pid), link.group()
        finally:
            process.terminate()


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[psutil.Process, Browser]]:
    """The same, and a browser that has followed the link."""
    with served_link(folder, *options) as (process, link):
        parts = urlsplit(link)
        assert parts.hostname is not None
        assert parts.port is not None
        browser = Browser(host=parts.hostname, port=parts.port)
        assert browser.get(parts.path) == 303
        yield process, browser


def utc_day() -> str:
    """Today, as the served desk counts it."""
    return datetime.now(UTC).date().isoformat()


def remembers(process: psutil.Process, canary: bytes) -> bool:
    """Whether the bytes stand anywhere in the writable memory of the process."""
    maps = Path(f"/proc/{process.pid}/maps").read_text().splitlines()
    with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            region, rights = line.split()[:2]
            if rights.startswith("rw"):
                first, last = (int(number, 16) for number in region.split("-"))
                if canary in _read(memory.fileno(), first, last - first):
                    return True
    return False


def _read(descriptor: int, at: int, size: int) -> bytes:
    try:
        return os.pread(descriptor, size, at)
    except OSError:  # a region that the kernel keeps to itself
        return b""


def any_remembers(processes: Sequence[psutil.Process], canaries: Sequence[bytes]) -> bool:
    """Whether one of the processes remembers one of these."""
    return any(remembers(process, canary) for process in processes for canary in canaries)


def wait_until(holds: Callable[[], bool]) -> None:
    """Returns as soon as it holds; fails when it never does."""
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may read the memory of a hardened process")
def test_locking_leaves_no_word_and_no_key_in_any_process(tmp_path: Path) -> None:
    today = utc_day()
    portal = make_portal(day=today, epochs=[today[:7]])
    station = Station(tmp_path / "station", portal)
    station.add_untold("cat")
    writer = Writer(portal=portal)
    day = close_day(portal, [writer.seal(writer.account(f"Before. {CANARY} Behind."), epoch=today[:7])], day=today)
    station.trust("cat")
    station.take("cat", bundle(portal, [day]), today)
    words = [CANARY.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-32-le")]
    seed = portal.vaults["cat"].sign_seed

    with served(station.folder) as (listening, browser):
        assert browser.get("/unlock") == 200
        assert browser.post("/unlock", **{"passphrase-cat": PASSPHRASE}) == 303
        assert browser.get("/cases/cat/1") == 200
        assert CANARY in browser.page
        others = listening.children(recursive=True)
        worker, keeper = others
        assert any_remembers([worker, keeper], words)
        assert remembers(keeper, seed)
        assert not any_remembers([listening, worker], [seed])

        assert browser.post("/lock") == 303
        wait_until(lambda: not any(process.is_running() for process in others))
        assert browser.get("/cases/cat/1") == 303
        assert browser.get("/unlock") == 200
        left = [listening, *listening.children(recursive=True)]
        assert len(left) == 2
        assert not any_remembers(left, [*words, seed, PASSPHRASE.encode()])

        assert browser.post("/unlock", **{"passphrase-cat": PASSPHRASE}) == 303
        assert browser.get("/cases/cat/1") == 200
        assert CANARY in browser.page


def test_ending_the_command_ends_every_process(station: Station) -> None:
    with served(station.folder) as (listening, browser):
        browser.get("/unlock")
        browser.post("/unlock", **{"passphrase-cat": PASSPHRASE})
        everyone = [listening, *listening.children(recursive=True)]
        assert len(everyone) == 3
    wait_until(lambda: not any(process.is_running() for process in everyone))
