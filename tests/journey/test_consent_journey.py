"""A question goes from the desk to the person and comes back signed: through the pages of both sides alone."""

from playwright.sync_api import Page

from deploy.rehearsal import Rehearsal
from tests.journey.asked import answer
from tests.journey.desk import Desk
from tests.journey.person import Person
from tests.journey.scripts import FRENCH
from tests.journey.tap import Tap
from tests.journey.test_journey import carry_out

PROPOSAL = "A person was threatened after a meeting. We ask what was done to protect people who speak to us."


def test_what_the_desk_asks_is_answered_on_the_page_and_a_later_no_ends_the_yes(
    page: Page, wire: Tap, desk: Desk, rehearsal: Rehearsal
) -> None:
    person = Person(page, wire.address, "fr")
    before = desk.cases()
    person.open_form()
    person.choose(FRENCH.committee)
    person.answer_questions(FRENCH.account, FRENCH.unsafe)
    receipt = person.send()
    carry_out(rehearsal)
    (case,) = desk.cases() - before

    ask(desk, case)
    assert states(desk, case) == ["asked"]
    assert rehearsal.carry_back()
    person.come_back(receipt)
    assert PROPOSAL in page.locator("article.request").inner_text()
    assert states(desk, case) == ["asked"]  # that it was read is no answer
    answer(page, "yes", "Oui, avec ces mots.")
    assert states(desk, case) == ["asked"]
    carry_out(rehearsal)
    assert states(desk, case) == ["given"]

    person.come_back(receipt)
    answer(page, "no", "J'ai changé d'avis.")
    carry_out(rehearsal)
    assert states(desk, case) == ["withdrawn"]
    desk.open_anew(case)
    assert "J'ai changé d'avis." in desk.page.locator("ol.conversation").inner_text()


def ask(desk: Desk, case: str) -> None:
    """Asks for a yes to one public step, looks at it, and seals it with the name of the case."""
    here = desk.page
    desk.open_anew(case)
    name = here.locator("h1").inner_text()
    here.goto(f"{here.url}/consent/ask")
    here.select_option("#measure", "public-statement")
    here.fill("#recipient", "Everybody")
    here.select_option("#identity", "no-detail")
    here.fill("#text", PROPOSAL)
    for field in ("learn", "help", "wrong"):
        here.fill(f"#{field}", "Nobody can say for sure.")
    here.locator("button[value=look]").click()
    here.locator("main input[name=typed]").fill(name)
    here.locator("button[value=seal]").click()
    here.locator("ol.conversation").wait_for()


def states(desk: Desk, case: str) -> list[str]:
    """Where each question of the case stands, as codes."""
    desk.open_anew(case)
    desk.page.goto(f"{desk.page.url}/consent")
    return [(one.get_attribute("class") or "").removeprefix("state ") for one in desk.page.locator("main .state").all()]
