"""The long variants (`make prove`): every script through the pages of every language, and very many at once."""

import http.client
import secrets
import tarfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from crypto.public.seal import seal_envelope
from crypto.secret.identity import new_seed, public_key
from crypto.wire.fields import to_base64url
from crypto.wire.frame import MESSAGE_FRAMES
from deploy.rehearsal import Rehearsal
from deploy.serving import HOST, Serving
from tests.journey.desk import Desk
from tests.journey.person import Person
from tests.journey.scripts import SCRIPTS
from tests.journey.tap import Tap

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1_800)]

COMMITTEE = {"en": "Committee against Torture", "fr": "Comité contre la torture", "ar": "لجنة مناهضة التعذيب"}
SUBMITTERS = (16, 32, 64)
EACH = 8


@pytest.mark.parametrize("language", COMMITTEE)
def test_every_script_travels_whole_through_the_pages_of_every_language(
    language: str, page: Page, wire: Tap, desk: Desk, rehearsal: Rehearsal
) -> None:
    before, receipts = desk.cases(), []
    for text in SCRIPTS.values():
        person = Person(page, wire.address, language)
        person.open_form()
        person.choose(COMMITTEE[language])
        person.answer_questions(text, "")
        receipts.append(person.send())
    assert rehearsal.close_day()
    rehearsal.carry_out()

    read, acknowledged = [], []
    for case in desk.cases() - before:
        desk.open_anew(case)
        read += desk.words_of_the_person()
        acknowledged.append(desk.acknowledge())
    assert sorted(read) == sorted(SCRIPTS.values())
    assert rehearsal.carry_back()

    answered = []
    for receipt in receipts:
        person.come_back(receipt)
        (answer,) = person.answers()
        assert answer.verdict == "genuine"
        answered.append(answer.text)
    assert sorted(answered) == sorted(acknowledged)


@pytest.mark.parametrize("submitters", SUBMITTERS)
def test_many_submitters_at_once_lose_nothing_and_replay_nothing(
    submitters: int, rehearsal: Rehearsal, served: Serving
) -> None:
    envelope = seal_envelope(bytes(MESSAGE_FRAMES[0]), [public_key(new_seed())])
    names = [[to_base64url(secrets.token_bytes(16)) for _ in range(EACH)] for _ in range(submitters)]
    with ThreadPoolExecutor(submitters) as pool:
        for _ in range(2):  # the second time everything is sent again
            statuses = list(pool.map(lambda mine: submit(served.intake.port, mine, envelope), names))
            assert statuses == [[204] * EACH] * submitters
    assert rehearsal.close_day()
    rehearsal.carry_out()
    with tarfile.open(rehearsal.bundle) as bundle:
        carried = [name.split("/")[-1] for name in bundle.getnames() if name.startswith("envelope/")]
    assert len(carried) == len(set(carried))
    assert {name for mine in names for name in mine} <= set(carried)


def submit(port: int, names: list[str], envelope: bytes) -> list[int]:
    """Sends the envelope under each of the names, over one connection; the answers' statuses."""
    headers = {"Parts": "0", "Directory": "1", "Epoch": f"{datetime.now(UTC):%Y-%m}"}
    connection = http.client.HTTPConnection(HOST, port, timeout=120)
    statuses = []
    for name in names:
        connection.request("PUT", f"/submissions/{name}", envelope, headers)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    return statuses
