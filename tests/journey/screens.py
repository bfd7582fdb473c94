"""`make screens`: the pictures of the README, taken from a rehearsed portal."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from deploy.commands import Commands
from deploy.rehearsal import Rehearsal, prepare
from deploy.serving import Serving, choose_port, serving
from tests.chromium import started_chromium
from tests.journey.desk import Desk
from tests.journey.looks import look_like, looking
from tests.journey.person import Person

OUT = Path(__file__).resolve().parents[2] / "docs" / "screens"
ACCOUNT = (
    "In March I spoke with your Committee about the prison where my brother is held. Since then two men come to our "
    "house. They ask what I said and whom I met. Last week they told my brother that he will not get letters any more."
)
UNSAFE = "My phone is also used by my aunt. Not on Fridays."


def main() -> None:
    """Takes all pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, started_chromium() as browser:
        rehearsal = prepare(Commands(folder=Path(folder)), datetime.now(UTC).date())
        with serving(rehearsal, choose_port(0), choose_port(0)) as addresses:
            _question(browser, addresses)
            _arabic_question(browser, addresses)
            _receipt(browser, addresses)
            _desk(browser, addresses, rehearsal)
    for picture in sorted(OUT.glob("*.png")):
        print(f"{picture.name}  {picture.stat().st_size / 1000:.0f} KB")


def _question(browser: Browser, addresses: Serving) -> None:
    with looking(browser) as page:
        look_like(page, 360, "light")
        person = Person(page, addresses.intake.address.rstrip("/"), "en")
        person.open_form()
        person.choose("Committee against Torture")
        page.locator("#screen textarea").fill(ACCOUNT)
        page.screenshot(path=OUT / "question.png")


def _arabic_question(browser: Browser, addresses: Serving) -> None:
    with looking(browser) as page:
        look_like(page, 360, "light")
        Person(page, addresses.intake.address.rstrip("/"), "ar").open_form()
        page.screenshot(path=OUT / "question-ar.png")


def _receipt(browser: Browser, addresses: Serving) -> None:
    with looking(browser) as page:
        look_like(page, 360, "dark")
        person = Person(page, addresses.intake.address.rstrip("/"), "en")
        person.open_form()
        person.choose("Committee against Torture")
        person.answer_questions(ACCOUNT, UNSAFE)
        person.send()
        page.screenshot(path=OUT / "receipt-dark.png")


def _desk(browser: Browser, addresses: Serving, rehearsal: Rehearsal) -> None:
    """With what was sent for the receipt."""
    rehearsal.close_day()
    rehearsal.carry_out()
    with looking(browser) as page:
        look_like(page, 1280, "light")
        desk = Desk(page, addresses.desk_link)
        desk.unlock({"cat": rehearsal.passphrases["cat"]})
        desk.open(next(iter(desk.cases())))
        desk.acknowledge()
        page.evaluate("() => scrollTo(0, 0)")
        page.screenshot(path=OUT / "desk.png")


if __name__ == "__main__":
    main()
