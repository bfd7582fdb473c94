"""A person is asked for consent on the return page: reads all of it, says yes, and comes back later to say no."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from crypto.public.consent import has_consent
from crypto.wire.digest import sha256
from crypto.wire.message import Consent, ConsentAnswerBody, Message
from review.consent.measures import MEASURES
from tests.journey.asked import (
    ALL,
    EXPLAINED,
    PROPOSAL,
    RECIPIENT,
    WITHIN_MS,
    Thread,
    answer,
    begin,
    choose,
    day,
    press,
    radios,
    request,
)
from tests.journey.firefox import SAFER, firefox
from tests.journey.looks import looking
from tests.journey.person import Person
from tests.journey.second_person import SecondPerson
from tests.journey.sender import Intake
from tests.journey.tap import tap
from tests.journey.test_equal_lengths import sent
from tests.journey.test_journey import assert_nothing_is_kept, watch
from tests.serving import TODAY, Served

STEP = "A letter to the authorities of your State."


@pytest.fixture
def thread(intake: Intake) -> Thread:
    return Thread.of(intake)


@pytest.fixture
def person(page: Page, alone: Served) -> Person:
    return Person(page, f"http://127.0.0.1:{alone.port}", "en")


def days(messages: Sequence[Message]) -> list[tuple[Message, str]]:
    return [(message, TODAY) for message in messages]


def with_another_hash(message: Message) -> Message:
    assert isinstance(message.body, ConsentAnswerBody)
    altered = bytes([message.body.request[0] ^ 1]) + message.body.request[1:]
    return replace(message, body=replace(message.body, request=altered))


def test_a_yes_gives_consent_and_a_later_no_takes_it_back(page: Page, person: Person, intake: Intake) -> None:
    asked, said = watch(page)
    person.open_form()
    person.choose("cat (en)")
    person.answer_questions("They came back.", "Never")
    thread = Thread.of(intake, person.send())
    person.clear()
    frame = thread.ask()

    person.come_back(thread.receipt)
    in_order = (STEP, RECIPIENT, PROPOSAL, "no detail that points to you", EXPLAINED, "Last day on which a yes counts")
    shown = request(page).inner_text()
    assert [shown.index(words) for words in in_order] == sorted(shown.index(words) for words in in_order)
    assert "cannot be taken back" in shown
    begin(page)
    assert radios(page) == list(ALL)
    assert page.locator("#screen :checked").count() == 0
    assert STEP in page.locator("#screen").inner_text()
    choose(page, "yes")
    press(page, "continue")
    assert thread.said() == []  # it asks once more, with the same words
    assert all(words in page.locator("#screen").inner_text() for words in (STEP, RECIPIENT, PROPOSAL))
    expect(page.locator("[data-slot=beside]")).to_be_hidden()
    press(page, "continue")
    page.locator("[data-slot=sent]").wait_for(timeout=WITHIN_MS)
    (yes,) = thread.said()
    assert has_consent(frame, days([yes]))
    assert not has_consent(frame, days([with_another_hash(yes)]))

    person.come_back(thread.receipt)
    answer(page, "no", "I have thought again.")
    both = thread.said()
    assert len(both) == 2
    assert not has_consent(frame, days(both))
    assert_nothing_is_kept(page)
    traces = "\n".join([*asked, *said, page.evaluate("() => JSON.stringify(history.state)") or ""])
    assert not any(words in traces for words in ("yes", "thought", RECIPIENT))


def test_every_answer_arrives_and_only_change_and_questions_need_words(
    page: Page, person: Person, thread: Thread
) -> None:
    frame = thread.ask()
    person.come_back(thread.receipt)
    for says in ALL:
        if says in ("change", "questions"):
            begin(page)
            choose(page, says)
            page.locator("#screen .buttons button[data-act=continue]").click()
            expect(page.locator("#error")).to_contain_text("what should be different")
            expect(page.locator("#screen textarea")).to_be_focused()
            page.locator("#screen button.back").click()
        answer(page, says, "" if says in ("yes", "no") else f"About {says}. لماذا؟")
    bodies = {one.body.answer: one.body for one in thread.said() if isinstance(one.body, ConsentAnswerBody)}
    assert set(bodies) == set(ALL)
    assert {body.request for body in bodies.values()} == {sha256(frame)}
    assert (bodies["yes"].text, bodies["change"].text) == ("", "About change. لماذا؟")


def test_after_the_last_day_a_yes_is_not_offered_and_a_no_still_counts(
    page: Page, person: Person, thread: Thread
) -> None:
    frame = thread.ask(expires=TODAY)
    person.come_back(thread.receipt)
    expect(request(page).locator("[data-slot=over]")).to_contain_text("The last day on which a yes counted was")
    begin(page)
    assert radios(page) == [each for each in ALL if each != "yes"]
    page.locator("#screen button.back").click()
    answer(page, "no")
    (no,) = thread.said()
    assert isinstance(no.body, ConsentAnswerBody)
    given = replace(no, body=replace(no.body, answer="yes"))
    assert has_consent(frame, [(given, day(-1))])
    assert not has_consent(frame, [(given, day(-1)), (no, TODAY)])


def test_a_question_that_is_not_genuine_shows_its_words_and_takes_no_answer(
    page: Page, person: Person, thread: Thread
) -> None:
    thread.ask(signer="ced")
    person.come_back(thread.receipt)
    shown = request(page)
    expect(shown).to_contain_text(PROPOSAL)
    expect(shown.locator("[data-slot=reason]")).to_contain_text("cannot be answered here, because it is not genuine")
    assert shown.locator("button:visible").count() == 0
    assert "they will not do it" not in shown.inner_text()
    thread.ask()  # the control: beside it, a genuine one is answered
    person.come_back(thread.receipt)
    assert shown.locator("button:visible").count() == 1
    assert "they will not do it" in " ".join(shown.all_inner_texts())


def test_a_step_that_the_page_does_not_know_shows_its_words_and_takes_no_answer(
    page: Page, person: Person, thread: Thread
) -> None:
    thread.ask(measure="tell-everybody")
    person.come_back(thread.receipt)
    shown = request(page)
    expect(shown).to_contain_text(PROPOSAL)
    expect(shown.locator("[data-slot=reason]")).to_contain_text("does not know the step")
    expect(shown.locator("[data-slot=step]")).to_be_hidden()
    assert shown.locator("button:visible").count() == 0
    assert "they will not do it" not in shown.inner_text()
    expect(page.get_by_role("button", name="Write something more")).to_be_visible()
    thread.ask()  # the control: beside it, one that is known is answered
    person.come_back(thread.receipt)
    assert shown.locator("button:visible").count() == 1


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_step_that_can_be_asked_for_has_a_sentence_of_its_own(
    language: str, page: Page, alone: Served, thread: Thread
) -> None:
    Person(page, f"http://127.0.0.1:{alone.port}", language).come_back(thread.receipt)
    steps: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.getElementById("steps").content.querySelectorAll("[data-choice]")]
            .map((one) => [one.dataset.choice, one.textContent]))"""
    )
    assert tuple(steps) == MEASURES
    assert len(set(steps.values())) == len(MEASURES)
    assert "" not in steps.values()


