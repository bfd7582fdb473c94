"""The same over PostgreSQL, whose own processes are killed too: what was answered with 204 is there, whole and once."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kills import postmaster
from tests.kills.postmaster import Postmaster
from tests.kills.rampage import outlive, scene

AWAY = "intake: the database cannot be reached\n"


@pytest.fixture
def server() -> Iterator[Postmaster]:
    """A PostgreSQL of one test."""
    with postmaster.running(random.Random(random.getrandbits(32))) as running:
        yield running


@pytest.mark.timeout(1_200)
def test_what_was_promised_outlives_kills_over_postgresql(tmp_path: Path, server: Postmaster) -> None:
    with scene(tmp_path, server.cluster, random.getrandbits(32)) as played:
        outlive(played, 20)


@pytest.mark.prove
@pytest.mark.timeout(3_600)
def test_what_was_promised_outlives_a_hundred_kills_over_postgresql(tmp_path: Path, server: Postmaster) -> None:
    with scene(tmp_path, server.cluster, random.getrandbits(32)) as played:
        outlive(played, 100)


@pytest.mark.timeout(1_200)
def test_what_was_promised_outlives_the_server_of_the_database(tmp_path: Path, server: Postmaster) -> None:
    ways = {"a server of a connection": server.kill_one, "the whole database": server.restart}
    with scene(tmp_path, server.cluster, random.getrandbits(32), more=ways, excused=[AWAY]) as played:
        outlive(played, 0)
        assert played.ledger.counts["killed the whole database"] == 3
