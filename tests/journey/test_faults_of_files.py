"""Whatever a faulty line does while files are sent, all of it arrives as it was, or the page says that it has not."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page
from playwright.sync_api import Error as BrowserError

from crypto.errors import CryptoError
from crypto.wire.age import check_envelope
from crypto.wire.attachments import PART_LENGTH
from tests.journey.canaries import find
from tests.journey.faults import Fault, faults_of, old_start_of, sample
from tests.journey.faulty import KINDS, WITH_FILES, Answer, Asked, Kind, Played, Proxy, Spoil, faulty, honest
from tests.journey.looks import looking
from tests.journey.sender import Intake, Sender
from tests.serving import Served, serving

WORDS = "The copper heron of the seventh mill, 4711"
NAME = "the burnt windmill.txt"
INSIDE = "a tin lighthouse keeps watch. "
FILE: FilePayload = {"name": NAME, "mimeType": "text/plain", "buffer": INSIDE.encode() * 50_000}
CANARIES: Mapping[str, str | bytes] = {"words": WORDS, "name": NAME, "contents": (INSIDE * 2).strip()}
PIECES = 2
TOKEN_LENGTH = 16

STEP_MS = 4_000
PAUSE_MS = 50
MOST_LOOKS = 240
MOST_TRIES = 2
WAIT = 1.0
_LOOK = """() => {
  const shown = (query) => Array.from(document.querySelectorAll(query)).some(
    (one) => one.checkVisibility() && one.innerText.trim() !== "");
  return {
    stored: shown("#screen [data-slot=digits] li"),
    troubled: shown("#screen [data-slot=trouble-words]"),
    refused: shown("#screen #error, #screen [data-slot=changed-words], #screen [data-slot=reason]"),
    choosing: document.querySelector("#screen input[type=file]") !== null,
  };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A browser, an intake, a folder for what is opened, and the answers of a sending without faults."""

    browser: Browser
    served: Served
    folder: Path
    answers: Mapping[Kind, Answer]

    def faults(self, kind: Kind) -> list[Fault]:
        """All that can be done to these answers. The document of `faults_of` is none of them."""
        return faults_of(kind, self.answers, old_start_of(self.served.portal.notes[-1].encode()), WAIT)

    def breaches(self, faults: list[Fault], *, once: bool) -> list[str]:
        """The faults that do harm; `once`: to the first such answer alone."""
        return [f"{fault}: {why}" for fault in faults for why in self.wrong(fault, once=once)]

    def wrong(self, fault: Fault, *, once: bool) -> list[str]:
        """What is wrong after a sending that met this fault."""
        spoil = first_only(fault.spoil) if once else fault.spoil
        return sent_through(self.browser, self.served, self.folder, {fault.kind: spoil})[1]


@pytest.fixture(scope="module")
def way(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """The module's own intake, after somebody has sent files to it through a line without faults."""
    folder = tmp_path_factory.mktemp("way")
    with serving(folder, workers=2, limits="threads = 4") as served:
        proxy, wrong = sent_through(chromium, served, folder, {})
        assert wrong == []
        assert [len(proxy.asked_for(kind)) for kind in WITH_FILES] == [1, PIECES, 1]
        answers = {kind: proxy.answers[kind] for kind in (*KINDS, *WITH_FILES)}
        yield Way(browser=chromium, served=served, folder=folder, answers=answers)


def sent_through(
    browser: Browser, served: Served, folder: Path, spoils: dict[Kind, Spoil], script: bytes = b""
) -> tuple[Proxy, list[str]]:
    """Somebody writes and adds a file, as far as the page lets them; what is wrong with how it ended."""
    intake = Intake(served, folder)
    with faulty(served.port, spoils) as proxy, looking(browser) as page:
        page.set_default_timeout(STEP_MS)
        if script:
            page.add_init_script(script.decode())
        seen = attempt(page, proxy)
        return proxy, judge(seen, proxy, intake)


def attempt(page: Page, proxy: Proxy) -> Mapping[str, bool]:
    """The page as it was looked at last."""
    sender = Sender(page, proxy.address)
    sender.reach_files(WORDS)
    sender.press("continue")
    seen = until(page, "choosing")
    if not seen["choosing"]:
        return seen
    sender.give([FILE])
    sender.press("continue")
    sender.press("continue")
    for _ in range(MOST_TRIES):
        seen = until(page, "stored", "troubled")
        if not seen["troubled"]:
            break
        with suppress(BrowserError):  # it may have gone on by itself
            sender.press("again")
            page.wait_for_timeout(PAUSE_MS)
    return until(page, "stored", "troubled")


def until(page: Page, *ends: str) -> Mapping[str, bool]:
    """Until one of these is seen, or a refusal in words."""
    for _ in range(MOST_LOOKS):
        seen: Mapping[str, bool] = page.evaluate(_LOOK)
        if seen["refused"] or any(seen[end] for end in ends):
            return seen
        page.wait_for_timeout(PAUSE_MS)
    return seen


def judge(seen: Mapping[str, bool], proxy: Proxy, intake: Intake) -> list[str]:
    """Empty when what arrived is whole and sealed, and the page says how it stands."""
    sent = {f"{number} {one.kind}": one.whole for number, one in enumerate(proxy.asked)}
    wrong = [f"{hit.canary} left as {hit.encoding}" for hit in find(CANARIES, sent)]
    wrong += [f"{one.method} {one.path}" for one in proxy.asked if one.method != "GET" and not is_ours(one)]
    arrived = [one.payloads() for one in intake.arrived()]
    if arrived not in ([], [[FILE]]):
        wrong.append("something else arrived")
    if seen["stored"] and not arrived:
        wrong.append("said to be stored, and is not")
    if not (seen["stored"] or seen["troubled"] or seen["refused"]):
        wrong.append("nothing is said")
    return wrong


def is_ours(one: Asked) -> bool:
    """A part, an envelope, or tokens of the author."""
    if one.kind == "part":
        return len(one.body) == PART_LENGTH
    if one.kind != "put":
        return (one.path, len(one.body) % TOKEN_LENGTH) == ("/submissions/delete", 0)
    try:
        check_envelope(one.body)
    except CryptoError:
        return False
    return True


def first_only(spoil: Spoil) -> Spoil:
    """Spoils one answer; those that follow come as they are."""
    given: list[Answer] = []

    def play(answer: Answer) -> Played:
        given.append(answer)
        return spoil(answer) if len(given) == 1 else honest(answer)

    return play


@pytest.mark.parametrize(
    "kind", [kind if kind == "part" else pytest.param(kind, marks=pytest.mark.prove) for kind in WITH_FILES]
)
def test_one_fault_of_some_sorts_does_no_harm_while_files_are_sent(kind: Kind, way: Way) -> None:
    chosen = sample(way.faults(kind), 1, f"files {kind}")
    assert way.breaches(chosen[::2], once=True) == []


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("once", [True, False], ids=["once", "always"])
@pytest.mark.parametrize("kind", WITH_FILES)
def test_no_fault_does_harm_while_files_are_sent(kind: Kind, once: bool, way: Way) -> None:
    assert way.breaches(way.faults(kind), once=once) == []


def test_a_part_whose_answer_was_lost_is_sent_again_and_kept_once(way: Way) -> None:
    lost = first_only(lambda _answer: Played(pieces=(), end="reset"))
    proxy, wrong = sent_through(way.browser, way.served, way.folder, {"part": lost})
    parts = [one.path for one in proxy.asked_for("part")]
    assert (wrong, len(parts), len(set(parts))) == ([], PIECES + 1, PIECES)


ON_EACH_PRESS = "document.addEventListener('click', () => fetch({}))"
PLAYED = {
    "contents left as utf-8": ON_EACH_PRESS.format(f"'/start', {{headers: {{X: '{INSIDE * 2}'}}}}"),
    "PUT /submissions/x/parts/y": ON_EACH_PRESS.format("'/submissions/x/parts/y', {method: 'PUT', body: 'z'}"),
}


@pytest.mark.parametrize("wrong", PLAYED)
def test_a_page_that_does_wrong_while_files_are_sent_is_caught(wrong: str, way: Way) -> None:
    assert wrong in sent_through(way.browser, way.served, way.folder, {}, PLAYED[wrong].encode())[1]
