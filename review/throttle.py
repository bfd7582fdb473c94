"""Wrong passphrases make the next try wait, longer each time. Who has the file itself is held up by Argon2id alone."""

from collections.abc import Callable
from math import ceil

from review.refusals import Refused

FREE_TRIES = 3
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 300


class Throttle:
    """Counts wrong tries of each name; `moment` counts seconds."""

    def __init__(self, moment: Callable[[], float]) -> None:
        self._moment = moment
        self._wrong: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def check(self, name: str) -> None:
        """Refuses while the name has to wait."""
        left = self._until.get(name, 0.0) - self._moment()
        if left > 0:
            raise Refused("wait", seconds=ceil(left))

    def failed(self, name: str) -> None:
        """One more wrong try; from the third on the waiting doubles."""
        wrong = self._wrong[name] = self._wrong.get(name, 0) + 1
        if wrong >= FREE_TRIES:
            doublings = min(wrong - FREE_TRIES, 10)
            self._until[name] = self._moment() + min(FIRST_WAIT_SECONDS * 2**doublings, LONGEST_WAIT_SECONDS)

    def succeeded(self, name: str) -> None:
        """All is forgiven."""
        self._wrong.pop(name, None)
        self._until.pop(name, None)
