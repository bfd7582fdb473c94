"""Carries what waits, both ways, whenever something may be waiting; the dates of files tell, which cost nothing."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deploy.rehearsal import Rehearsal

_ALERT_SECONDS = 60.0


class Courier:
    """Goes one round at a time, with the real commands."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal
        self._nothing_new: dict[str, int] | None = None
        self._left_behind: dict[str, int] | None = None
        self._alert_until = 0.0
        self._records_wait = False

    def round(self) -> Iterator[str]:
        """Carries what there is; says what it carried. Records go in a round after that of the day, without answers."""
        records_wait = self._records_wait
        if self._close_day():
            self._rehearsal.carry_out()
            self._records_wait = True
            yield "carried a closed day to the station"
        if self._answers_may_wait() and self._rehearsal.carry_back():
            yield "carried answers back to the mailboxes"
        elif records_wait:
            self._rehearsal.carry_records()
            self._records_wait = False
            yield "carried to the intake what the vaults have kept"
        self._left_behind = _dates(self._rehearsal.station)

    def _close_day(self) -> bool:
        """Whether a day was closed; not tried again before somebody else has written something."""
        found = _dates(self._rehearsal.intake)
        if found == self._nothing_new:
            return False
        if self._rehearsal.close_day():
            return True
        self._nothing_new = found
        return False

    def _answers_may_wait(self) -> bool:
        """For a while after somebody has worked at the station. To look for answers also changes the vaults' files, so
        that work done in the same second cannot be told from it; hence not once, but for a while.
        """
        now = time.monotonic()
        if _dates(self._rehearsal.station) != self._left_behind:
            self._alert_until = now + _ALERT_SECONDS
        return now < self._alert_until


def _dates(folder: Path) -> dict[str, int]:
    """When each file of the folder was last written to."""
    dates = {}
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # a database's journal comes and goes
            dates[file.name] = file.stat().st_mtime_ns
    return dates
