"""The screens with files: nothing to scroll sideways, nothing that axe finds, nothing that needs a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.journey.looks import SCHEMES, WIDTHS, faults, look_like
from tests.journey.sender import PARTS, THREE, WITHIN_MS, Intake, Sender, at_part, file


@pytest.mark.parametrize("language", ["en", "ar", pytest.param("fr", marks=pytest.mark.prove)])
def test_every_screen_with_files_looks_well(page: Page, intake: Intake, language: str) -> None:
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        for width in (320, *WIDTHS):
            for scheme in SCHEMES:
                look_like(page, width, scheme)
                found[f"{name}, {width} px, {scheme}"] = faults(page)

    sender = Sender(page, intake.address, language)
    sender.reach_files()
    look("question")
    sender.press("continue")
    page.locator("input[type=file]").wait_for(state="attached")
    look("empty list")
    sender.give([*THREE, file(f"{'a-long-name-without-a-space' * 6}.pdf", 5)])
    look("list")
    sender.give([file("large", 25_000_001)])
    look("too large")
    sender.press("continue")
    look("check")
    at_part(page, 3, lambda route: None)
    sender.press("continue")
    expect(page.locator("progress")).to_be_visible(timeout=WITHIN_MS)
    page.wait_for_function("() => document.querySelector('progress').value >= 4")
    look("sending")
    sender.press("pause")
    look("paused")
    sender.press("cancel")
    look("cancelling")
    page.unroute(PARTS)
    page.route(PARTS, lambda route: route.abort())
    page.locator("[data-slot=sure] button[data-act=go-on]").click()
    expect(page.locator("[data-slot=trouble]")).to_be_visible(timeout=WITHIN_MS)
    look("trouble")
    assert {screen: wrong for screen, wrong in found.items() if wrong} == {}
    assert len(found) == 9 * 3 * 2


def test_everything_can_be_done_with_the_keyboard(sender: Sender, intake: Intake) -> None:
    page = sender.page
    sender.reach_files()
    page.keyboard.press("Tab")
    while page.evaluate("() => document.activeElement?.dataset.act") != "continue":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("input[type=file]").wait_for(state="attached")
    while page.evaluate("() => document.activeElement?.type") != "file":
        page.keyboard.press("Tab")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(list(THREE))
    expect(page.locator("#screen .files li")).to_have_count(3)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#screen .files li")).to_have_count(2)
    assert page.evaluate("() => document.activeElement?.dataset.act") == "remove-0"
    sender.press("continue")
    sender.press("continue")
    sender.finish()
    assert [one.payloads() for one in intake.arrived()] == [list(THREE[1:])]
