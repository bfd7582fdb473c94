"""A Chromium that nothing watches but what is measured, and how much memory its processes take."""

import json
import os
import select
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.chromium import ARGUMENTS, CHROMIUM

_ANSWER_WITHIN_SECONDS = 120
_LOOK_EVERY_SECONDS = 0.05


@dataclass(slots=True)
class Growth:
    """Bytes held at most above what was held when it began."""

    held: Callable[[], int]
    before: int | None = None
    most: int = 0

    def begin(self) -> None:
        """What is held now is not counted."""
        self.before = self.held()

    def look(self) -> None:
        """Once more."""
        if self.before is not None:
            self.most = max(self.most, self.held() - self.before)


@contextmanager
def growing(process: psutil.Process) -> Iterator[Growth]:
    """Watches a process and all that it started."""
    growth, over = Growth(lambda: _held(process)), threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_EVERY_SECONDS):
            growth.look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield growth
    finally:
        over.set()
        watcher.join()


def _held(process: psutil.Process) -> int:
    """Bytes of all these processes, each shared page counted once (`Pss`, proc(5))."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        with suppress(FileNotFoundError, ProcessLookupError):
            lines = Path(f"/proc/{one.pid}/smaps_rollup").read_text("ascii").splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


@dataclass(slots=True, kw_only=True)
class Tab:
    """One page, by Chromium's own protocol over its pipe: JSON, with a zero behind each message."""

    process: psutil.Popen
    told: int
    said: int
    session: str | None = None
    number: int = 0
    rest: bytes = field(default=b"", repr=False)

    def run(self, script: str) -> Any:
        """What the script comes to, or the promise that it is. Raises RuntimeError when it throws."""
        return self._evaluated(script, returnByValue=True, awaitPromise=True).get("value")

    def give(self, selector: str, file: Path) -> None:
        """Chooses the file in this field."""
        field_ = self._evaluated(f"document.querySelector({json.dumps(selector)})")
        self.ask("DOM.setFileInputFiles", files=[str(file)], objectId=field_["objectId"])

    def ask(self, method: str, **parameters: object) -> Any:
        """Raises RuntimeError when Chromium refuses, TimeoutError when it is silent."""
        self.number += 1
        where = {} if self.session is None else {"sessionId": self.session}
        os.write(
            self.told, json.dumps({"id": self.number, "method": method, "params": parameters, **where}).encode() + b"\0"
        )
        while (answer := json.loads(self._next())).get("id") != self.number:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _evaluated(self, script: str, **how: bool) -> Any:
        answer = self.ask("Runtime.evaluate", expression=script, **how)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"]

    def _next(self) -> bytes:
        while b"\0" not in self.rest:
            if not select.select([self.said], [], [], _ANSWER_WITHIN_SECONDS)[0]:
                raise TimeoutError("Chromium does not answer")
            if not (more := os.read(self.said, 65_536)):
                raise RuntimeError("Chromium has ended")
            self.rest += more
        message, _, self.rest = self.rest.partition(b"\0")
        return message


@contextmanager
def unwatched(profile: Path, address: str) -> Iterator[Tab]:
    """A page of a Chromium that is told to run scripts and nothing else: Playwright's has a log of all that is sent."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    chromium = (CHROMIUM, *ARGUMENTS, "--headless", "--remote-debugging-pipe", f"--user-data-dir={profile}")
    joined = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
    process = psutil.Popen(
        ["bash", "-c", joined, "bash", *chromium], pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        tab = Tab(process=process, told=ours_out, said=ours_in)
        target = tab.ask("Target.createTarget", url="about:blank")["targetId"]
        tab.session = tab.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab.ask("Page.navigate", url=address)
        yield tab
    finally:
        for one in (*process.children(recursive=True), process):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()
        os.close(ours_out)
        os.close(ours_in)
