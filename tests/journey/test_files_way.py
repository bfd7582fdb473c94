"""Files arrive whole when lines break, servers start again, IDs are taken and keys change on the way."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.intake.conftest import take
from tests.journey.sender import PIECES, SUBMISSIONS, THREE, Intake, Sender, at_part, during_part, refuse
from tests.serving import TODAY, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The module's own server."""
    with serving(tmp_path_factory.mktemp("files"), workers=2, limits="threads = 4") as started:
        yield started


@pytest.fixture
def intake(served: Served, tmp_path: Path) -> Intake:
    """What comes from now on."""
    return Intake(served, tmp_path)


@pytest.fixture
def sender(page: Page, intake: Intake) -> Sender:
    """Somebody who has not begun yet."""
    return Sender(page, intake.address)


def test_a_server_that_ends_in_the_middle_and_starts_again_loses_nothing(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path, workers=1, limits="threads = 4") as served:
        (tmp_path / "opened").mkdir()
        intake = Intake(served, tmp_path / "opened")
        sender = Sender(page, intake.address)

        def end(route: Route) -> None:
            served.process.terminate()
            served.process.wait(20)
            route.continue_()

        at_part(page, 3, end)
        sender.begin()
        expect(page.locator("[data-slot=trouble]")).to_be_visible()
        with started_again(served):
            sender.press("again")
            sender.finish()
            assert [one.payloads() for one in intake.arrived()] == [list(THREE)]
        assert len(set(sender.parts)) == PIECES


@contextmanager
def started_again(served: Served) -> Iterator[None]:
    """The same folder on the same port."""
    command = [str(Path(sys.executable).with_name("intake")), "serve", str(served.folder), "--port", str(served.port)]
    with (served.folder.parent / "again").open("w+b") as spoken:
        process = subprocess.Popen(command, stdout=spoken, stderr=subprocess.DEVNULL, cwd=served.folder)
        try:
            while not (served.folder.parent / "again").read_bytes().endswith(b"\n"):
                assert process.poll() is None
            yield
        finally:
            process.terminate()
            process.wait(20)


def test_a_line_that_comes_back_is_used_at_once(sender: Sender, intake: Intake) -> None:
    context = sender.page.context
