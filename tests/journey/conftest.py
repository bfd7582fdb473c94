"""The servers of a rehearsed portal, the desk, and the wire between."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving, choose_port, serving
from tests.journey.desk import Desk
from tests.journey.looks import looking
from tests.journey.tap import Tap, tap


@pytest.fixture(scope="module")
def served(rehearsal: Rehearsal) -> Iterator[Serving]:
    """The module's own servers."""
    with serving(rehearsal, choose_port(0), choose_port(0)) as addresses:
        yield addresses


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
