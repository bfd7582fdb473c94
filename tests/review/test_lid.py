"""The desk locks when the lid is shut or the machine has slept, and at no other look."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from review.desk import Desk
from review.lid import Lid, seconds_asleep
from review.serve import lock_if_left
from tests.review.test_desk import unlock


class Laptop:
    """A lid, and how long the machine has slept."""

    def __init__(self, lids: Path) -> None:
        self.asleep = 100.0
        self.state = lids / "LID0" / "state"
        self.state.parent.mkdir(parents=True)
        self.say("open")

    def say(self, state: str) -> None:
        """As the kernel writes it."""
        self.state.write_text(f"state:      {state}\n")


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """Open and awake."""
    return Laptop(tmp_path / "lids")


def lid_of(laptop: Laptop) -> Lid:
    """What looks at it."""
    return Lid(laptop.state.parent.parent, lambda: laptop.asleep)


def test_the_desk_locks_at_once_when_the_lid_is_shut(app: Flask, client: FlaskClient, laptop: Laptop) -> None:
    desk: Desk = app.extensions["desk"]
    lid = lid_of(laptop)
    unlock(client)
    assert not lock_if_left(desk, lid)
    assert desk.open_vaults() == ("cat",)
    laptop.say("closed")
    assert lock_if_left(desk, lid)
    assert desk.open_vaults() == ()


def test_the_desk_locks_at_once_when_the_machine_wakes(app: Flask, client: FlaskClient, laptop: Laptop) -> None:
    desk: Desk = app.extensions["desk"]
    lid = lid_of(laptop)
    unlock(client)
    laptop.asleep += 0.5  # two clocks are read one after the other
    assert not lock_if_left(desk, lid)
    laptop.asleep += 3
    assert lock_if_left(desk, lid)
    assert desk.open_vaults() == ()


def test_a_lid_that_stays_shut_over_a_screen_of_its_own_locks_once(laptop: Laptop) -> None:
    laptop.say("closed")
    lid = lid_of(laptop)
    assert not lid.was_shut()
    laptop.say("open")
    assert not lid.was_shut()
    laptop.say("closed")
    assert [lid.was_shut(), lid.was_shut()] == [True, False]


def test_a_machine_without_a_lid_is_never_shut(tmp_path: Path) -> None:
    assert not Lid(tmp_path / "none", lambda: 0.0).was_shut()
    assert seconds_asleep() >= -1
