"""The web app's end of a keeper: starts it, asks it, ends it."""

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from crypto.errors import FormatError
from review.anchor import Outside
from review.passphrase import NEWEST_PROFILE
from review.pipe import PipeClosedError, read_answer, read_so_far, receive, send
from review.refusals import Refused

_SECONDS_TO_END = 1.0
_PATIENCE_SECONDS = 5.0

Told = Callable[[int], None]
"""Is told how much of long work is done; it must not raise, for an answer is still to come."""


class KeeperProcess:
    """One vault in a process of its own. Threads of the web app take turns."""

    def __init__(self, station: Path, vault: str) -> None:
        self._station = station
        self._vault = vault
        self._turn = threading.Lock()
        # Nothing of our own environment goes along, and nothing the keeper might say when it breaks comes back.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "review.keeper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(Path(__file__).parent.parent), "LANG": "C.UTF-8"},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def create(self, passphrase: str, day: str, profile: str = NEWEST_PROFILE) -> None:
        """Makes the vault. Afterwards it is open. No command names another profile than the newest."""
        self._enter("create", passphrase, day, profile=profile)

    def open(self, passphrase: str, day: str, key_file: Path | None = None) -> Outside:
        """Opens the vault; how it fits to what the station remembers of it."""
        found: Outside = self._enter("open", passphrase, day, key_file)["outside"]
        return found

    def examine(self, file: Path, passphrase: str, day: str, key_file: Path | None = None) -> dict[str, Any]:
        """What the vault of a backup says of itself, opened from there. No vault is open afterwards."""
        facts: dict[str, Any] = self._enter("examine", passphrase, day, key_file, file=str(file))["facts"]
        return facts

    def restore(self, file: Path, passphrase: str, day: str, key_file: Path | None = None) -> str:
        """Makes the vault of a backup in the station. It is not open afterwards. Its name."""
        made: str = self._enter("restore", passphrase, day, key_file, file=str(file))["vault"]
        return made

    def ask(self, action: str, day: str, **given: Any) -> dict[str, Any]:
        """The answer; raises `Refused`: `keeper-gone` when the process has ended, `busy` when it is at long work.

        Who waited for its turn without end would hold a thread that the lock button needs.
        """
        return self._ask(_PATIENCE_SECONDS, action, day, given)

    def ask_patiently(self, action: str, day: str, **given: Any) -> dict[str, Any]:
        """The same, however long others are at their turn: not for a page."""
        return self._ask(-1, action, day, given)

    def follow(self, told: Told, action: str, day: str, **given: Any) -> dict[str, Any]:
        """The same, and `told` hears how much of it is done."""
        return self._ask(-1, action, day, given, told)

    def _ask(
        self, patience: float, action: str, day: str, given: dict[str, Any], told: Told = lambda _done: None
    ) -> dict[str, Any]:
        source, out = self._process.stdout, self._process.stdin
        assert source is not None
        assert out is not None
        if not self._turn.acquire(timeout=patience):
            raise Refused("busy", vault=self._vault)
        try:
            send(out, {"do": action, "day": day, "with": given})
            while (done := read_so_far(value := receive(source))) is not None:
                told(done)
            return read_answer(value)
        except (PipeClosedError, FormatError):
            # What is left in the pipe would be taken for the next answer.
            self.end()
            raise Refused("keeper-gone", vault=self._vault) from None
        finally:
            self._turn.release()

    def end(self) -> None:
        """Terminates, then kills. When this returns the process is gone, and its memory with it."""
        self._process.terminate()
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            # What a keeper that died has not read can no longer be written.
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _enter(
        self, action: str, passphrase: str, day: str, key_file: Path | None = None, **more: str
    ) -> dict[str, Any]:
        place = {"station": str(self._station), "vault": self._vault, "passphrase": passphrase}
        try:
            return self.ask(action, day, **place, key_file="" if key_file is None else str(key_file), **more)
        except Refused:
            self.end()
            raise
