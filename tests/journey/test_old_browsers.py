"""A browser that cannot lock is told so, with the reason, before there is a field; one that can is let in."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

import templates
from templates import languages
from tests.bench.second_engine import SAFER
from tests.journey.firefox import firefox
from tests.journey.looks import faults, look_like, looking
from tests.journey.tap import Tap, tap
from tests.journey.test_closed import assert_closed
from tests.serving import Served, serving

BUNDLER = Path(templates.__file__).parents[1] / "intake/browser/tools/bundle.mjs"
TOR_BROWSER = {"115": "13"}  # the release of Tor Browser that is made of this Firefox

NO_NUMBERS = "delete window.BigInt"
OLD: dict[str, tuple[str, str]] = {
    "no BigInt": (NO_NUMBERS, "numbers"),
    "no crypto": ("Object.defineProperty(window, 'crypto', {value: undefined})", "chance"),
    "no getRandomValues": ("delete Crypto.prototype.getRandomValues", "chance"),
    "random values that are always the same": ("Crypto.prototype.getRandomValues = (array) => array", "chance"),
    "no ReadableStream": ("delete window.ReadableStream", "streams"),
    "no TransformStream": ("delete window.TransformStream", "streams"),
    "no TextEncoder": ("delete window.TextEncoder", "letters"),
    "no TextDecoder": ("delete window.TextDecoder", "letters"),
    "no Intl": ("delete window.Intl", "letters"),
    "no fetch": ("delete window.fetch", "sending"),
    "no AbortController": ("delete window.AbortController", "sending"),
    "no replaceChildren": ("delete Element.prototype.replaceChildren", "screens"),
}
SCRIPT = re.compile(r"integrity=\"[^\"]*\"")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The module's own intake."""
    with serving(tmp_path_factory.mktemp("site"), workers=1, limits="") as served:
        yield served


@pytest.fixture
def wire(site: Served) -> Iterator[Tap]:
    """The way to it."""
    with tap(site.port) as wire:
        yield wire


@pytest.fixture
def old(page: Page, wire: Tap) -> Callable[[str, str], Page]:
    """Opens a page of the form in a browser that was made poorer by this script, and waits for what it is told."""

    def opened(script: str, path: str) -> Page:
        page.add_init_script(script)
        page.goto(f"{wire.address}/{path}")
        page.locator("#screen [data-needs]").first.wait_for(state="attached")
        return page

    return opened


@pytest.mark.parametrize(("script", "need"), OLD.values(), ids=OLD)
def test_what_a_browser_lacks_is_named_before_there_is_a_field(
    script: str, need: str, old: Callable[[str, str], Page], wire: Tap
) -> None:
    page = old(script, "en/write")
    shown = [row.get_attribute("data-needs") for row in page.locator("#screen [data-needs]:visible").all()]
    assert shown == [need]
    assert "cannot lock your words" in page.locator("h1").inner_text()
    assert_closed(page, wire)
    assert not [request for request in wire.requests() if "/start" in request or "/keys" in request]


@pytest.mark.parametrize("document", ["write", "return"])
@pytest.mark.parametrize("language", languages("intake"))
def test_both_pages_say_it_in_every_language_and_look_well(
    language: str, document: str, old: Callable[[str, str], Page], wire: Tap
) -> None:
    page = old(NO_NUMBERS, f"{language}/{document}")
    look_like(page, 360, "light")
    assert page.locator("#screen button, #screen input").count() == 0
    assert page.evaluate("document.activeElement.id") == "heading"
    assert faults(page) == []
    assert_closed(page, wire)


def test_exit_still_empties_the_page_of_a_browser_that_is_told(old: Callable[[str, str], Page]) -> None:
    page = old(NO_NUMBERS, "en/write")
    page.evaluate("document.querySelector('a.exit').href = 'about:blank'")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("about:blank")


STANDING = {
    "words that it cannot read": "const kept = 1; const kept = 2;",
    "a fault while it is loaded": "throw new TypeError('Promise.none is not a function');",
}


@pytest.mark.parametrize("script", STANDING.values(), ids=STANDING)
@pytest.mark.parametrize("document", ["write", "return"])
def test_a_browser_too_old_for_the_script_itself_shows_what_stands_there(
    document: str, script: str, page: Page, wire: Tap
) -> None:
    """Nothing runs, so the page has to have said it before: what it means when it stays as it is, and what to do."""
    page.route(f"**/en/{document}", without_digests)
    page.route("**/static/{form,return}.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    page.goto(f"{wire.address}/en/{document}")
    page.wait_for_load_state("networkidle")
    said = page.locator("#screen").inner_text()
    for words in ("looks like this after a minute", "nothing has been sent", "may be too old", "Safer", "Other ways"):
        assert words in said
    assert_closed(page, wire)


def test_the_releases_that_the_page_names_are_those_that_the_script_is_made_for() -> None:
    target = dict(re.findall(r'"(firefox|chrome|safari)(\d+)"', BUNDLER.read_text()))
    named = "Firefox {firefox}, Chrome {chrome}, Safari {safari}, Tor Browser {tor}"
    words = named.format(**target, tor=TOR_BROWSER[target["firefox"]])
    for template in ("form/opening.html", "form/too_old.html"):
        assert words in templates.environment("intake", "en").get_template(template).render(VALUES)


VALUES = {"lang": "en"}


@pytest.fixture
def elsewhere(page: Page, wire: Tap) -> Callable[[], str]:
    """What is seen of the form when another website shows it inside its own page."""
    frame = f"<!doctype html><iframe src='{wire.address}/en/write'></iframe>"
    page.route("http://elsewhere.example/", lambda route: route.fulfill(body=frame, content_type="text/html"))

    def seen() -> str:
        page.goto("http://elsewhere.example/")
        page.wait_for_load_state("networkidle")
        return " ".join(each.text_content("body") or "" for each in page.frames[1:])

    return seen


def test_another_website_cannot_show_the_form_inside_its_own_page(elsewhere: Callable[[], str]) -> None:
    assert "Read an answer" not in elsewhere()


def test_without_its_header_it_could(elsewhere: Callable[[], str], page: Page) -> None:
    page.route("**/en/write", without_policy)
    assert "Read an answer" in elsewhere()


def test_the_form_opens_in_firefox_as_tor_browser_has_it_at_level_safer(wire: Tap) -> None:
    with firefox(SAFER) as browser:
        for language in languages("intake"):
            browser.goto(f"{wire.address}/{language}/write")
            browser.wait_for("fieldset.options input")
            assert browser.run("return window.wrappedJSObject.WebAssembly === undefined")
            browser.goto(f"{wire.address}/{language}/return")
            browser.wait_for("textarea.digits-field")


def test_a_browser_that_lacks_nothing_is_told_nothing(chromium: Browser, wire: Tap) -> None:
    with looking(chromium) as page:
        page.goto(f"{wire.address}/en/write")
        page.locator("fieldset.options").wait_for()
        expect(page.locator("#screen [data-needs]")).to_have_count(0)


def without_digests(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=SCRIPT.sub("", answer.text()))


def without_policy(route: Route) -> None:
    answer = route.fetch()
    kept = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=kept)
