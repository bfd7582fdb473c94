"""With script switched off every page is read whole, nothing on it is dead, and the form says where else to turn."""

import urllib.request
from collections.abc import Iterator
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, Page, expect

from templates import annex, languages, translations
from tests.journey.firefox import Firefox, firefox
from tests.journey.looks import look_like, looking, sideways
from tests.serving import serving

INFORMATION = ("", "about", "limits", "contacts")
FORM = ("write", "return")
CONTROLS = "button, input, textarea, select, form, summary:not(details > summary), [role=button], [contenteditable]"
ADVICE = (
    "Scripts are switched off in this browser. So the test cannot run, and the form stays closed.",
    "The form opens at the security levels Standard and Safer. At Safest, all scripts are switched off.",
    "Change nothing but the level. Whoever switches on scripts for one website only, or adds an extension, can be "
    "told apart from other people.",
    "If you want to stay at Safest, use another way.",
    "Other ways",
)
EARLY = (
    "Scripts are switched off in this browser. You can read all pages. To write or to read an answer, you need "
    "scripts: the lock is one."
)
LANGUAGES = languages("intake")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the module's own intake."""
    with serving(tmp_path_factory.mktemp("site"), workers=1, limits="") as served:
        yield f"http://127.0.0.1:{served.port}"


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A browser whose script is switched off."""
    with looking(chromium, script=False) as page:
        yield page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", INFORMATION)
def test_every_word_of_an_information_page_is_there_without_script(
    name: str, language: str, plain: Page, page: Page, site: str
) -> None:
    address = f"{site}/{language}/{name}"
    page.goto(address)
    plain.goto(address)
    for each in (page, plain):
        for folded in each.locator("summary").all():
            folded.click()
    more = [line for line in lines(plain) if line not in lines(page)]
    assert [line for line in lines(page) if line not in lines(plain)] == []
    assert more == ([] if name else [said(language, EARLY)])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*INFORMATION, *FORM, "nowhere"])
def test_nothing_on_a_page_is_dead_without_script(name: str, language: str, plain: Page, site: str) -> None:
    plain.goto(f"{site}/{language}/{name}")
    assert [each for each in plain.locator(CONTROLS).all() if each.is_visible()] == []
    for link in plain.locator("a[href]").all():
        address = link.get_attribute("href") or ""
        if address.startswith("#"):
            assert plain.locator(address).count() == 1
        elif address.startswith("/"):
            assert status_of(site + address) == 200, address
        else:
            assert link.get_attribute("class") == "exit"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FORM)
def test_a_form_page_says_what_to_do_and_leads_to_the_addresses(
    name: str, language: str, plain: Page, site: str
) -> None:
    look_like(plain, 360, "light")
    plain.goto(f"{site}/{language}/{name}")
    shown = lines(plain)
    assert [words for words in ADVICE if said(language, words) not in shown] == []
    assert sideways(plain) <= 0
    plain.locator("main a[href$='/contacts']").click()
    plain.locator("main bdi.address").first.wait_for()
    addresses = plain.locator("main bdi.address").all_inner_texts()
    assert {each["email"] for each in annex()["committees"]} & set(addresses)


def test_the_first_page_leads_on_without_script(plain: Page, site: str) -> None:
    plain.goto(f"{site}/")
    for language in LANGUAGES:
        plain.locator(f"main a[hreflang={language}]").click()
        expect(plain.locator("html")).to_have_attribute("lang", language)
        expect(plain.locator("noscript strong")).to_be_visible()
        plain.go_back()


def test_a_control_that_is_shown_without_script_would_be_found(plain: Page, site: str) -> None:
    control = "<main><button>Send</button></main>"
    plain.route("**/en/about", lambda route: route.fulfill(body=control, content_type="text/html"))
    plain.goto(f"{site}/en/about")
    assert len([each for each in plain.locator(CONTROLS).all() if each.is_visible()]) == 1


def test_firefox_without_script_shows_the_same(page: Page, site: str) -> None:
    with firefox({"javascript.enabled": False}) as browser:
        for language in LANGUAGES:
            for name in INFORMATION:
                address = f"{site}/{language}/{name}"
                page.goto(address)
                browser.goto(address)
                assert missing(lines(page), browser) == []
            for name in FORM:
                browser.goto(f"{site}/{language}/{name}")
                assert missing([said(language, words) for words in ADVICE], browser) == []
                assert [each for each in browser.all(CONTROLS) if each.is_displayed()] == []


def missing(wanted: list[str], browser: Firefox) -> list[str]:
    """The lines that are not shown."""
    shown = squeezed(browser.all("main")[0].text)
    return [line for line in wanted if squeezed(line) not in shown]


def squeezed(text: str) -> str:
    """Two engines put different blanks between the parts of a page."""
    return "".join(text.split())


def lines(page: Page) -> list[str]:
    """What a person can read in the page's own part."""
    return [line.strip() for line in page.locator("main").inner_text().splitlines() if line.strip()]


def said(language: str, english: str) -> str:
    """The same in another language."""
    return english if language == "en" else translations("intake", language)[english]


def status_of(address: str) -> int:
    """What a page of ours is answered with."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  (our own server)
            return int(answer.status)
    except HTTPError as error:
        return error.code
