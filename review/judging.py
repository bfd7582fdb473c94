"""Judges again what an older release set aside because it could not handle it: nothing comes twice by itself.

The parts of what then reaches a case come with any later bundle, also of a day that was imported long ago.
"""

from review.belief import Belief, is_named
from review.filing import keep
from review.opening import read_frame
from review.store import Store

RULES = 2
"""Larger in each release that handles more than the one before."""

# Why an older release set aside what this one may take; the second it said of a seed that another thread had used.
_AGAIN = ("not-understood", "seed-reused")


def judge_again(store: Store, belief: Belief, day: str) -> int:
    """Brings what this release understands into its case; returns how much. The rest stands aside as before."""
    own = store.own()
    if own.judged >= RULES:
        return 0
    taken = 0
    for n, one in store.aside_for(_AGAIN):
        data, again = store.take_from_aside(n, one.submission)
        outcome = read_frame(
            data,
            belief.portal,
            lambda message: is_named(belief.directory_of(message.directory), own.name, message.routing),
        )
        taken += keep(store, outcome, (n, one.submission), one.arrived) != "aside"
        for later, submission, arrived in again:
            keep(store, outcome, (later, submission), arrived)
    store.set_judged(RULES)
    if taken:
        store.note("judged-again", f"{taken} taken", day)
    return taken
