"""FORMAT.md is enough: a client that was written from it alone, without a line of ours, reaches a focal point."""

import re
import subprocess
from pathlib import Path

import pytest

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving
from tests.journey.desk import Desk

BROWSER = Path(__file__).resolve().parents[2] / "intake" / "browser"
CLIENT = BROWSER / "test" / "stranger.mjs"
QUESTIONNAIRE = Path(__file__).resolve().parents[2] / "templates" / "questionnaires" / "1.json"
ALLOWED = {"node:crypto", "node:fs", "@scure/base", "age-encryption"}


def test_the_stranger_uses_nothing_of_ours() -> None:
    source = CLIENT.read_text("utf-8")
    assert set(re.findall(r'^import .* from "([^"]+)";$', source, re.MULTILINE)) == ALLOWED
    assert len(re.findall(r"\b(?:import|require)\b", source)) == len(ALLOWED)


@pytest.mark.parametrize("words", ["\u0643\u062a\u0628\u062a \u0644\u0643\u0645 \u4f60\u597d", "e\u0301" * 40_000])
def test_what_the_stranger_sends_is_opened_and_read(
    words: str, served: Serving, rehearsal: Rehearsal, desk: Desk
) -> None:
    before = desk.cases()
    receipt = send(served, rehearsal, "ced", words)
    assert re.fullmatch(r"(\d{4} ){9}\d{4}", receipt)
    assert rehearsal.close_day()
    rehearsal.carry_out()
    (case,) = desk.cases() - before
    desk.open(case)
    assert words in desk.words_of_the_person()


def test_the_stranger_sends_nothing_under_roots_that_are_not_pinned(
    served: Serving, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    pin = (rehearsal.folder / "ceremony" / "portal.json").read_text("utf-8")
    other = tmp_path / "portal.json"
    other.write_text(pin.replace('"name":"root-1"', '"name":"root-9"'), "utf-8")
    assert other.read_text("utf-8") != pin
    with pytest.raises(subprocess.CalledProcessError):
        send(served, rehearsal, "ced", "words", pin=other)
    assert not rehearsal.close_day()


def send(served: Serving, rehearsal: Rehearsal, committee: str, words: str, pin: Path | None = None) -> str:
    """The receipt that the client prints."""
    pin = pin or rehearsal.folder / "ceremony" / "portal.json"
    address = f"http://127.0.0.1:{served.intake.port}"
    command = ["node", str(CLIENT), address, str(pin), str(QUESTIONNAIRE), committee, words]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout.strip()
