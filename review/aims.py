"""By when a person should hear from the desk: service aims, no deadlines that anything enforces (rules, pure).

Seven days to the acknowledgment and three months to each further answer are borrowed from Directive (EU) 2019/1937,
article 9; nothing binds the committees to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ACKNOWLEDGE_DAYS = 7
ANSWER_MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """Days, `YYYY-MM-DD`; the first is missing once the person has been acknowledged."""

    acknowledge_by: str | None
    answer_by: str


def aims(first_arrived: str, replied: Sequence[str]) -> Aims:
    """For a case whose first message came on this day, and whose replies were sealed on those, in order."""
    if not replied:
        end = _plus_days(first_arrived, ACKNOWLEDGE_DAYS)
        return Aims(acknowledge_by=end, answer_by=_plus_months(end, ANSWER_MONTHS))
    return Aims(acknowledge_by=None, answer_by=_plus_months(replied[-1], ANSWER_MONTHS))


def _plus_days(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _plus_months(day: str, months: int) -> str:
    """The same day of a later month, or that month's last."""
    start = date.fromisoformat(day)
    years, month = divmod(start.month - 1 + months, 12)
    first = date(start.year + years, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=start.day - 1), last).isoformat()
