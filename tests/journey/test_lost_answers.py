"""Intake takes a message and its answer is lost: the page no longer says that nothing has been sent."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from crypto.public.consent import has_consent
from tests.journey.asked import WITHIN_MS, Thread, begin, choose, press, request
from tests.journey.faulty import Answer, Played, Proxy, faulty
from tests.journey.person import Person
from tests.journey.sender import Intake
from tests.serving import TODAY, Served

UNSENT = "Nothing has been sent yet."
ANSWER = "Your answer may have arrived. To take back a yes, send No."
MESSAGE = "Your message may have arrived."


@pytest.fixture
def thread(intake: Intake) -> Thread:
    return Thread.of(intake)


@pytest.fixture
def line(alone: Served) -> Iterator[Proxy]:
    """Hands every envelope on, and loses the answer."""
    with faulty(alone.port, {"put": lost}) as proxy:
        yield proxy


@pytest.fixture
def person(page: Page, line: Proxy) -> Person:
    return Person(page, line.address, "en")


def lost(answer: Answer) -> Played:
    assert answer.status == 204
    return Played(pieces=(), end="reset")


def give_up(page: Page) -> None:
    """Back to the words, once the page says that the line broke."""
    expect(page.locator("[data-slot=trouble-words]")).to_contain_text("Your words are still here")
    page.locator("#screen [data-slot=trouble] button[data-act=back]").click()


def says(page: Page, words: str) -> bool:
    """Whether the screen says just this of the three."""
    page.locator("#screen h1").wait_for()
    text = page.locator("#screen").inner_text()
    return [each for each in (UNSENT, ANSWER, MESSAGE) if each in text] == [words]


def test_a_yes_that_may_have_arrived_is_never_called_unsent(
    page: Page, person: Person, line: Proxy, thread: Thread
) -> None:
    frame = thread.ask()
    thread.ask(recipient="Another Permanent Mission")
    person.come_back(thread.receipt)
    mine = "more-0" if "State XA" in request(page).first.inner_text() else "more-1"
    other = {"more-0": "more-1", "more-1": "more-0"}[mine]
    press(page, mine)
    assert says(page, UNSENT)
    choose(page, "yes")
    press(page, "continue")
    assert says(page, UNSENT)
    press(page, "continue")
    give_up(page)
    assert has_consent(frame, [(one, TODAY) for one in thread.said()])  # it has arrived
    assert says(page, ANSWER)
    press(page, "continue")
    expect(page.locator("h1")).to_have_text("Do you say yes to exactly this?")
    assert says(page, ANSWER)
    page.locator("#screen button.back").click()
    choose(page, "change")
    page.locator("#screen .buttons button[data-act=continue]").click()
    expect(page.locator("#error")).to_contain_text(ANSWER)
    page.locator("#screen button.back").click()
    press(page, other)
    assert says(page, UNSENT)  # the control: of another question, nothing was sent
    page.locator("#screen button.back").click()
    press(page, mine)
    assert says(page, ANSWER)
    line.spoils.clear()
    choose(page, "no")
    press(page, "continue")
    page.locator("[data-slot=sent]").wait_for(timeout=WITHIN_MS)
    assert not has_consent(frame, [(one, TODAY) for one in thread.said()])


def test_while_the_website_is_busy_a_yes_is_not_called_unsent_either(
    page: Page, person: Person, line: Proxy, thread: Thread
) -> None:
    line.spoils["put"] = lambda _: Played(pieces=(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",))
    frame = thread.ask()
    person.come_back(thread.receipt)
    begin(page)
    choose(page, "yes")
    press(page, "continue")
    press(page, "continue")
    give_up(page)
    assert has_consent(frame, [(one, TODAY) for one in thread.said()])
    assert says(page, ANSWER)


def test_further_words_that_may_have_arrived_are_not_called_unsent_until_they_are_stored(
    page: Page, person: Person, line: Proxy, thread: Thread
) -> None:
    thread.tell("We have read it.")
    person.come_back(thread.receipt)
    begin(page)
    assert says(page, UNSENT)
    page.locator("#screen textarea").fill("They came back.")
    press(page, "continue")
    give_up(page)
    assert says(page, MESSAGE)
    page.locator("#screen textarea").fill("")
    page.locator("#screen .buttons button[data-act=continue]").click()
    expect(page.locator("#error")).to_contain_text(MESSAGE)
    line.spoils.clear()
    page.locator("#screen textarea").fill("They came back.")
    press(page, "continue")
    page.locator("[data-slot=sent]").wait_for(timeout=WITHIN_MS)
    begin(page)
    assert says(page, UNSENT)


def test_an_account_that_may_have_arrived_is_not_called_unsent(page: Page, person: Person, line: Proxy) -> None:
    person.open_form()
    person.choose("cat (en)")
    person.answer_questions("They came back.", "Never")
    assert says(page, UNSENT)
    press(page, "continue")
    give_up(page)
    assert says(page, MESSAGE)
    assert [one.status for one in line.asked_for("put")] == [204]