def test_words_with_a_yes_stand_where_it_is_asked_for_once_more(page: Page, person: Person, thread: Thread) -> None:
    thread.ask()
    person.come_back(thread.receipt)
    begin(page)
    choose(page, "yes", "But only <b>after</b> June.\nليس قبل ذلك")
    press(page, "continue")
    own = page.locator("#screen [data-slot=beside]")
    expect(own).to_be_visible()
    assert own.locator("[data-slot=own]").inner_text() == "But only <b>after</b> June.\nليس قبل ذلك"
    expect(own).to_contain_text("choose “Change it” instead")
    assert thread.said() == []


def test_the_page_promises_a_way_to_say_no_only_as_long_as_it_shows_the_question(
    page: Page, person: Person, thread: Thread
) -> None:
    thread.ask()
    person.come_back(thread.receipt)
    expect(request(page)).to_contain_text("as long as this question is shown here")
    begin(page)
    choose(page, "yes")
    press(page, "continue")
    expect(page.locator("#screen")).to_contain_text("as long as this question is shown here")
    expect(page.locator("#screen")).not_to_contain_text("any later time")


def test_a_network_cannot_tell_an_answer_from_further_words(intake: Intake, alone: Served, chromium: Browser) -> None:
    def seen(act: Callable[[Page], None]) -> list[tuple[str, int, int]]:
        thread = Thread.of(intake)  # another one each time: the few addresses of a day may be taken already
        thread.ask()
        thread.tell("We have read it.")
        with tap(alone.port) as wire, looking(chromium) as page:
            Person(page, wire.address, "en").come_back(thread.receipt)
            act(page)
            page.locator("[data-slot=sent]").wait_for(timeout=WITHIN_MS)
            return sent(wire.exchanges())

    words = seen(partial(write_more, text="They came back."))
    assert [line for line, _, _ in words] == ["POST /mailbox", "PUT /submissions/*", "POST /mailbox"]
    answers: Sequence[Consent] = ("yes", "no", "questions")
    assert [seen(partial(answer_wherever, says=says)) for says in answers] == [words] * len(answers)
    long = seen(partial(write_more, text="They came back. " * 2_500))
    assert [line for line, _, _ in long] == [line for line, _, _ in words]
    assert long != words  # the control: it would show


def write_more(page: Page, text: str) -> None:
    """To those of the answer that asks nothing."""
    page.locator("article.answer:not(.request) .further button").click()
    page.locator("#screen textarea").fill(text)
    press(page, "continue")


def answer_wherever(page: Page, says: Consent) -> None:
    """Answers the question, wherever it stands among the answers."""
    request(page).locator(".further button").click()
    choose(page, says, "" if says in ("yes", "no") else "Who would read it? " * 40)
    press(page, "continue")
    if says == "yes":
        press(page, "continue")


def test_firefox_answers_at_level_safer(thread: Thread, alone: Served) -> None:
    frame = thread.ask()
    with firefox(SAFER) as browser:
        SecondPerson(browser, f"http://127.0.0.1:{alone.port}", "en").come_back(thread.receipt)
        browser.press("more-0")
        browser.wait_for("#screen input[type=radio]").click()
        browser.press("continue")
        browser.press("continue")
        browser.wait_for("[data-slot=sent]")
    assert has_consent(frame, days(thread.said()))
