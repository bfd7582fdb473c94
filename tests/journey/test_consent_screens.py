"""The screens of a question for consent: what they need, by keys alone, on a line that breaks, and how they look."""

import pytest
from playwright.sync_api import Page, expect

from crypto.wire.message import ConsentAnswerBody
from tests.journey.asked import PROPOSAL, WITHIN_MS, Thread, begin, choose, press, radios
from tests.journey.looks import SCHEMES, faults, look_like
from tests.journey.person import Person
from tests.journey.sender import Intake
from tests.serving import TODAY, Served

WIDTHS = (320, 360, 1280)


@pytest.fixture
def thread(intake: Intake) -> Thread:
    return Thread.of(intake)


@pytest.fixture
def person(page: Page, alone: Served) -> Person:
    return Person(page, f"http://127.0.0.1:{alone.port}", "en")


def test_no_answer_is_sent_that_nobody_has_chosen(page: Page, person: Person, thread: Thread) -> None:
    thread.ask()
    person.come_back(thread.receipt)
    begin(page)
    page.locator("#screen .buttons button[data-act=continue]").click()
    expect(page.locator("#error")).to_contain_text("Choose one of these answers")
    expect(page.get_by_role("radio").first).to_be_focused()
    assert thread.said() == []


def test_while_the_line_is_down_choice_and_words_stay_and_then_they_arrive(
    page: Page, person: Person, thread: Thread
) -> None:
    thread.ask()
    person.come_back(thread.receipt)
    page.route("**/submissions/*", lambda route: route.abort())
    begin(page)
    choose(page, "change", "Leave out the meeting.")
    press(page, "continue")
    expect(page.locator("[data-slot=trouble-words]")).to_contain_text("Your words are still here")
    page.locator("#screen [data-slot=trouble] button[data-act=back]").click()
    expect(page.locator("#screen :checked")).to_have_attribute("aria-labelledby", "option-change")
    assert page.locator("#screen textarea").input_value() == "Leave out the meeting."
    press(page, "continue")
    expect(page.locator("[data-slot=trouble-words]")).to_be_visible()
    page.unroute("**/submissions/*")
    page.locator("#screen [data-slot=trouble] button[data-act=again]").click()
    page.locator("[data-slot=sent]").wait_for(timeout=WITHIN_MS)
    (only,) = thread.said()
    assert isinstance(only.body, ConsentAnswerBody)
    assert (only.body.answer, only.body.text) == ("change", "Leave out the meeting.")


def test_a_question_is_answered_with_keys_alone(page: Page, person: Person, thread: Thread) -> None:
    thread.ask()
    person.come_back(thread.receipt)
    tab_to(page, "button[data-act=more-0]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    tab_to(page, "input[type=radio]")
    page.keyboard.press("Space")
    tab_to(page, "button[data-act=continue]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Do you say yes to exactly this?")
    expect(page.locator("h1")).to_be_focused()
    tab_to(page, "button[data-act=continue]")
    page.keyboard.press("Enter")
    page.locator("[data-slot=sent]").wait_for(timeout=WITHIN_MS)
    assert [one.body.answer for one in thread.said() if isinstance(one.body, ConsentAnswerBody)] == ["yes"]


def tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(`#screen ${selector}`)", selector):
            return
    raise AssertionError(f"no key leads to {selector}")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_screen_of_a_question_looks_well(language: str, page: Page, thread: Thread, alone: Served) -> None:
    thread.ask(expires=TODAY, language="ar", text="سيعرفون أن أحداً تكلم.")
    thread.ask(signer="ced", text="")
    thread.ask(measure="tell-everybody")
    thread.ask(proposal=PROPOSAL * 6 + "\n" + "W" * 80)
    Person(page, f"http://127.0.0.1:{alone.port}", language).come_back(thread.receipt)
    found = {"thread": faults_everywhere(page)}
    page.locator("article.request button:visible").last.click()
    found["answers"] = faults_everywhere(page)
    page.locator("#screen .buttons button[data-act=continue]").click()
    found["nothing chosen"] = faults_everywhere(page)
    page.locator("#screen button.back").click()
    for button in range(2):
        page.locator("article.request button:visible").nth(button).click()
        if "yes" in radios(page):
            choose(page, "yes", PROPOSAL)
            press(page, "continue")
            found["once more"] = faults_everywhere(page)
            page.locator("#screen button.back").click()
        page.locator("#screen button.back").click()
    assert len(found) == 4
    assert {screen: faults for screen, faults in found.items() if faults} == {}


def faults_everywhere(page: Page) -> dict[str, list[str]]:
    found = {}
    for width in WIDTHS:
        for scheme in SCHEMES:
            look_like(page, width, scheme)
            found[f"{width} px, {scheme}"] = faults(page)
    return {look: wrong for look, wrong in found.items() if wrong}
