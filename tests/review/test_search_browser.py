"""The list and the search in a real browser: by keyboard alone, at two widths, and nothing that axe finds."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.journey.looks import faults, look_like
from tests.material import make_portal
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_inbox import fill
from tests.review.test_memory import served_link, utc_day


def test_cases_are_found_and_opened_by_keyboard_alone_on_pages_without_fault(tmp_path: Path, chromium: Browser) -> None:
    today = utc_day()
    station = Station(tmp_path / "station", make_portal(day=today, epochs=[today[:7]]))
    station.add_untold("cat")
    station.trust("cat")
    fill(station, 60)
    with served_link(station.folder) as (_process, link):
        page = chromium.new_page()
        page.goto(link)
        page.fill("#passphrase-cat", PASSPHRASE)
        page.keyboard.press("Enter")
        page.locator("nav.list").wait_for()
        page.keyboard.press("j")
        assert "/cases/cat/" in page.evaluate("document.activeElement.href")
        for path in ("/?show=danger", "/?show=overdue&language=fr", "/?vault=cat&page=2", "/search"):
            page.goto(f"{link.split('/enter/')[0]}{path}")
            for width in (1280, 360):
                look_like(page, width, "dark" if width == 360 else "light")
                assert faults(page) == [], (path, width)
        page.keyboard.press("/")
        page.keyboard.type("papers")
        page.keyboard.press("Enter")
        page.locator("ol.hits mark").first.wait_for()
        assert page.url.endswith("/search")
        assert faults(page) == []
        page.locator("h1").click()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.locator("ol.conversation").wait_for()
        page.close()
