"""Files travel sealed beside the words, and lie at the desk byte for byte when a focal point saves them."""

import stat
from pathlib import Path

from playwright.sync_api import Page

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving
from tests.journey.canaries import find
from tests.journey.desk import Desk
from tests.journey.evidence import written
from tests.journey.person import Person
from tests.journey.sender import THREE
from tests.journey.tap import Tap
from tests.journey.test_journey import carry_out

WORDS = "Two men in a white car. I took a photo of its plate."


def test_what_a_person_adds_is_saved_at_the_desk_as_it_was(
    page: Page, wire: Tap, desk: Desk, rehearsal: Rehearsal, served: Serving
) -> None:
    before = desk.cases()
    person = Person(page, wire.address, "en")
    person.open_form()
    person.choose("Committee against Torture")
    person.answer_questions(WORDS, "At night.", files=THREE)
    for file in THREE:
        assert file["name"] in person.summary()
    person.send()
    canaries = {file["name"]: file["name"] for file in THREE} | {
        f"inside {file['name']}": file["buffer"][at : at + 32]
        for file in THREE
        for at in range(0, len(file["buffer"]) - 32, 1_000_000)
    }
    assert find(canaries, {**wire.recorded(), **written(rehearsal, served)}) == []

    carry_out(rehearsal)
    (case,) = desk.cases() - before
    desk.open(case)
    assert desk.words_of_the_person() == [WORDS, "At night."]
    assert desk.files_of_the_person() == [file["name"] for file in THREE]
    folder = Path(desk.save_files())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [(folder / str(number)).read_bytes() for number in (1, 2, 3)] == [file["buffer"] for file in THREE]
    assert find(canaries, {"the saved folder": b"".join(one.read_bytes() for one in sorted(folder.iterdir()))})
