"""When anything is missing, altered or not to be believed, there is no field, nothing leaves, and the page says so."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journey.looks import looking
from tests.journey.tap import Tap

FIELDS = "input, textarea, select, form, [contenteditable]"
NEXT_YEAR = datetime.now(UTC) + timedelta(days=365)

Spoil = Callable[[Route], None]


def missing(route: Route) -> None:
    route.fulfill(status=404)


def broken_off(route: Route) -> None:
    route.abort("connectionreset")


def altered(change: Callable[[str], str]) -> Spoil:
    """What the server sends, with its text changed."""

    def spoil(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=change(answer.text()))

    return spoil


def with_one_signature(text: str) -> str:
    """The directory as one root alone would have signed it."""
    start = json.loads(text)
    signed, _, signatures = start["directory"].partition("\n\n")
    start["directory"] = f"{signed}\n\n{signatures.splitlines()[0]}\n"
    return json.dumps(start)


def with_another_word(text: str) -> str:
    """The directory after somebody changed it without signing."""
    start = json.loads(text)
    start["directory"] = start["directory"].replace("Committee against Torture", "Committee for Torture")
    return json.dumps(start)


def with_one_bit_flipped(route: Route) -> None:
    answer = route.fetch()
    body = bytearray(answer.body())
    body[700] ^= 1
    route.fulfill(response=answer, body=bytes(body))


def a_year_later(route: Route) -> None:
    answer = route.fetch()
    headers = {**answer.headers, "date": format_datetime(NEXT_YEAR, usegmt=True)}
    route.fulfill(response=answer, headers=headers)


def assert_closed(page: Page, wire: Tap) -> None:
    """No place to type, no request but reading ones, and other ways are shown."""
    assert page.locator(FIELDS).count() == 0
    assert [request for request in wire.requests() if not request.startswith("GET ")] == []
    assert page.locator("main a[href$='/contacts']").is_visible()


@pytest.mark.parametrize("document", ["write", "return"])
@pytest.mark.parametrize(
    "spoil",
    [
        missing,
        broken_off,
        altered(lambda script: script[: len(script) // 2]),
        altered(lambda script: "throw 1;" + script),
    ],
    ids=["missing", "broken off", "cut in half", "throwing"],
)
def test_without_its_whole_script_the_page_stays_closed(document: str, spoil: Spoil, page: Page, wire: Tap) -> None:
    page.route("**/static/{form,return}.js", spoil)
    page.goto(f"{wire.address}/en/{document}")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-screen=opening]")).to_be_visible()
    assert_closed(page, wire)


REFUSALS = [
    ("a directory that one root signed", "**/start", altered(with_one_signature), "too-few-signatures"),
    ("a directory changed after signing", "**/start", altered(with_another_word), "bad-signature"),
    ("no directory", "**/start", missing, "bad-answer"),
    ("a line that breaks", "**/start", broken_off, "line"),
    ("a key file with a flipped bit", "**/keys/*", with_one_bit_flipped, "key-file-mismatch"),
    ("no key file", "**/keys/*", missing, "bad-answer"),
]


@pytest.mark.parametrize(("path", "spoil", "code"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_what_cannot_be_believed_closes_the_form(path: str, spoil: Spoil, code: str, page: Page, wire: Tap) -> None:
    page.route(path, spoil)
    page.goto(f"{wire.address}/en/write")
    expect(page.locator("[data-slot=code]")).to_have_text(code)
    expect(page.locator("[data-slot=reason]")).not_to_be_empty()
    assert_closed(page, wire)


def test_an_expired_directory_closes_the_form(page: Page, wire: Tap) -> None:
    page.clock.set_fixed_time(NEXT_YEAR)
    page.route("**/start", a_year_later)
    page.goto(f"{wire.address}/en/write")
    expect(page.locator("[data-slot=code]")).to_have_text("expired")
    assert_closed(page, wire)


def test_an_untouched_page_opens(page: Page, wire: Tap) -> None:
    """Otherwise the tests above would pass on a page that never opens."""
    page.goto(f"{wire.address}/en/write")
    page.locator("fieldset.options").wait_for()


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("document", ["write", "return"])
def test_with_script_switched_off_the_page_says_why_it_needs_it(
    language: str, document: str, chromium: Browser, wire: Tap
) -> None:
    with looking(chromium, script=False) as page:
        page.goto(f"{wire.address}/{language}/{document}")
        expect(page.locator("noscript strong")).to_be_visible()
        assert_closed(page, wire)
