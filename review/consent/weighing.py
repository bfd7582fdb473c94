"""What stops a text though every person agrees to it (rules, pure): the risk that was weighed, and what is verified."""

from collections.abc import Iterable
from typing import Literal

from review.consent.entries import Entry, Risk
from review.consent.exact import exact

TOLD_WHEN_VERIFIED = frozenset({"tell-chair", "tell-rapporteur"})
"""What only a verified case comes to, or a dangerous one with a reason (rule 6)."""

_STOPS, _GOES_ON = ("wait", "do_not_proceed"), ("proceed", "proceed_changed")

Weighed = Literal["consent-risk", "consent-unverified"]


def stop_of_weighing(
    measure: str, recipient: str, entries: Iterable[Entry], *, is_verified: bool, in_danger: bool
) -> Weighed | None:
    """The newest weighing of this step for this recipient, or for no recipient by name, decides.

    Where somebody is in danger, one that says to go on is the reason that rule 6 asks for before a case is verified.
    """
    weighed = [
        one.result
        for one in entries
        if isinstance(one, Risk) and one.measure == measure and exact(one.recipient) in ("", exact(recipient))
    ]
    newest = weighed[-1] if weighed else ""
    if newest in _STOPS:
        return "consent-risk"
    is_urgent = in_danger and newest in _GOES_ON
    return "consent-unverified" if measure in TOLD_WHEN_VERIFIED and not (is_verified or is_urgent) else None
