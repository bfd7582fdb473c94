"""Whether the person has gone without pressing anything: the lid was shut, or the machine has slept."""

import time
from collections.abc import Callable
from pathlib import Path

LIDS = Path("/proc/acpi/button/lid")
"""One folder a lid, with a file `state` whose text says `open` or `closed` (Linux, ACPI)."""

_MOST_SECONDS_ASLEEP = 1.0


def seconds_asleep() -> float:
    """How long the machine has slept since it was started, where the system can tell."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


class Lid:
    """Remembers how it was at the last look. A lid that was shut already, of a machine with a screen of its own, is
    none that was shut.
    """

    def __init__(self, lids: Path = LIDS, asleep: Callable[[], float] = seconds_asleep) -> None:
        self._lids = lids
        self._asleep = asleep
        self._shut = self._shut_now()
        self._slept = asleep()

    def was_shut(self) -> bool:
        """Whether, since the last look, a lid was shut or the machine slept."""
        shut, slept = self._shut_now(), self._asleep()
        is_gone = bool(shut - self._shut) or slept - self._slept > _MOST_SECONDS_ASLEEP
        self._shut, self._slept = shut, slept
        return is_gone

    def _shut_now(self) -> set[str]:
        return {path.parent.name for path in self._lids.glob("*/state") if _says_closed(path)}


def _says_closed(state: Path) -> bool:
    try:
        return "closed" in state.read_text("ascii", "replace")
    except OSError:
        return False
