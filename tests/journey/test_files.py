"""Files travel beside a message, sealed in the page, and arrive whole; the person pauses, cancels, leaves."""

from collections.abc import Mapping

from playwright.sync_api import Browser, Request, expect

from tests.journey.looks import looking
from tests.journey.sender import ARABIC, PIECES, THREE, WITHIN_MS, Held, Intake, Sender, file
from tests.journey.test_journey import assert_nothing_is_kept, watch


def test_three_files_arrive_byte_for_byte_and_nothing_of_them_stays(sender: Sender, intake: Intake) -> None:
    asked, said = watch(sender.page)
    sender.begin()
    sender.finish()
    (arrived,) = intake.arrived()
    assert arrived.payloads() == list(THREE)
    paths = [address.removeprefix(intake.address) for address in asked]
    sent = [path.split("/") for path in paths if path.startswith("/submissions/")]
    assert [len(path) for path in sent] == [5] * PIECES + [3]
    assert len({path[2] for path in sent}) == 1
    assert [address for address in asked if not address.startswith((intake.address, "blob:"))] == []
    assert said == []
    assert_nothing_is_kept(sender.page)
    assert sender.page.evaluate("() => [history.state, location.search, location.hash]") == [None, "", ""]


def test_the_script_for_files_comes_only_when_it_is_wanted(sender: Sender, intake: Intake) -> None:
    asked, _said = watch(sender.page)
    sender.reach_files()
    assert not [address for address in asked if "files" in address]
    sender.press("skip")
    sender.press("continue")
    sender.finish()
    (arrived,) = intake.arrived()
    assert arrived.message.attachments is None
    assert not [address for address in asked if "files" in address]


def test_two_people_with_as_many_pieces_ask_alike(chromium: Browser, intake: Intake) -> None:
    seen = []
    many = [file(f"{ARABIC} {number}", 60_000 + number) for number in range(64)]
    for language, committee, files in (("en", 1, THREE), ("ar", 3, [*many, file("one more", 1)][1:])):
        with looking(chromium) as page:
            sender = Sender(page, intake.address, language)
            sender.reach_files("words " * 30 * committee, committee)
            sender.choose(files if language == "en" else [*files[:-1], file("large", 1_500_000)])
            sender.press("continue")
            sender.press("continue")
            sender.finish()
            seen.append([shape(request) for request in sender.submissions])
    assert seen[0] == seen[1]
    assert len(seen[0]) == PIECES + 1


def shape(request: Request) -> tuple[str, int, int, Mapping[str, str]]:
    """What the network sees of a request: who could tell two people apart by it?"""
    headers = {name: value for name, value in request.headers.items() if name not in ("referer", "user-agent")}
    return request.method, len(request.url), len(request.post_data_buffer or b""), headers


def test_nothing_is_sent_while_it_is_paused_and_then_it_goes_on(sender: Sender, intake: Intake) -> None:
    held = Held(sender.page, 3)
    sender.begin()
    held.wait()
    sender.press("pause")
    held.let_go()
    expect(sender.page.locator("[data-slot=paused]")).to_be_visible()
    sender.page.wait_for_timeout(1_000)
    before = len(sender.parts)
    sender.page.wait_for_timeout(1_000)
    assert len(sender.parts) == before == 3
    assert intake.arrived() == []
    sender.press("go-on")
    sender.finish()
    assert [one.payloads() for one in intake.arrived()] == [list(THREE)]
    assert len(set(sender.parts)) == PIECES


def test_who_cancels_has_what_was_stored_deleted_and_can_send_it_all_later(sender: Sender, intake: Intake) -> None:
    held = Held(sender.page, 4)
    sender.begin()
    held.wait()
    sender.press("cancel")
    held.let_go()
    expect(sender.page.locator("[data-slot=sure]")).to_be_visible()
    assert intake.staged() >= 3
    sender.press("stop")
    expect(sender.page.locator("[data-slot=changed-words]")).not_to_be_empty(timeout=WITHIN_MS)
    assert intake.staged() == 0
    expect(sender.page.locator(".summary .files li")).to_have_count(len(THREE))
    sender.press("continue")
    sender.finish()
    assert [one.payloads() for one in intake.arrived()] == [list(THREE)]


def test_exit_in_the_middle_leaves_at_once_and_nothing_more_is_sent(sender: Sender, intake: Intake) -> None:
    page = sender.page
    page.route("https://**", lambda route: route.fulfill(body="weather", content_type="text/html"))
    held = Held(page, 3)
    sender.begin()
    held.wait()
    page.locator("a.exit").click()
    page.wait_for_url("https://**")
    before = len(sender.parts)
    page.wait_for_timeout(1_000)
    assert len(sender.parts) == before == 3
    assert page.workers == []
    assert intake.arrived() == []
    assert_nothing_is_kept(page)
