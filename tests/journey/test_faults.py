"""Whatever a faulty line does to one answer, sealing is right, or nothing leaves and the page says so in words."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from crypto.wire.age import KEY_LENGTH
from deploy.commands import Commands
from deploy.serving import choose_port, server
from tests.journey.attempt import COMMITTEE, Ending, answers_in, attempt, judge
from tests.journey.faults import Fault, faults_of, flipped, old_start_of, plain, repacked, sample
from tests.journey.faulty import KINDS, Answer, Kind, Played, Spoil, faulty, honest
from tests.material import Portal, make_portal

CREDULOUS = Path(__file__).with_name("credulous.mjs")
SHORT_WAIT, LONG_WAIT = 1.0, 3.0
PATIENCE, LITTLE_PATIENCE = 12.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A browser, a served portal whose secrets are at hand, and a visit through a line without faults."""

    browser: Browser
    port: int
    portal: Portal
    old_start: bytes
    visit: Mapping[Kind, Answer]
    answers: Mapping[str, Any]

    def faults(self, kind: Kind, wait: float) -> list[Fault]:
        """All that can be done to this answer."""
        return faults_of(kind, self.visit, self.old_start, wait)

    def tried(
        self, spoils: dict[Kind, Spoil], *, to_receipt: bool = False, patience: float = PATIENCE
    ) -> tuple[Ending, list[str]]:
        """How an attempt ends when answers are spoiled so, and what is wrong with it."""
        with faulty(self.port, spoils) as proxy:
            ending = attempt(self.browser, proxy, to_receipt=to_receipt, patience=patience)
            return ending, judge(ending, proxy, self.portal, self.answers)

    def breaches(self, faults: list[Fault]) -> list[str]:
        """The faults that do harm; a document must hold until the receipt, whose screen came with it."""
        return [
            f"{fault}: {why}"
            for fault in faults
            for why in self.tried({fault.kind: fault.spoil}, to_receipt=fault.kind == "document")[1]
        ]


