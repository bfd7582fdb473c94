"""The steps that a person can be asked to agree to, and how long a yes to each may count (rules, pure)."""

from datetime import date, timedelta
from typing import get_args

from crypto.wire.reply import Identity

CONTACT_STATE = "contact-state"
"""Asks only whether a veto may be lifted: a yes to it sends nothing to anybody."""

# In the order of the guidelines' ladder, from what shows least to what everybody can read.
MEASURES = (
    "verify-third-party", "verify-state", "tell-chair", "tell-rapporteur", "letter-to-state", "meeting-with-mission",
    "protection-network", "protection-mechanism", "raise-in-dialogue", "list-of-issues", "concluding-observations",
    "follow-up", "views", "inquiry-report", "public-statement", "joint-statement", "refer", "field-presence",
    "annual-report", "secretary-general-report", "publish-letter", "publish-reply", "relocation-partner",
    "private-meeting", "humanitarian-approach", CONTACT_STATE,
)  # fmt: skip

STATE_FACING = frozenset({
    "verify-state", "letter-to-state", "meeting-with-mission", "protection-mechanism", "raise-in-dialogue",
    "list-of-issues", "concluding-observations", "follow-up", "views", "inquiry-report", "humanitarian-approach",
})  # fmt: skip
"""What reaches the State. While one person says not to contact it, none of these is asked, recorded or handed out."""

PUBLIC = frozenset({
    "public-statement", "joint-statement", "annual-report", "secretary-general-report", "publish-letter",
    "publish-reply",
})  # fmt: skip

IDENTITIES: tuple[Identity, ...] = get_args(Identity)

MOST_DAYS = 150
"""Intake keeps a question for 180 days: while a yes counts, and weeks beyond, it can still be answered with a no."""
_LONG, _SHORT = 90, 30


def usual_days(measure: str) -> int:
    """For how long a yes counts unless somebody says otherwise."""
    return _LONG if measure in STATE_FACING | PUBLIC | {CONTACT_STATE} else _SHORT


def expiry(day: str, days: int) -> str:
    """The first day on which a yes of this day counts no more."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
