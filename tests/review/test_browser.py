"""The desk in a real browser: its keys, its clock, its directions of writing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.material import make_portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_memory import served_link, utc_day


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The link of a desk with one message, in Arabic."""
    today = utc_day()
    portal = make_portal(day=today, epochs=[today[:7]])
    station = Station(tmp_path_factory.mktemp("browser") / "station", portal)
    station.add_untold("cat")
    station.trust("cat")
    writer = Writer(portal=portal, language="ar")
    message = writer.account("جاؤوا إلى بيت أختي.", answers={"danger": "hours", "state": "do_not_contact"})
    day = close_day(portal, [writer.seal(message, epoch=today[:7])], day=today)
    station.take("cat", bundle(portal, [day]), today)
    with served_link(station.folder) as (_process, link):
        yield link


@pytest.fixture(scope="module")
def page(address: str, chromium: Browser) -> Iterator[Page]:
    """The one browser that has followed the link."""
    page = chromium.new_page()
    page.goto(address)
    yield page
    page.close()


@pytest.fixture
def case(page: Page, address: str) -> Page:
    """The case, unlocked."""
    root = address.split("/enter/")[0]
    page.goto(f"{root}/unlock")
    if page.locator("#passphrase-cat").count():
        page.fill("#passphrase-cat", PASSPHRASE)
        page.click("main button.primary")
    page.goto(f"{root}/cases/cat/1")
    assert page.locator("h1").count() == 1
    return page


def test_the_key_l_locks_and_blanks_the_page(case: Page) -> None:
    case.keyboard.press("l")
    case.wait_for_url("**/unlock")
    case.go_back()
    case.wait_for_url("**/unlock")
    assert "أختي" not in case.content()


def test_the_key_l_is_a_letter_while_somebody_writes(case: Page) -> None:
    case.click("text=Write an answer")
    case.locator("#text").press_sequentially("Hello, all")
    assert case.locator("#text").input_value() == "Hello, all"


def test_a_page_that_nobody_uses_blanks_itself(case: Page) -> None:
    case.clock.install()
    case.reload()
    case.clock.fast_forward(601_000)
    case.wait_for_url("**/unlock")


def test_a_minute_before_it_locks_the_page_says_so_and_lets_the_person_stay(case: Page) -> None:
    case.clock.install()
    case.reload()
    case.clock.fast_forward(530_000)
    assert not case.get_by_role("alert").is_visible()
    case.clock.fast_forward(12_000)
    assert "The desk locks in a minute." in case.get_by_role("alert").inner_text()
    case.get_by_role("button", name="Stay").click()
    assert not case.get_by_role("alert").is_visible()
    case.clock.fast_forward(500_000)
    assert case.locator("h1").is_visible()
    case.clock.fast_forward(101_000)
    case.wait_for_url("**/unlock")


def test_the_first_touch_after_a_sleep_locks_instead_of_counting_as_use(case: Page) -> None:
    case.clock.install(time=0)
    case.reload()
    case.clock.pause_at(10_000)
    case.clock.set_system_time(700_000)  # the clock jumped, and no timer has run since
    case.mouse.click(5, 5)
    case.wait_for_url("**/unlock")


def test_words_in_arabic_run_from_right_to_left_in_a_page_that_does_not(case: Page) -> None:
    assert case.locator("html").get_attribute("dir") == "ltr"
    assert case.locator("dd.words").first.evaluate("words => getComputedStyle(words).direction") == "rtl"
