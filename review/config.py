"""What a desk is started with."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from review.door import Door
from review.network import nowhere

IDLE_SECONDS = 600.0


def utc_today() -> str:
    """The UTC day, `YYYY-MM-DD`."""
    return datetime.now(UTC).date().isoformat()


def seconds_awake_or_asleep() -> float:
    """Seconds since some start; where the system can tell, also those it slept through with its lid closed."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def nothing_more() -> None:
    """For a desk whose process does not end with the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The station's folder, the one browser that may enter, and the world as functions.

    `ways_out` names the devices by which the machine reaches a network: while there are any, nothing opens.
    `after_lock` is called when the keepers are gone, to forget what the web app itself still remembers.
    """

    station: Path
    door: Door = field(default_factory=Door)
    demo: bool = False
    with_network: bool = False
    ways_out: Callable[[], tuple[str, ...]] = nowhere
    idle_seconds: float = IDLE_SECONDS
    today: Callable[[], str] = utc_today
    moment: Callable[[], float] = seconds_awake_or_asleep
    after_lock: Callable[[], None] = nothing_more
