"""Whoever of intake's processes is killed, and when: what was answered with 204 is there, whole and once.

A run that fails says its seed. The same seed gives the same submissions, ways and pauses, not the same moments to the
microsecond: those are the machine's.
"""

import random
from pathlib import Path

import pytest

from tests.intake.conftest import SQLITE_FILES
from tests.kills.rampage import outlive, scene


@pytest.mark.timeout(1_200)
def test_what_was_promised_outlives_a_hundred_kills(tmp_path: Path) -> None:
    with scene(tmp_path, SQLITE_FILES, random.getrandbits(32)) as played:
        outlive(played, 100)
        assert played.ledger.counts["killed everything"] + played.ledger.counts["killed the arbiter"] >= 20


@pytest.mark.prove
@pytest.mark.timeout(3_600)
def test_what_was_promised_outlives_five_hundred_kills(tmp_path: Path) -> None:
    with scene(tmp_path, SQLITE_FILES, random.getrandbits(32)) as played:
        outlive(played, 500)
