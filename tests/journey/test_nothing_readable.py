"""Nothing of what a person writes can be read anywhere on the way: not at intake, not in what is carried from it, not
on the wire, and not on the disk of the person's own browser, which writes down what it can.

Each search has its control in the same evidence: words written into a page that protects nothing are found there.
"""

import random
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving
from tests.journey.browsing import Browsing, in_chromium, in_firefox
from tests.journey.canaries import find
from tests.journey.desk import Desk
from tests.journey.evidence import below, written
from tests.journey.firefox import SAFER
from tests.journey.person import Answer
from tests.journey.scripts import ARABIC, CHINESE, FRENCH, Story
from tests.journey.tap import Tap
from tests.journey.test_journey import canaries_of, carry_out, keys_of

pytestmark = pytest.mark.timeout(900)
TAKEN_BACK = "The pewter magpie was never meant to be sent"
ELSEWHERE = tuple(f"ordinary words of the {name} page 170{at}" for at, name in enumerate(("first", "second", "third")))
FILES = {
    "first file": "attestation du héron cuivré",
    "second file": "صورة البلشون النحاسي",
    "first words": "le héron cuivré habite au numéro 4711",
    "second words": "يسكن البلشون النحاسي في الطاحونة السابعة",
}
"""Names and contents."""

PARTS = 2
ORDINARY = "a file of the ordinary page 1703"
KEEPS_NAMES_OF_FILES = {"Chromium": (ORDINARY,)}
BROWSERS = ("Chromium", "Firefox", "Firefox at level Safer")
STORIES = {"French": FRENCH, "Arabic": ARABIC, "Chinese": CHINESE}
ALL_PAIRS = list(zip(STORIES, BROWSERS, strict=True))
PAIRS = [ALL_PAIRS[0], ALL_PAIRS[-1]]
OTHER_PAIRS = [
    pytest.param(story, browser, marks=pytest.mark.prove)
    for story in STORIES
    for browser in BROWSERS
    if (story, browser) not in PAIRS
]

Open = Callable[[str, Path, str, str], AbstractContextManager[Browsing]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the browser writes; Chromium makes a socket in it, whose name must be short."""
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two files that are one part and a bit together, with marks in their names and in what they hold."""
    dice, made = random.Random(1), []
    for name, words in (("first file", "first words"), ("second file", "second words")):
        made.append(tmp_path / f"{FILES[name]}.txt")
        made[-1].write_bytes(dice.randbytes(300_000) + FILES[words].encode() + dice.randbytes(400_000))
    return made


@pytest.fixture
def opened(request: pytest.FixtureRequest) -> Open:
    """Opens a browser of this name, which writes into this folder, at a site and in a language."""

    @contextmanager
    def open_it(name: str, folder: Path, site: str, language: str) -> Iterator[Browsing]:
        if name == "Chromium":
            with in_chromium(request.getfixturevalue("chromium"), folder, site, language) as browsing:
                yield browsing
        else:
            with in_firefox(folder, site, language, SAFER if name.endswith("Safer") else {}) as browsing:
                yield browsing

    return open_it


@pytest.mark.parametrize(("name", "browser"), [*PAIRS, *OTHER_PAIRS])
def test_nothing_written_or_answered_can_be_read_at_intake_on_the_wire_or_in_what_the_browser_keeps(
    name: str,
    browser: str,
    opened: Open,
    folder: Path,
    files: Sequence[Path],
    wire: Tap,
    desk: Desk,
    rehearsal: Rehearsal,
    served: Serving,
) -> None:
    story, before = without_tabs(STORIES[name]), desk.cases()
    ordinary, kept = files[0].with_name(f"{ORDINARY}.txt"), dict[str, bytes]()
    ordinary.touch()
    with opened(browser, folder, wire.address, story.language) as browsing:
        person = browsing.person
        person.open_form()
        person.choose(story.committee)
        person.draft(TAKEN_BACK)
        kept |= distinct(browsing.kept_after(ELSEWHERE[0], ordinary))
        person.tell(story.account, story.unsafe)
        person.choose_files(files)
        kept |= distinct(browsing.kept_after(ELSEWHERE[1], ordinary))
        receipt = person.send()
        person.clear()
        acknowledgment = acknowledged(desk, rehearsal, before)
        person.come_back(receipt)
        assert person.answers() == [Answer(verdict="genuine", text=acknowledgment)]
        person.draft_more(story.more)
        kept |= distinct(browsing.kept_after(ELSEWHERE[2], ordinary))
        person.send_more()
    kept |= distinct(below(folder, folder))
    carry_out(rehearsal)
    (case,) = desk.cases() - before
    desk.open(case)
    assert desk.words_of_the_person() == [story.account, story.unsafe, story.more]

    assert parts_in(rehearsal.bundle) >= PARTS
    canaries = {**canaries_of(story, receipt, acknowledgment), **FILES, "taken back": TAKEN_BACK}
    secret = {"mailbox secret": keys_of(receipt)["mailbox secret"]}
    controls = {words: words for words in (*ELSEWHERE, ORDINARY)}
    hits = find({**canaries, **secret, **controls}, kept)
    assert [hit for hit in hits if hit.canary not in controls] == []
    assert {hit.canary for hit in hits} == {*ELSEWHERE, *KEEPS_NAMES_OF_FILES.get(browser, ())}
    assert find(canaries, {**wire.recorded(), "said": "\n".join(browsing.said).encode()}) == []
    assert find({**canaries, **secret}, written(rehearsal, served)) == []


def parts_in(bundle: Path) -> int:
    """How many parts are carried."""
    with tarfile.open(bundle) as members:
        return sum(name.startswith("part/") for name in members.getnames())


def acknowledged(desk: Desk, rehearsal: Rehearsal, before: set[str]) -> str:
    """The acknowledgment of what came since; it waits in its mailbox."""
    carry_out(rehearsal)
    (case,) = desk.cases() - before
    desk.open(case)
    words = desk.acknowledge()
    assert rehearsal.carry_back()
    return words


def distinct(traces: Mapping[str, bytes]) -> dict[str, bytes]:
    """Under names by which what did not change is the same, whenever it was looked at."""
    return {f"{name} ({len(data)} bytes, {hash(data):x})": data for name, data in traces.items()}


def without_tabs(story: Story) -> Story:
    """A tab is a key that leaves the field."""
    return replace(story, account=story.account.replace("\t", " "))
