"""The guide for the first day, and the keys: what helps without being needed."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from templates import languages
from tests.journey.looks import faults, look_like
from tests.material import make_portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import ADDRESS, PASSPHRASE, Station
from tests.review.test_desk import get, post, unlock
from tests.review.test_memory import served_link, utc_day

_PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Page]:
    """The browser of a desk with three cases."""
    today = utc_day()
    portal = make_portal(day=today, epochs=[today[:7]])
    station = Station(tmp_path_factory.mktemp("guide") / "station", portal)
    station.add_untold("cat")
    station.trust("cat")
    writers = [Writer(portal=portal, language=language) for language in ("ar", "en", "fr")]
    sealed = [writer.seal(writer.account("One sentence."), epoch=today[:7]) for writer in writers]
    station.take("cat", bundle(portal, [close_day(portal, sealed, day=today)]), today)
    with served_link(station.folder) as (_process, link):
        page = chromium.new_page(base_url="{0.scheme}://{0.netloc}".format(urlsplit(link)))
        page.goto(link)
        page.fill("#passphrase-cat", PASSPHRASE)
        page.click("main button.primary")
        yield page
        page.close()


@pytest.fixture
def today(page: Page) -> Page:
    """The desk's first page, with its keys on."""
    page.goto("/")
    if page.locator("body[data-keys=off]").count():
        turn_keys(page, "on")
    return page


def turn_keys(page: Page, way: str) -> None:
    """Turns the keys on or off by the list that a click opens."""
    page.click("#show-keys")
    page.click(f"#keys button[value={way}]")
    page.wait_for_selector("#show-keys:not([hidden])")


def focused(page: Page) -> str:
    """Where the focus is: the address of a link, or an empty text."""
    address: str = page.evaluate("() => document.activeElement.getAttribute('href') ?? ''")
    return address


def test_the_guide_can_be_read_while_everything_is_locked(client: FlaskClient) -> None:
    assert client.get("/", base_url=ADDRESS).status_code == 303
    assert client.get("/guide", base_url=ADDRESS).status_code == 200


@pytest.mark.parametrize("language", languages("review"))
def test_the_guide_looks_well_and_fills_two_printed_pages(language: str, today: Page) -> None:
    today.locator(".languages summary").click()
    if today.locator(f".languages button[value={language}]").count():
        today.click(f".languages button[value={language}]")
    today.goto("/guide")
    assert today.locator("html").get_attribute("lang") == language
    look_like(today, 360, "dark")
    assert faults(today) == []
    look_like(today, 1280, "light")
    assert faults(today) == []
    assert len(_PAGES.findall(today.pdf(prefer_css_page_size=True))) == 2


def test_a_longer_guide_would_be_seen_to_need_a_third_page(today: Page) -> None:
    today.goto("/guide")
    today.evaluate("() => document.querySelector('.sheet').append(document.querySelector('.sheet').cloneNode(true))")
    assert len(_PAGES.findall(today.pdf(prefer_css_page_size=True))) > 2


def test_a_question_mark_shows_every_key_and_escape_closes_the_list(today: Page) -> None:
    today.keyboard.press("?")
    shown = today.locator("#keys")
    assert shown.is_visible()
    assert shown.locator("kbd").all_inner_texts() == ["/", "j", "k", "Enter", "L", "?", "Esc"]
    assert faults(today) == []
    today.keyboard.press("Escape")
    assert not shown.is_visible()


def test_j_and_k_walk_through_the_list_and_enter_opens(today: Page) -> None:
    addresses = [link.get_attribute("href") for link in today.locator("nav.list [data-list] a").all()]
    assert len(addresses) == 3
    walked = []
    for key in ("j", "j", "k", "k", "k", "j"):
        today.keyboard.press(key)
        walked.append(focused(today))
    assert walked == [addresses[one] for one in (0, 1, 0, 0, 0, 1)]
    today.keyboard.press("Enter")
    today.wait_for_url(f"**{addresses[1]}")
    today.keyboard.press("j")
    assert focused(today) == addresses[2]


def test_a_slash_goes_to_the_search_and_stays_out_of_the_field(today: Page) -> None:
    today.keyboard.press("/")
    field = today.locator("[data-search]")
    assert field.evaluate("field => field === document.activeElement")
    assert field.input_value() == ""
    today.keyboard.type("/?jk")
    assert field.input_value() == "/?jk"
    assert not today.locator("#keys").is_visible()


def test_keys_that_are_turned_off_do_nothing_and_can_be_turned_on_again(today: Page) -> None:
    turn_keys(today, "off")
    for key in ("?", "/", "j", "l"):
        today.keyboard.press(key)
    assert not today.locator("#keys").is_visible()
    assert focused(today) == ""
    assert today.url.endswith("/")
    turn_keys(today, "on")
    today.keyboard.press("?")
    assert today.locator("#keys").is_visible()


def test_keys_take_no_other_word_than_on_and_off(client: FlaskClient) -> None:
    unlock(client)
    assert post(client, "/keys", get(client, "/"), keys="maybe")[0] == 400


def test_the_keys_stay_as_they_are_for_whoever_has_no_open_vault(client: FlaskClient) -> None:
    status, _ = post(client, "/keys", get(client, "/unlock"), keys="off")
    assert status == 303
    assert client.get_cookie("keys") is None
