"""How long a mailbox takes to answer does not say whether anything is in it (protocol.md section 8; behaviour A7).

Hits and misses are asked in pairs, in an order that chance decides. What is compared is the mean of the quickest
quarter of each, for whatever else a machine does makes answers slower and never quicker. Beside it stands how far the
two means lie apart when that difference is taken away and chance says which of a pair was the hit. No length of time
is expected; whether 1 ms more would be found, is.
"""

import random
import time
from collections.abc import Callable

import numpy as np
import pytest
from flask import Flask
from numpy.typing import NDArray

from crypto.public.seal import seal_slot
from crypto.secret import identity
from crypto.wire.age import SLOT_PLAINTEXT
from intake.store import Look
from tests.intake.conftest import SetClock, site_of, take
from tests.material import DAY, Portal, receipt_keys

KEYS = receipt_keys()
HIT, MISS = KEYS.mailbox_secret() + bytes(2), bytes(34)
MILLISECOND = 1e-3
BEYOND_CHANCE = 5.0
"""So many standard errors are no accident: one in two million."""

Times = NDArray[np.float64]


@pytest.fixture(scope="module")
def ask(app: Flask, portal: Portal, clock: SetClock) -> Callable[[bytes], None]:
    """Asks an intake where the one mailbox holds four replies, as many as a page takes."""
    assert clock().date().isoformat() == DAY
    key = identity.public_key(KEYS.reply_seed())
    replies = [(KEYS.mailbox_address(), seal_slot(bytes([one]).ljust(SLOT_PLAINTEXT), key)) for one in range(4)]
    take(site_of(app).store, portal, portal.post(replies))
    client = app.test_client()

    def ask(body: bytes) -> None:
        assert client.post("/mailbox", data=body).status_code == 200

    for _ in range(20):
        ask(HIT)
        ask(MISS)
    return ask


def sampled(ask: Callable[[bytes], None], pairs: int) -> Times:
    """How long hits and misses took, in seconds: two rows."""
    chance = random.Random(20_261_110)
    took: dict[bytes, list[float]] = {HIT: [], MISS: []}
    for _ in range(pairs):
        for body in chance.sample([HIT, MISS], 2):
            before = time.perf_counter()
            ask(body)
            took[body].append(time.perf_counter() - before)
    return np.array([took[HIT], took[MISS]])


def fine_enough(ask: Callable[[bytes], None], pairs: int, later: float) -> Times:
    """So many pairs, and on a busy machine as many again, up to five times, until hits that were `later` would show."""
    times = sampled(ask, pairs)
    while astray(times + np.array([[later], [0]])) <= BEYOND_CHANCE and times.shape[1] < 5 * pairs:
        times = np.hstack([times, sampled(ask, pairs)])
    return times


def astray(times: Times) -> float:
    """How much later hits came than misses, in units of what chance makes of it."""
    later = np.subtract(*quickest(times))
    hits, misses = times[0] - later, times[1]
    swapped = np.random.default_rng(1).random((400, hits.size)) < 0.5
    by_chance = quickest(np.where(swapped, misses, hits)) - quickest(np.where(swapped, hits, misses))
    return float(later / by_chance.std())


def quickest(rows: Times) -> Times:
    """The mean of the quickest quarter of each row."""
    count = rows.shape[1] // 4
    means: Times = np.partition(rows, count, axis=1)[:, :count].mean(axis=1)
    return means


def slower_where_something_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that takes 3 ms more to find something than to find nothing."""
    slots = Look.slots

    def slow(look: Look, mailbox: bytes, *, since: str, skip: int, most: int) -> list[bytes]:
        found = slots(look, mailbox, since=since, skip=skip, most=most)
        if found:
            time.sleep(3 * MILLISECOND)
        return found

    monkeypatch.setattr(Look, "slots", slow)


@pytest.mark.parametrize("pairs", [1_000, pytest.param(5_000, marks=pytest.mark.prove)])
def test_a_hit_takes_as_long_as_a_miss(ask: Callable[[bytes], None], pairs: int) -> None:
    times = fine_enough(ask, pairs, MILLISECOND)
    assert abs(astray(times)) < BEYOND_CHANCE
    assert astray(times + np.array([[MILLISECOND], [0]])) > BEYOND_CHANCE  # the control, over the same samples


def test_without_the_pace_of_answers_a_longer_lookup_shows(
    ask: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: an intake that answers as soon as it can, and is 3 ms slower to find something."""
    slower_where_something_is(monkeypatch)
    monkeypatch.setattr("intake.routes.mailbox.PACE_SECONDS", 1e-9)
    assert astray(fine_enough(ask, 400, 0)) > BEYOND_CHANCE
