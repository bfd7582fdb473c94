"""Whoever of intake's processes is killed, and when: what was answered with 204 is there, whole and once.

A run that fails says its seed. The same seed gives the same submissions, ways and pauses, not the same moments to the
microsecond: those are the machine's.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.conftest import SQLITE_FILES
from tests.kills import postmaster
from tests.kills.postmaster import Postmaster
from tests.kills.rampage import Scene, scene

pytestmark = pytest.mark.timeout(1_200)  # a minute or two, and more on a machine that does much else
AWAY = "intake: the database cannot be reached\n"


def test_what_was_promised_outlives_a_hundred_kills(tmp_path: Path) -> None:
    with scene(tmp_path, SQLITE_FILES, seed()) as played:
        outlive(played, 100)
        assert played.ledger.counts["killed everything"] + played.ledger.counts["killed the arbiter"] >= 20


@pytest.mark.prove
@pytest.mark.timeout(3_600)
def test_what_was_promised_outlives_five_hundred_kills(tmp_path: Path) -> None:
    with scene(tmp_path, SQLITE_FILES, seed()) as played:
        outlive(played, 500)


def test_what_was_promised_outlives_kills_over_postgresql(tmp_path: Path, server: Postmaster) -> None:
    with scene(tmp_path, server.cluster, seed()) as played:
        outlive(played, 20)


@pytest.mark.prove
@pytest.mark.timeout(3_600)
def test_what_was_promised_outlives_a_hundred_kills_over_postgresql(tmp_path: Path, server: Postmaster) -> None:
    with scene(tmp_path, server.cluster, seed()) as played:
        outlive(played, 100)


def test_what_was_promised_outlives_the_server_of_the_database(tmp_path: Path, server: Postmaster) -> None:
    ways = {"a server of a connection": server.kill_one, "the whole database": server.restart}
    with scene(tmp_path, server.cluster, seed(), more=ways, excused=[AWAY]) as played:
        outlive(played, 0)
        assert played.ledger.counts["killed the whole database"] == 3


@pytest.fixture
def server() -> Iterator[Postmaster]:
    """A PostgreSQL of one test."""
    with postmaster.running(random.Random(random.getrandbits(32))) as running:
        yield running


def seed() -> int:
    """Another one for each run."""
    return random.getrandbits(32)


def outlive(played: Scene, kills: int) -> None:
    """Everybody at once, so many kills, and nothing is wrong; they met an intake that was in full use."""
    played.play(kills)
    wrong = played.settle_up()
    assert wrong == [], "\n".join([*wrong[:20], played.report()])
    counts = played.ledger.counts
    assert min(counts[name] for name in ("stored", "parts", "deleted", "bundles")) > 0, played.report()
    assert counts["lines lost"] + counts["answers 503 unavailable"] > 0, played.report()
