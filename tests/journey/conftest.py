"""The servers of a rehearsed portal, the desk, and the wire between; and an intake alone, for who sends files."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving, choose_port, serving
from tests.journey.desk import Desk
from tests.journey.looks import looking
from tests.journey.sender import Intake, Sender
from tests.journey.tap import Tap, tap
from tests.serving import Served
from tests.serving import serving as intake_serving


@pytest.fixture(scope="module")
def served(rehearsal: Rehearsal) -> Iterator[Serving]:
    """The module's own servers."""
    with serving(rehearsal, choose_port(0), choose_port(0)) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The module's own intake, where no station is needed: tests open what it holds with the keys of the vaults."""
    with intake_serving(tmp_path_factory.mktemp("alone"), workers=2, limits="threads = 4") as started:
        yield started


@pytest.fixture
def intake(alone: Served, tmp_path: Path) -> Intake:
    """What comes to it from now on."""
    return Intake(alone, tmp_path)


@pytest.fixture
def sender(page: Page, intake: Intake) -> Sender:
    """Somebody who has not begun yet."""
    return Sender(page, intake.address)


@pytest.fixture
def wire(served: Serving) -> Iterator[Tap]:
    """The way to intake, with every byte that goes over it."""
    with tap(served.intake.port) as wire:
        yield wire


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser that knows nothing yet."""
    with looking(chromium) as page:
        yield page


@pytest.fixture(scope="module")
def desk(chromium: Browser, served: Serving, rehearsal: Rehearsal) -> Iterator[Desk]:
    """The module's desk, with the vaults of two committees open."""
    with looking(chromium) as page:
        desk = Desk(page, served.desk_link)
        desk.unlock({vault: rehearsal.passphrases[vault] for vault in ("cat", "ced")})
        yield desk
