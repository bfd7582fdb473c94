"""Who reads is the person's choice, among answers and when a committee closes; a number in the text is asked about."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from crypto.wire.receipt import format_digits
from deploy.serving import Serving
from tests.journey.looks import faults, look_like
from tests.journey.person import Answer, Person
from tests.journey.staged import KEYS, Staged
from tests.material import make_portal

NOW = datetime.now(UTC)
RECEIPT = format_digits(KEYS.receipt)
WORDS = "The two men came again on Friday."
ERROR = "#error"


def day(ahead: int) -> str:
    return (NOW + timedelta(days=ahead)).date().isoformat()


@pytest.fixture
def staged(page: Page) -> Staged:
    """A played portal, with nothing in its mailboxes yet."""
    epoch = f"{NOW:%Y-%m}"
    staged = Staged(portal=make_portal(day=day(0), epochs=(epoch,)), epoch=epoch)
    staged.play(page)
    return staged


@pytest.fixture
def person(page: Page, served: Serving) -> Person:
    return Person(page, served.intake.address.rstrip("/"), "en")


def readers(page: Page) -> list[str]:
    """The names on the screen where something more is written."""
    return page.locator("#screen > section > .seal [data-slot=readers] li").all_inner_texts()


def press(page: Page, act: str) -> None:
    page.locator(f"#screen button[data-act={act}]:visible").click()


def write(page: Page, text: str) -> None:
    page.locator("#screen textarea").fill(text)
    press(page, "continue")


def test_the_person_chooses_the_answer_to_write_more_to_and_a_false_one_cannot_be_chosen(
    page: Page, person: Person, staged: Staged
) -> None:
    staged.answer("cat", day(-9), "From cat")
    staged.answer("ced", day(-2), "From ced")
    staged.answer("desk", day(5), "From the future")
    person.come_back(RECEIPT)
    assert person.answers() == [
        Answer(verdict="not-genuine", text="From the future"),
        Answer(verdict="genuine", text="From ced"),
        Answer(verdict="genuine", text="From cat"),
    ]
    offers = [bool(each.locator("button:visible").count()) for each in page.locator("article.answer").all()]
    assert offers == [False, True, True]

    press(page, "more-1")
    assert readers(page) == ["Reader ced (en) (ced (en))"]
    page.locator("#screen textarea").fill(WORDS)
    press(page, "back")
    press(page, "more-2")
    assert readers(page) == ["Reader cat (en) (cat (en))"]
    assert page.locator("#screen textarea").input_value() == WORDS
    press(page, "continue")
    page.locator("[data-slot=sent]").wait_for()
    assert {vault: staged.words_for(vault) for vault in ("cat", "ced", "desk")} == {
        "cat": [WORDS],
        "ced": [],
        "desk": [],
    }


def test_writing_to_others_chooses_anew(page: Page, person: Person, staged: Staged) -> None:
    staged.answer("cat", day(-1), "From cat")
    person.come_back(RECEIPT)
    press(page, "others")
    page.get_by_role("checkbox", name="ced (en)").check()
    press(page, "continue")
    assert readers(page) == ["Reader ced (en) (ced (en))"]
    write(page, WORDS)
    page.locator("[data-slot=sent]").wait_for()
    assert (staged.words_for("cat"), staged.words_for("ced")) == ([], [WORDS])


def test_when_the_committee_of_an_answer_closes_the_words_stay_and_the_readers_are_chosen_anew(
    page: Page, person: Person, staged: Staged
) -> None:
    staged.answer("cat", day(-1), "From cat")
    person.come_back(RECEIPT)
    press(page, "more-0")
    staged.close("cat")
    write(page, WORDS)
    expect(page.locator(ERROR)).to_contain_text("does not receive messages here any more")
    page.get_by_role("checkbox", name="ced (en)").check()
    press(page, "continue")
    assert page.locator("#screen textarea").input_value() == WORDS
    press(page, "continue")
    page.locator("[data-slot=sent]").wait_for()
    assert (staged.words_for("cat"), staged.words_for("ced")) == ([], [WORDS])
    assert page.locator("article.answer button:visible").count() == 0


def test_when_the_chosen_committee_closes_the_form_keeps_the_words_and_asks_again(
    page: Page, person: Person, staged: Staged
) -> None:
    person.open_form()
    person.choose("cat (en)")
    person.answer_questions(WORDS, "Not on Fridays")
    staged.close("cat")
    press(page, "continue")
    expect(page.locator(ERROR)).to_contain_text("does not receive messages here any more")
    page.get_by_role("checkbox", name="ced (en)").check()
    press(page, "continue")
    assert WORDS in person.summary()
    person.send()
    assert staged.words_for("cat") == []
    assert WORDS in staged.words_for("ced")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_thread_with_several_answers_looks_well(width: int, page: Page, person: Person, staged: Staged) -> None:
    for vault, ahead in (("cat", -9), ("ced", -2), ("desk", 5)):
        staged.answer(vault, day(ahead), "We have read it. " * 20)
    look_like(page, width, "light")
    person.come_back(RECEIPT)
    assert faults(page) == []
    press(page, "more-1")
    assert faults(page) == []


def test_a_number_like_those_of_this_website_may_be_sent_after_a_warning(
    page: Page, person: Person, staged: Staged
) -> None:
    person.open_form()
    person.choose("cat (en)")
    anyway = page.locator("#screen button[data-act=anyway]")
    expect(anyway).to_be_hidden()
    write(page, f"They wrote this on my door: {RECEIPT}")
    expect(page.locator(ERROR)).to_contain_text("looks like a number from this website")
    look_like(page, 360, "dark")
    assert faults(page) == []
    page.locator("#screen textarea").press("End")
    page.keyboard.type("!")
    expect(anyway).to_be_hidden()
    press(page, "continue")
    anyway.click()
    expect(page.get_by_role("radio").first).to_be_visible()


def test_the_number_in_hand_is_not_sent_from_the_return_page(page: Page, person: Person, staged: Staged) -> None:
    person.come_back(RECEIPT)
    press(page, "others")
    page.get_by_role("checkbox", name="cat (en)").check()
    press(page, "continue")
    write(page, f"2027 {RECEIPT}")
    expect(page.locator(ERROR)).to_contain_text("Your text holds your number")
    write(page, "\n".join(f"+41 22 917 {number:04}" for number in range(12)))
    page.locator("[data-slot=sent]").wait_for()
    assert len(staged.words_for("cat")) == 1


def test_half_a_character_is_shown_as_what_is_sent(page: Page, person: Person, staged: Staged) -> None:
    person.open_form()
    person.choose("cat (en)")
    page.locator("#screen textarea").evaluate("(field) => { field.value = 'a\\ud83d b' }")
    press(page, "continue")
    expect(page.locator(ERROR)).to_contain_text("One character here was broken")
    assert page.locator("#screen textarea").input_value() == "a\ufffd b"
    press(page, "continue")
    expect(page.get_by_role("radio").first).to_be_visible()
