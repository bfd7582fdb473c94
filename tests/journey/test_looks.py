"""Every page and every screen: nothing to scroll sideways, nothing that axe finds, at two widths, in light and dark."""

import pytest
from playwright.sync_api import Browser, Page

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving
from tests.journey.desk import Desk
from tests.journey.looks import SCHEMES, WIDTHS, barriers, faults, look_like, looking, sideways
from tests.journey.person import Person
from tests.journey.scripts import ARABIC, CHINESE, FRENCH, Story

LANGUAGES = ("en", "fr", "ar")
INFORMATION = ("", "about", "limits", "contacts", "no-such-page")
DOCUMENTS = ("write", "return")
BAD_PAGE = (
    "<html><body><img src='x'><input><p style='width: 3000px; color: #999; background: #aaa'>faint</p></body></html>"
)


def test_a_bad_page_is_found_to_be_bad(page: Page) -> None:
    page.set_content(BAD_PAGE)
    rules = {found.split(":")[0] for found in barriers(page)}
    assert {"image-alt", "label", "color-contrast", "html-has-lang"} <= rules
    assert sideways(page) > 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_information_look_well(language: str, page: Page, served: Serving) -> None:
    found = {}
    for path in ("", *(f"{language}/{name}" for name in INFORMATION)):
        page.goto(f"{served.intake.address}{path}")
        found[path] = faults_everywhere(page)
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_information_reads_the_same_without_script_but_for_what_is_said_about_that(
    language: str, chromium: Browser, served: Serving
) -> None:
    with looking(chromium) as with_script, looking(chromium, script=False) as without:
        for path in ("", *(f"{language}/{name}" for name in INFORMATION)):
            for page in (with_script, without):
                page.goto(f"{served.intake.address}{path}")
            without.evaluate("() => document.querySelectorAll('noscript').forEach((one) => one.remove())")
            assert without.locator("main").inner_text() == with_script.locator("main").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_closed_form_looks_well(language: str, document: str, chromium: Browser, served: Serving) -> None:
    with looking(chromium) as page:
        page.route("**/static/{form,return}.js", lambda route: route.fulfill(status=404))
        page.goto(f"{served.intake.address}{language}/{document}")
        assert faults_everywhere(page) == {}


@pytest.mark.parametrize("story", [ARABIC, CHINESE, FRENCH], ids=lambda story: story.language)
def test_every_screen_of_the_form_looks_well(story: Story, page: Page, served: Serving) -> None:
    found = {}
    person = Person(page, served.intake.address.rstrip("/"), story.language)
    person.after_each_screen(lambda name: found.update({name: faults_everywhere(page)}))
    person.open_form()
    person.choose(story.committee)
    person.answer_questions(story.account, story.unsafe)
    receipt = person.send()
    person.clear()
    person.come_back(receipt)
    assert len(found) >= 11
    assert {screen: faults for screen, faults in found.items() if faults} == {}


def test_every_page_of_the_desk_looks_well(
    page: Page, chromium: Browser, served: Serving, rehearsal: Rehearsal
) -> None:
    with looking(chromium) as theirs:
        person = Person(theirs, served.intake.address.rstrip("/"), "fr")
        person.open_form()
        person.choose(FRENCH.committee)
        person.answer_questions(FRENCH.account, FRENCH.unsafe)
        person.send()
    rehearsal.close_day()
    rehearsal.carry_out()

    found = {}
    desk = Desk(page, served.desk_link)
    desk.after_each_page(lambda name: found.update({name: faults_everywhere(page)}))
    desk.unlock({"cat": rehearsal.passphrases["cat"]})
    desk.open(min(desk.cases()))
    desk.acknowledge()
    desk.answer(FRENCH.answer)
    assert len(found) >= 8
    assert {name: faults for name, faults in found.items() if faults} == {}


def faults_everywhere(page: Page) -> dict[str, list[str]]:
    """What is wrong with the page as it stands now, at each width and in each scheme where something is."""
    found = {}
    for width in WIDTHS:
        for scheme in SCHEMES:
            look_like(page, width, scheme)
            found[f"{width} px, {scheme}"] = faults(page)
    return {look: wrong for look, wrong in found.items() if wrong}
