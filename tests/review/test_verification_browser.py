"""The verification record in a real browser: what is typed is kept as it goes, by keys alone, at every width."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.journey.looks import SCHEMES, WIDTHS, faults, look_like
from tests.material import make_portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_memory import served_link, utc_day

CASES = 9
KEPT = "Kept in the vault at this desk."


@dataclass(slots=True)
class Served:
    """A desk in one browser; a test takes a case that no other has."""

    context: BrowserContext
    root: str
    link: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def record(self) -> str:
        """The address of the record of a case that nothing was done with."""
        number = next(self.numbers)
        assert number <= CASES
        return f"{self.root}/cases/cat/{number}/verification"

    def tab(self, address: str) -> Page:
        """The page in a new tab, the vault unlocked."""
        page = self.context.new_page()
        page.goto(address)
        if page.locator("#passphrase-cat").count():
            page.fill("#passphrase-cat", PASSPHRASE)
            with page.expect_navigation():
                page.click("main button.primary")
            page.goto(address)
        return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Served]:
    today = utc_day()
    portal = make_portal(day=today, epochs=[today[:7]])
    station = Station(tmp_path_factory.mktemp("verification") / "station", portal)
    station.add_untold("cat")
    station.trust("cat")
    writers = [Writer(portal=portal, language="ar") for _ in range(CASES)]
    made = [one.with_files(one.account("جاؤوا إلى بيت أختي."), {"letter.txt": b"x"}) for one in writers]
    envelopes = [one.seal(message, epoch=today[:7]) for one, (message, _) in zip(writers, made, strict=True)]
    day = close_day(portal, envelopes, day=today, parts=[parts for _, parts in made])
    station.take("cat", bundle(portal, [day]), today)
    with served_link(station.folder) as (_process, link):
        context = chromium.new_context()
        context.new_page().goto(link)
        yield Served(context, link.split("/enter/")[0], link)
        context.close()


def press(page: Page, selector: str) -> None:
    """Presses a button that leads to a page."""
    with page.expect_navigation():
        page.click(selector)


def test_what_is_typed_is_kept_without_a_button(served: Served) -> None:
    address = served.record()
    page = served.tab(address)
    expect(page.locator("#kept")).to_have_text("")
    page.locator("#summary").press_sequentially("Two men came.")
    expect(page.locator("#kept")).to_have_text(KEPT, timeout=20_000)
    assert served.tab(address).locator("#summary").input_value() == "Two men came."


def test_without_the_script_the_button_keeps_it_and_nothing_else_does(served: Served) -> None:
    address = served.record()
    page = served.context.new_page()
    page.route("**/static/verification.js", lambda route: route.abort())
    served.tab(f"{served.root}/").close()
    page.goto(address)
    page.fill("#summary", "Two men came.")
    page.goto(f"{served.root}/")
    page.goto(address)
    assert page.locator("#summary").input_value() == ""
    page.fill("#summary", "Two men came.")
    press(page, "#keep")
    expect(page.locator("#kept")).to_have_text(KEPT)
    assert served.tab(address).locator("#summary").input_value() == "Two men came."


def test_who_locks_at_once_after_typing_loses_no_word(served: Served) -> None:
    address = served.record()
    page = served.tab(address)
    page.locator("#summary").press_sequentially("The last words.")
    press(page, "#lock button")
    page.wait_for_url("**/unlock")
    assert served.tab(address).locator("#summary").input_value() == "The last words."


def test_who_leaves_the_page_in_the_midst_of_a_word_loses_none(served: Served) -> None:
    address = served.record()
    page = served.tab(address)
    page.locator("#summary").press_sequentially("In the mid")
    page.goto(f"{served.root}/")
    assert served.tab(address).locator("#summary").input_value() == "In the mid"


def test_a_row_is_added_though_the_draft_is_being_kept_at_that_moment(served: Served) -> None:
    address = served.record()
    page = served.tab(address)
    for number in (1, 2, 3):
        page.locator("#summary").press_sequentially(f"{number} ")
        press(page, "button[value='add-sources']")
        assert page.locator("#record[data-differs]").count() == 0
    assert sorted(page.locator("#summary").input_value().split()) == ["1", "2", "3"]
    assert page.locator("tr[id^='sources-']").count() == 3


def test_of_two_tabs_the_later_says_so_and_replaces_nothing(served: Served) -> None:
    address = served.record()
    first, second = served.tab(address), served.tab(address)
    first.fill("#summary", "Of the first tab.")
    expect(first.locator("#kept")).to_have_text(KEPT, timeout=20_000)
    second.fill("#summary", "Of the second tab.")
    expect(second.locator("#kept")).to_contain_text("Nothing was overwritten", timeout=20_000)
    assert second.locator("#summary").input_value() == "Of the second tab."
    assert served.tab(address).locator("#summary").input_value() == "Of the first tab."
    press(second, "#keep")
    expect(second.locator(".different")).to_contain_text("Of the first tab.")
    press(second, "button[value^='overwrite-']")
    assert served.tab(address).locator("#summary").input_value() == "Of the second tab."


def test_a_version_is_finished_by_keys_alone(served: Served) -> None:
    page = served.tab(served.record())
    keys = page.keyboard

    def walk_to(selector: str) -> None:
        for _ in range(150):
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            keys.press("Tab")
        raise AssertionError(selector)

    walk_to("#summary")
    keys.type("Two men came.")
    walk_to("#type input")
    keys.press("ArrowDown")
    walk_to("#acts input[value=threat]")
    keys.press("Space")
    walk_to("button[value=finish]")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.locator("#faults")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("#author")).to_be_focused()
    keys.type("A. Point")
    walk_to("button[value=finish]")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.locator("h1 ~ .mark").first).to_have_text("version 1")
    expect(page.locator(".outcome")).to_contain_text("undetermined")


def test_the_pages_look_well_and_the_finished_one_prints_as_a_document(served: Served) -> None:
    page = served.tab(served.record())
    page.fill("#summary", "A long-unbroken-word-" * 20)
    page.check("#type input[value=report]")
    for table in ("dates", "sources", "items", "facts", "sources"):
        press(page, f"button[value='add-{table}']")
    page.select_option("#items-1-file", index=1)
    press(page, "button[value=finish]")
    found = {"faults": faults_everywhere(page)}
    for name, words in (
        ("#sources-1-name", "The writer"), ("#sources-2-name", "A neighbour"), ("#items-1-shows", "A summons"),
        ("#facts-1-words", "They came"), ("#dates-1-date", "in spring"), ("#author", "A. Point"),
    ):  # fmt: skip
        page.fill(name, words)
    page.select_option("#dates-1-precision", "about")
    press(page, "button[value='remove-items-1']")
    found["asked"] = faults_everywhere(page)
    press(page, ".asked button[value=keep]")
    press(page, ".finish button[value=finish]")
    found["version"] = faults_everywhere(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert not page.locator(".confidential").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".confidential").is_visible()
    assert "Confidential" in page.locator(".confidential").inner_text()
    assert not any(page.locator(one).is_visible() for one in (".bar", ".side", ".tools >> nth=0", ".way-back"))


def faults_everywhere(page: Page) -> dict[str, list[str]]:
    """What is wrong with the page at each width and in each scheme, and when its words run from right to left."""
    wrong = {}
    for width in WIDTHS:
        for scheme in SCHEMES[: 2 if width == max(WIDTHS) else 1]:
            look_like(page, width, scheme)
            wrong[f"{width} px, {scheme}"] = faults(page)
        page.evaluate("() => { document.documentElement.dir = 'rtl' }")
        wrong[f"{width} px, rtl"] = [one for one in faults(page) if "sideways" in one]
        page.evaluate("() => { document.documentElement.dir = 'ltr' }")
    return {look: found for look, found in wrong.items() if found}


def _note(sent: list[dict[str, list[str]]], request: Request) -> None:
    if request.url.endswith("/draft"):
        sent.append(parse_qs(request.post_data or ""))


def test_a_page_that_is_left_while_its_draft_is_on_its_way_goes_on_from_that_draft_alone(served: Served) -> None:
    address, sent = served.record(), list[dict[str, list[str]]]()
    pages = [served.tab(address), served.tab(address)]
    for page in pages:
        # Held back for good, as if it were still on its way.
        page.route("**/draft", lambda _route: None)
        page.on("request", lambda request: _note(sent, request))
        page.locator("#summary").press_sequentially("Two men came.")
        with page.expect_request("**/draft"):
            page.locator("#summary").blur()
        page.locator("#summary").press_sequentially(" And left.")
        with page.expect_request("**/draft"):
            page.evaluate("dispatchEvent(new Event('pagehide'))")
        page.close()
    (first, last), (first_of_other, _) = sent[:2], sent[2:]
    assert (first["counter"], first_of_other["counter"]) == (["0"], ["0"])
    assert last["counter"] == first["next"]
    assert first["next"] != first_of_other["next"]
    assert int(first["next"][0]) > 0