@pytest.fixture(scope="module")
def line(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """The module's own portal, with two directories, of which only the newer one is accepted."""
    with serving_two_directories(tmp_path_factory.mktemp("faults")) as (port, portal, old_start):
        with faulty(port, {}) as proxy:
            ending = attempt(chromium, proxy, to_receipt=True)
            assert judge(ending, proxy, portal, None) == []
            (put,) = proxy.asked_for("put")
        yield Line(
            browser=chromium,
            port=port,
            portal=portal,
            old_start=old_start,
            visit={kind: proxy.answers[kind] for kind in KINDS},
            answers=answers_in(put.body, portal),
        )


@contextmanager
def serving_two_directories(folder: Path) -> Iterator[tuple[int, Portal, bytes]]:
    """The port of a real intake, its portal, and `/start` as it was under the first directory."""
    today = datetime.now(UTC).date()
    first = make_portal(day=today.isoformat(), epochs=_three_months(today))
    portal = first.next(day=today.isoformat(), min_seq=2)
    (folder / "portal.json").write_bytes(portal.pin_bytes())
    (folder / "ceremony.tar").write_bytes(portal.ceremony_file())
    commands, at = Commands(folder=folder), folder / "intake"
    commands.run("intake", "init", at, "--portal", folder / "portal.json")
    commands.run("intake", "import", at, folder / "ceremony.tar")
    port = choose_port(0)
    with server(commands, port, "intake", "serve", at, "--port", port):
        yield port, portal, old_start_of(first.notes[-1].encode())


def _three_months(today: date) -> tuple[str, ...]:
    months = [today.year * 12 + today.month - 1 + more for more in range(3)]
    return tuple(f"{month // 12}-{month % 12 + 1:02d}" for month in months)


@pytest.mark.parametrize("kind", KINDS)
def test_one_fault_of_each_sort_does_no_harm(kind: Kind, line: Line) -> None:
    assert line.breaches(sample(line.faults(kind, SHORT_WAIT), 1, kind)) == []


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_no_fault_of_the_catalogue_does_harm(kind: Kind, line: Line) -> None:
    assert line.breaches(line.faults(kind, LONG_WAIT)) == []


def test_a_document_that_broke_off_anywhere_takes_no_words(line: Line) -> None:
    """Before this was looked at, the form opened, and failed when the screen was needed that had not come."""
    document = line.visit["document"]
    text = plain(document)
    main_ends = text.index(b"</main>")
    for cut in (main_ends - 10, text.index(b'<template id="receipt"') + 400, text.index(b'<template id="check"')):
        cut_off = repacked(document, text[:cut])
        ending, wrong = line.tried({"document": lambda _answer, cut_off=cut_off: honest(cut_off)})  # type: ignore[misc]
        assert (ending.reached, wrong) == (False, [])


def test_a_button_that_lost_what_it_does_closes_the_form(line: Line) -> None:
    """Before this was looked at, a person pressed Skip, and nothing happened, and nothing was said."""
    document = line.visit["document"]
    deaf = repacked(document, plain(document).replace(b'data-act="skip"', b'data-ict="skip"', 1))
    ending, wrong = line.tried({"document": lambda _answer: honest(deaf)})
    assert (ending.reached, wrong) == (False, [])


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_a_script_with_one_other_bit_is_not_run(packed: bool, line: Line) -> None:
    """Of a text in it: the script can still be read, and would derive other keys than everybody else."""
    given = line.visit["script"]
    script = plain(given)
    other = flipped(script, script.index(b"sealed-intake/derive"))
    spoiled = repacked(given, other) if packed else replace(given.without("content-encoding"), body=other)
    ending, wrong = line.tried({"script": lambda _answer: honest(spoiled)})
    assert (ending.seen["opening"], ending.reached, wrong) == (True, False, [])


def test_an_older_directory_that_comes_first_is_sealed_to_anew(line: Line) -> None:
    given: list[Answer] = []

    def older_first(answer: Answer) -> Played:
        given.append(answer)
        return honest(repacked(answer, line.old_start) if len(given) == 1 else answer)

    ending, wrong = line.tried({"start": older_first})
    assert (ending.says_stored, wrong, len(given)) == (True, [], 2)


@pytest.fixture(scope="module")
def credulous(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The form's script without its comparison of the key file with the signed hash."""
    out = tmp_path_factory.mktemp("credulous") / "form.js"
    subprocess.run(["node", CREDULOUS, out], check=True, timeout=60)
    return out.read_bytes()


def with_script(script: bytes) -> dict[Kind, Spoil]:
    """Another script, and a document that does not say which one belongs to it."""

    def document(answer: Answer) -> Played:
        return honest(repacked(answer, re.sub(rb' integrity="[^"]*"', b"", plain(answer))))

    return {"document": document, "script": lambda answer: honest(repacked(answer, script))}


def test_a_page_that_believes_any_key_file_is_caught(credulous: bytes, line: Line) -> None:
    at = line.portal.directory.epochs[0].vaults.index(COMMITTEE) * KEY_LENGTH + KEY_LENGTH - 32
    ending, wrong = line.tried(
        {**with_script(credulous), "keys": lambda answer: honest(replace(answer, body=flipped(answer.body, at)))}
    )
    assert ending.says_stored
    assert wrong == ["no right envelope: no-match: opened by []"]


def test_that_page_is_blameless_with_the_true_key_file(credulous: bytes, line: Line) -> None:
    ending, wrong = line.tried(with_script(credulous))
    assert (ending.says_stored, wrong) == (True, [])


PLAYED = {
    "a field before belief": "document.getElementById('screen').append(document.createElement('textarea'))",
    "nothing left, and nothing is said": "document.getElementById('screen').textContent = ''",
    "POST /mailbox": "fetch('/mailbox', {method: 'POST', body: 'words'})",
    "unsafe left as utf-8": "fetch('/start', {headers: {X: 'the burnt windmill'}})",
}


@pytest.mark.parametrize("wrong", PLAYED)
def test_a_played_page_that_does_wrong_is_caught(wrong: str, line: Line) -> None:
    played = with_script(PLAYED[wrong].encode())
    assert wrong in line.tried(played, patience=LITTLE_PATIENCE)[1]
