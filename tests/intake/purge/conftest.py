"""Two closed days, of which something is to go."""

import random

import pytest

from intake.closing import Signer, close_days
from intake.store import Store
from tests.intake.conftest import SetClock
from tests.intake.purge.rows import SECOND, TODAY
from tests.intake.test_settling import arrive


@pytest.fixture
def sent() -> list[tuple[bytes, bytes]]:
    """Eight submissions; what their parts are cut from."""
    dice = random.Random(4)
    return [(dice.randbytes(16), dice.randbytes(57_782)) for _ in range(8)]


@pytest.fixture
def closed(store: Store, signer: Signer, clock: SetClock, sent: list[tuple[bytes, bytes]]) -> Store:
    """Six submissions in manifest 1, two in manifest 2, one of each deleted by its author."""
    arrive(store, sent[:6])
    arrive(store, sent[6:], SECOND)
    for today in (SECOND, TODAY):
        clock.set(today)
        close_days(store, signer, clock)
    with store.change() as change:
        change.drop_submissions([sent[0][0], sent[6][0]], "author")
    return store
