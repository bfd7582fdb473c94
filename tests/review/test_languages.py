"""Every page of the desk in each language: nothing that axe finds, nothing to scroll sideways, also at 200 % zoom."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from templates import direction, languages
from tests.journey.looks import faults, look_like
from tests.material import make_portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_memory import served_link, utc_day

CASE = "/cases/cat/1"
PAGES = (
    "/",
    "/?show=waiting",
    "/search",
    CASE,
    f"{CASE}/write",
    f"{CASE}/verification",
    f"{CASE}/consent",
    f"{CASE}/consent/ask",
    f"{CASE}/consent/risk",
    f"{CASE}/consent/persons/1/recorded",
    f"{CASE}/consent/persons/2/person",
    "/exchange",
    "/backup",
    "/passphrase",
    "/journal",
    "/aside",
    "/guide",
)
# A window of 1280 px at 200 % has room for 640 of the page's.
LOOKS = ((1280, "light"), (640, "dark"))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Page]:
    """The browser of a desk with one case, whose writer forbade every contact with the State."""
    today = utc_day()
    portal = make_portal(day=today, epochs=[today[:7]])
    station = Station(tmp_path_factory.mktemp("languages") / "station", portal)
    station.add_untold("cat")
    station.trust("cat")
    writer = Writer(portal=portal, language="ar")
    message = writer.account("جاؤوا إلى بيت أختي.", answers={"danger": "hours", "state": "do_not_contact"})
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(message, epoch=today[:7])], day=today)]), today)
    with served_link(station.folder) as (_process, link):
        page = chromium.new_page(base_url="{0.scheme}://{0.netloc}".format(urlsplit(link)))
        page.goto(link)
        page.fill("#passphrase-cat", PASSPHRASE)
        page.click("main button.primary")
        yield page
        page.close()


@pytest.mark.parametrize(
    "language",
    [one if one == "ar" else pytest.param(one, marks=pytest.mark.prove) for one in languages("review")],
)
def test_every_page_looks_well_in_this_language(language: str, page: Page) -> None:
    page.goto("/")
    page.locator(".languages summary").click()
    if page.locator(f".languages button[value={language}]").count():
        page.click(f".languages button[value={language}]")
    found = {}
    for path in PAGES:
        answer = page.goto(path)
        assert answer is not None
        assert (path, answer.status) == (path, 200)
        shown = page.locator("html")
        assert (shown.get_attribute("lang"), shown.get_attribute("dir")) == (language, direction(language))
        for width, scheme in LOOKS:
            look_like(page, width, scheme)
            found[f"{path}, {width} px, {scheme}"] = faults(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
