"""One person's words travel sealed to a focal point, and answers come back: through the pages alone, byte by byte."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import Page

from crypto.secret.receipt_keys import ReceiptKeys
from crypto.wire.receipt import parse_digits
from deploy.rehearsal import Rehearsal
from deploy.serving import Serving
from tests.journey.canaries import find
from tests.journey.desk import Desk
from tests.journey.evidence import written
from tests.journey.person import Answer, Person
from tests.journey.scripts import FRENCH, STORIES, Story
from tests.journey.tap import Tap

PORTAL = "demo.sealed-intake"


# French goes the same way in test_nothing_readable.py.
@pytest.mark.parametrize(
    "story",
    [pytest.param(story, marks=pytest.mark.prove) if story is FRENCH else story for story in STORIES.values()],
    ids=STORIES,
)
def test_words_arrive_answers_return_and_nobody_on_the_way_can_read_them(
    story: Story, page: Page, wire: Tap, desk: Desk, rehearsal: Rehearsal, served: Serving
) -> None:
    asked, said = watch(page)
    person = Person(page, wire.address, story.language)
    before = desk.cases()

    person.open_form()
    person.choose(story.committee)
    person.answer_questions(story.account, story.unsafe)
    receipt = person.send()
    assert_nothing_is_kept(page)
    person.clear()

    carry_out(rehearsal)
    (case,) = desk.cases() - before
    assert case.startswith(f"/cases/{story.vault}/")
    desk.open(case)
    assert desk.words_of_the_person() == [story.account, story.unsafe]
    acknowledgment = desk.acknowledge()
    assert rehearsal.carry_back()

    person.come_back(receipt)
    assert person.answers() == [Answer(verdict="genuine", text=acknowledgment)]
    person.add(story.more)

    carry_out(rehearsal)
    assert desk.cases() - before == {case}
    desk.open(case)
    assert desk.words_of_the_person() == [story.account, story.unsafe, story.more]
    desk.answer(story.answer)
    assert rehearsal.carry_back()

    person.come_back(receipt)
    texts = [answer.text for answer in person.answers()]
    assert sorted(texts) == sorted([acknowledgment, story.answer])
    assert {answer.verdict for answer in person.answers()} == {"genuine"}

    assert_nothing_is_kept(page)
    assert [address for address in asked if not address.startswith(wire.address)] == []
    traces = {"the console": "\n".join(said).encode(), "the addresses": "\n".join(asked).encode()}
    canaries = canaries_of(story, receipt, acknowledgment)
    assert find(canaries, {**traces, **wire.recorded(), **written(rehearsal, served)}) == []
    assert find({"mailbox secret": keys_of(receipt)["mailbox secret"]}, written(rehearsal, served)) == []


def carry_out(rehearsal: Rehearsal) -> None:
    assert rehearsal.close_day()
    rehearsal.carry_out()


def watch(page: Page) -> tuple[list[str], list[str]]:
    """Lists that fill with every address the page asks for, and with everything it says to the console."""
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return asked, said


def assert_nothing_is_kept(page: Page) -> None:
    """The browser was given nothing to keep."""
    assert page.context.cookies() == []
    assert page.context.storage_state(indexed_db=True) == {"cookies": [], "origins": []}
    assert page.evaluate("() => [localStorage.length, sessionStorage.length]") == [0, 0]


def keys_of(receipt: str) -> Mapping[str, bytes]:
    """What is derived from a receipt, by name."""
    keys = ReceiptKeys(receipt=parse_digits(receipt), portal=PORTAL)
    return {"reply seed": keys.reply_seed(), "sign seed": keys.sign_seed(), "mailbox secret": keys.mailbox_secret()}


def canaries_of(story: Story, receipt: str, acknowledgment: str) -> dict[str, str | bytes]:
    """What must be found nowhere between the person and the desk. The mailbox secret is shown to intake, by design."""
    words: dict[str, str | bytes] = {mark: mark for mark in story.marks}
    digits = {f"receipt with {gap!r}": receipt.replace(" ", gap) for gap in (" ", "", "-")}
    keys = {name: key for name, key in keys_of(receipt).items() if name != "mailbox secret"}
    return {**words, **digits, **keys, "receipt in bytes": parse_digits(receipt), "acknowledgment": acknowledgment[:60]}
