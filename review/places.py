"""Where a case stands in the list, as one number: the smaller, the sooner somebody must look (rules, pure)."""

from datetime import date
from typing import Literal, get_args

Show = Literal["waiting", "unread", "danger", "overdue", "veto", "answered", "all"]
"""What a list may be limited to."""

SHOWS: tuple[Show, ...] = get_args(Show)

IN_DANGER, WAITING, ANSWERED = 0, 10_000_000, 30_000_000
"""Who waits while someone is in danger, who else waits, and who has an answer; days are counted from these."""

NOBODY_WAITS = 20_000_000
"""From here on (days have seven digits)."""


def place(waits_since: str | None, arrived: str | None, *, in_danger: bool) -> int:
    """Danger first; of those who wait, who has waited longest; of the others, who wrote last."""
    if waits_since is not None:
        return (IN_DANGER if in_danger else WAITING) + date.fromisoformat(waits_since).toordinal()
    return ANSWERED - (0 if arrived is None else date.fromisoformat(arrived).toordinal())
