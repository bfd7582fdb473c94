"""Files arrive whole when lines break, servers start again, IDs are taken and keys change on the way."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.intake.conftest import take
from tests.journey.sender import PIECES, SUBMISSIONS, THREE, WITHIN_MS, Held, Intake, Sender, at_part, refuse
from tests.serving import TODAY, Served, serving


def test_a_server_that_ends_in_the_middle_and_starts_again_loses_nothing(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path, workers=1, limits="threads = 4") as served:
        (tmp_path / "opened").mkdir()
        intake = Intake(served, tmp_path / "opened")
        sender = Sender(page, intake.address)

        held = Held(page, 3)
        sender.begin()
        held.wait()
        served.process.terminate()
        served.process.wait(20)
        held.let_go()
        expect(page.locator("[data-slot=trouble]")).to_be_visible(timeout=WITHIN_MS)
        with started_again(served):
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
    held = Held(sender.page, 3)
    sender.begin()
    held.wait()
    context.set_offline(True)
    held.let_go()
    expect(sender.page.locator("[data-slot=trouble-words]")).to_contain_text("The line broke", timeout=WITHIN_MS)
    context.set_offline(False)
    sender.finish()
    assert [one.payloads() for one in intake.arrived()] == [list(THREE)]


@pytest.mark.parametrize("number", [1, PIECES])
def test_an_id_that_is_taken_leads_to_another_one_with_all_parts(sender: Sender, intake: Intake, number: int) -> None:
    at_part(sender.page, number, refuse("conflict"))
    sender.begin()
    sender.finish()
    assert [one.payloads() for one in intake.arrived()] == [list(THREE)]
    assert len(sender.parts) == number + PIECES


def test_parts_that_are_gone_when_the_message_comes_are_sent_again(sender: Sender, intake: Intake) -> None:
    gone: list[str] = []

    def handle(route: Route) -> None:
        submission = route.request.url.split("/submissions/")[1]
        if "/" in submission or gone or submission == "delete":
            route.continue_()
            return
        gone.append(submission)
        refuse("parts-missing")(route)

    sender.page.route(SUBMISSIONS, handle)
    sender.begin()
    sender.finish()
    assert [one.payloads() for one in intake.arrived()] == [list(THREE)]
    assert len(sender.parts) == 2 * PIECES
    assert all(gone[0] not in part for part in sender.parts[PIECES:])


def test_new_keys_lock_the_message_again_and_leave_its_parts_where_they_are(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path, workers=1, limits="threads = 4") as served:
        (tmp_path / "opened").mkdir()
        intake, newer = Intake(served, tmp_path / "opened"), served.portal.next(day=TODAY, min_seq=2)
        sender = Sender(page, intake.address)

        def renew(route: Route) -> None:
            store = served.store()
            take(store, newer, newer.ceremony_file(), TODAY)
            store.close()
            page.unroute(SUBMISSIONS)
            route.continue_()

        held = Held(page, PIECES)
        sender.begin()
        held.wait()
        page.route(SUBMISSIONS, renew)
        held.let_go()
        sender.finish()
        (arrived,) = intake.arrived()
        assert arrived.payloads() == list(THREE)
        assert arrived.message.directory == 2
        assert len(sender.parts) == PIECES
