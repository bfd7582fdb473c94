"""Time, as an argument. Everything that intake keeps knows at most a UTC day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> str:
    """The UTC day, `YYYY-MM-DD`."""
    return moment.astimezone(UTC).date().isoformat()


def month_of(day: str) -> str:
    """`YYYY-MM`."""
    return day[:7]


def midnight(day: str) -> datetime:
    """The moment a day starts."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def days_later(day: str, days: int) -> str:
    """The day so many days after, or before when negative."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def days_between(first: str, end: str) -> list[str]:
    """Every day from `first` until before `end`."""
    count = (date.fromisoformat(end) - date.fromisoformat(first)).days
    return [days_later(first, passed) for passed in range(count)]
