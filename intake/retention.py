"""How long things are kept. What is shown obeys these days at once; closing a day removes the bytes."""

from intake.clock import days_later
from intake.limits import REPLY_LIFETIME_DAYS
from intake.store import Change


def first_day_of_replies(today: str) -> str:
    """Replies of earlier days are gone, and earlier posts are refused."""
    return days_later(today, -REPLY_LIFETIME_DAYS)


def drop_old_replies(change: Change, today: str) -> None:
    """Replies that have waited long enough. Their hashes stay for ever: a later post must not bring them again."""
    change.drop_slots_before(first_day_of_replies(today))
