"""A station with the vault `cat`, and the portal it belongs to."""

from pathlib import Path

import pytest

from tests.material import Portal, make_portal
from tests.review.conftest import Station


@pytest.fixture(scope="session")
def portal() -> Portal:
    """A portal after its first ceremony."""
    return make_portal()


@pytest.fixture
def station(tmp_path: Path, portal: Portal) -> Station:
    """A station with one vault, `cat`."""
    made = Station(tmp_path / "station", portal)
    made.add("cat")
    return made
