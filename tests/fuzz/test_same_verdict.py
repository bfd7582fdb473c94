"""Python and the browser's code take the same, refuse the same for the same reason, and neither breaks."""

import base64
import re
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.fuzz.parsers import PARSERS, Parser
from tests.fuzz.run import SEED, inputs, verdict
from tests.twin import BROWSER, Twin

COUNT = 50_000
PROOF = 500_000
# Long inputs are fewer: no more than this goes from one process to the other, in pieces.
MOST_BYTES = 100_000_000
MOST_BYTES_AT_ONCE = 4_000_000
SHOWN = 8

NAMED = {parser.name: parser for parser in PARSERS}
TWINS = sorted(re.findall(r'^  "?([a-z-]+)"?: ', (BROWSER / "test" / "parsers.ts").read_text("utf-8"), re.MULTILINE))

Ask = Callable[[str, Sequence[bytes]], list[str]]


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    """The browser's code, asked by all tests here."""
    with Twin() as started:
        yield started


def test_every_parser_of_the_browser_has_its_twin() -> None:
    assert {"message", "note", "frame-message", "receipt"} <= set(TWINS)
    assert [name for name in TWINS if name not in NAMED] == []


@pytest.mark.parametrize("name", TWINS)
def test_both_languages_take_the_same_and_refuse_for_the_same_reason(name: str, twin: Twin) -> None:
    assert disagreements(NAMED[name], SEED + 7, COUNT, twin.parse_many) == []


@pytest.mark.prove
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", TWINS)
def test_half_a_million_other_inputs_do_not_part_them(name: str, twin: Twin) -> None:
    assert disagreements(NAMED[name], SEED + 8, PROOF, twin.parse_many) == []


def test_a_difference_would_be_found() -> None:
    parser = NAMED["pin"]

    def careless(_: str, given: Sequence[bytes]) -> list[str]:
        return ["ok" if b'"seq":2' in data else verdict(parser, SEED, data) for data in given]

    found = disagreements(parser, SEED, COUNT, careless)
    assert found
    assert all(one.startswith("Python says bad-format, the browser ok: ") for one in found)


def test_a_crash_of_the_browsers_code_would_be_found() -> None:
    def crashing(_: str, given: Sequence[bytes]) -> list[str]:
        return ["broken TypeError" for _ in given]

    assert "the browser broken TypeError" in disagreements(NAMED["pin"], SEED, 10, crashing)[0]


def disagreements(parser: Parser, seed: int, count: int, ask: Ask) -> list[str]:
    """Every input on which the two part, as text that is enough to see it again; at most the first few."""
    found: list[str] = []
    mean = sum(map(len, parser.samples)) / len(parser.samples)
    share = min(parser.share, MOST_BYTES / COUNT / mean)
    for given in pieces(inputs(parser, seed, int(count * share))):
        for data, theirs in zip(given, ask(parser.name, given), strict=True):
            ours = verdict(parser, seed, data)
            if ours != theirs:
                shown = base64.b64encode(data).decode("ascii")
                found.append(f"Python says {ours}, the browser {theirs}: {shown}")
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]


def pieces(given: Iterator[bytes]) -> Iterator[list[bytes]]:
    """As many as are sent at once."""
    piece, size = list[bytes](), 0
    for data in given:
        piece.append(data)
        size += len(data)
        if size > MOST_BYTES_AT_ONCE:
            yield piece
            piece, size = [], 0
    yield piece
