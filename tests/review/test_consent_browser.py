"""Consent in a real browser: asked by keys alone, without barriers at every width, printed as a sheet."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.journey.looks import SCHEMES, WIDTHS, faults, look_like
from tests.material import make_portal
from tests.review import asked
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_memory import served_link, utc_day


@dataclass(slots=True)
class Served:
    """A desk with one case: a letter that somebody vetoes, and a text that everybody agrees to."""

    page: Page
    case: str
    name: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Served]:
    today = utc_day()
    portal = make_portal(day=today, epochs=[today[:7]])
    station = Station(tmp_path_factory.mktemp("consent") / "station", portal)
    station.add_untold("cat")
    station.trust("cat")
    writer = Writer(portal=portal)
    envelope = writer.seal(writer.account("Their words.", answers=asked.VETO), epoch=today[:7])
    station.take("cat", bundle(portal, [close_day(portal, [envelope], day=today)]), today)
    asked.write(station, asked.recorded(1, day=today), today)
    with served_link(station.folder) as (_process, link):
        context = chromium.new_context()
        page = context.new_page()
        page.goto(link)
        page.fill("#passphrase-cat", PASSPHRASE)
        with page.expect_navigation():
            page.click("main button.primary")
        yield Served(page, f"{link.split('/enter/')[0]}/cases/cat/1", asked.name_of(station))
        context.close()


def by_keys(page: Page, to: str, *keys: str) -> None:
    """Goes with Tab alone to what is there, and presses these keys."""
    for _ in range(80):
        if page.evaluate("(to) => document.activeElement.matches(to)", to):
            break
        page.keyboard.press("Tab")
    else:
        raise AssertionError(to)
    for key in keys:
        page.keyboard.press(key)


def test_a_question_is_asked_by_keys_alone(served: Served) -> None:
    page = served.page
    page.goto(served.case)
    by_keys(page, "a[href$='/consent']", "Enter")
    page.wait_for_url("**/consent")
    by_keys(page, "a[href$='/ask']", "Enter")
    page.wait_for_url("**/ask")
    by_keys(page, "#measure")
    page.keyboard.type("Refer")
    for field, words in (("recipient", "Another body"), ("text", "One person."), ("learn", "That."), ("help", "So.")):
        by_keys(page, f"#{field}")
        page.keyboard.type(words)
    by_keys(page, "#identity")
    page.keyboard.type("descr")
    with page.expect_navigation():
        by_keys(page, "button[value='look']", "Enter")
    assert page.locator("#wrong[aria-invalid='true'][aria-describedby='wrong-wrong']").count() == 1
    assert page.locator("#text").input_value() == "One person."
    by_keys(page, "#wrong")
    page.keyboard.type("Not.")
    with page.expect_navigation():
        by_keys(page, "button[value='look']", "Enter")
    assert page.locator(".as-seen").inner_text().count("One person.") == 1
    by_keys(page, "#typed")
    page.keyboard.type(served.name)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("#last").inner_text().count("Another body") == 1


def test_no_page_of_consent_has_a_barrier_or_runs_sideways(served: Served) -> None:
    page = served.page
    addresses = (
        "", "/consent", "/consent/ask", "/consent/risk", "/consent/persons/1/recorded", "/consent/persons/2/person",
        "/consent/recorded/1", "/consent/recorded/1/withdrawn",
    )  # fmt: skip
    for address in addresses:
        page.goto(served.case + address)
        assert page.locator(".veto").count() == 1
        for width in WIDTHS:
            for scheme in SCHEMES:
                look_like(page, width, scheme)
                assert faults(page) == [], address


def test_what_is_printed_is_the_text_and_its_slip_alone(served: Served) -> None:
    page = served.page
    look_like(page, 1280, "light")
    page.goto(f"{served.case}/consent/recorded/1")
    page.fill("#typed", served.name)
    page.click("form[action$='/text'] button")
    page.wait_for_url("**/text")
    assert faults(page) == []
    page.emulate_media(media="print")
    shown = page.locator("body").inner_text()
    page.emulate_media(media="screen")
    assert asked.TEXT in shown
    assert asked.RECIPIENT in shown
    for unwanted in (served.name, "Lock", "Print it now", "Back to"):
        assert unwanted not in shown
        assert unwanted in page.locator("body").inner_text()
