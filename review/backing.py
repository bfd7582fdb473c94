"""One backup from writing to verified: the vault's keeper writes it, a keeper that knows nothing else opens it."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from review.durable import sweep_scratch
from review.faults import place_of
from review.process import KeeperProcess
from review.refusals import Refused
from review.throttle import Throttle

Step = Literal["writing", "opening", "comparing", "good", "refused"]


class BackupRun:
    """Of one vault into one folder, with the passphrase typed anew. `step` says how far it is, for whoever looks on."""

    def __init__(self, station: Path, vault: str, keeper: KeeperProcess, throttle: Throttle) -> None:
        self.vault = vault
        self.step: Step = "writing"
        self.refused: Refused | None = None
        self.name = ""
        self.bytes = 0
        self._station = station
        self._keeper = keeper
        self._throttle = throttle
        self._turn = threading.Lock()
        self._second: KeeperProcess | None = None
        self._stopped = False

    @property
    def is_over(self) -> bool:
        """Whether it is good or refused."""
        return self.step in ("good", "refused")

    def run(
        self,
        folder: Path,
        passphrase: str,
        day: str,
        say: Callable[[Step], None] = lambda _step: None,
        key_file: Path | None = None,
    ) -> None:
        """Until it is good, or raises the refusal.

        A file that did not open, or that differs, is removed; one of which nobody knows whether it counts stays.
        """
        try:
            self._run(folder, passphrase, day, say, key_file)
        except Refused as refused:
            self.refused, self.step = refused, "refused"
            raise
        except Exception as error:
            # A full disk, no more processes: told by kind and place, and the run is over.
            self.refused, self.step = Refused("broken", where=place_of(error)), "refused"
            raise self.refused from None

    def start(self, folder: Path, passphrase: str, day: str, key_file: Path | None = None) -> None:
        """The same, beside the one who asks."""

        def work() -> None:
            with suppress(Refused):
                self.run(folder, passphrase, day, key_file=key_file)

        threading.Thread(target=work, daemon=True).start()

    def stop(self) -> None:
        """Ends the second keeper: the desk is being locked."""
        with self._turn:
            self._stopped = True
            if self._second is not None:
                self._second.end()

    def _run(self, folder: Path, passphrase: str, day: str, say: Callable[[Step], None], key_file: Path | None) -> None:
        self._take(say, "writing")
        written = self._keeper.ask_patiently("write_backup", day, folder=str(folder))
        self.name, self.bytes = written["name"], written["bytes"]
        try:
            self._take(say, "opening")
            facts = self._examine(Path(written["path"]), passphrase, day, key_file)
        except Refused:
            _remove(written["path"])
            raise
        self._take(say, "comparing")
        self._compare(written, facts, day)
        self._take(say, "good")

    def _compare(self, written: dict[str, Any], facts: dict[str, Any], day: str) -> None:
        """Only a file that is known to differ goes: of a keeper that died with its answer, the vault may count it."""
        try:
            self._keeper.ask_patiently("verify_backup", day, number=written["number"], facts=facts)
        except Refused as refused:
            if refused.code == "backup-differs":
                _remove(written["path"])
            raise

    def _examine(self, file: Path, passphrase: str, day: str, key_file: Path | None) -> dict[str, Any]:
        second = self._begin_second()
        try:
            with self._throttle.trying(self.vault):
                return second.examine(file, passphrase, day, key_file)
        finally:
            second.end()
            sweep_scratch(self._station)

    def _begin_second(self) -> KeeperProcess:
        with self._turn:
            if self._stopped:
                raise Refused("keeper-gone", vault=self.vault)
            self._second = KeeperProcess(self._station, self.vault)
            return self._second

    def _take(self, say: Callable[[Step], None], step: Step) -> None:
        self.step = step
        say(step)


def _remove(path: str) -> None:
    with suppress(OSError):
        Path(path).unlink()
