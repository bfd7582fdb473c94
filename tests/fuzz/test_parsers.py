"""Whatever arrives, a parser takes exactly what stood there or refuses it, and nothing else happens."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from crypto.errors import FormatError
from crypto.wire.fields import parse_json
from tests.fuzz import samples
from tests.fuzz.mutate import MOST_GROWTH
from tests.fuzz.parsers import PARSERS, Parser
from tests.fuzz.run import SEED, Broken, bounded_memory, inputs, run

COUNT = 50_000
PROOF = 500_000
ROOT = Path(__file__).parents[2]
NAMED = {parser.name: parser for parser in PARSERS}


@pytest.mark.parametrize("name", NAMED)
def test_a_parser_refuses_in_one_way_or_takes_exactly_what_stood_there(name: str) -> None:
    with bounded_memory():
        assert run(NAMED[name], SEED, COUNT)


@pytest.mark.prove
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", NAMED)
def test_half_a_million_other_inputs_change_nothing(name: str) -> None:
    with bounded_memory():
        assert run(NAMED[name], SEED + 1, PROOF)


def test_every_value_that_has_a_parser_is_in_the_table() -> None:
    table = (Path(__file__).parent / "parsers.py").read_text("utf-8")
    found = {name for path in sorted((ROOT / "crypto").rglob("*.py")) for name in values_with_parsers(path)}
    assert {"Message", "Note", "Frame", "Offer", "Pin"} <= found
    assert sorted(name for name in found if not re.search(rf"\b{name}\b", table)) == []


def values_with_parsers(path: Path) -> set[str]:
    """Classes of a module whose `parse` takes bytes."""
    classes = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
    return {one.name for one in classes for node in one.body if isinstance(node, ast.FunctionDef) and takes_bytes(node)}


def takes_bytes(function: ast.FunctionDef) -> bool:
    """Whether this is `parse(cls, DATA: bytes, ...)`."""
    taken = [ast.unparse(argument.annotation) for argument in function.args.args if argument.annotation]
    return function.name == "parse" and taken[:1] == ["bytes"]


def test_a_parser_that_forgets_to_look_is_caught() -> None:
    careless = control(lambda data: json.loads(parsed(data))["kind"] and data)
    with pytest.raises(Broken, match="raised KeyError") as caught:
        run(careless, SEED, COUNT)
    assert "input in base64: " in str(caught.value)


def test_a_parser_that_takes_more_behind_the_end_is_caught() -> None:
    def parse(data: bytes) -> bytes:
        whole = len(samples.messages()[0].encode())
        return parsed(data[:whole])

    with pytest.raises(Broken, match="says something else"):
        run(control(parse), SEED, COUNT)


def test_a_parser_that_puts_right_what_it_read_is_caught() -> None:
    with pytest.raises(Broken, match="says something else"):
        run(control(lambda data: parsed(data.strip())), SEED, COUNT)


def test_a_parser_that_hoards_is_caught() -> None:
    hoard: list[bytes] = []

    def parse(data: bytes) -> bytes:
        hoard.append(data * 10)
        return parsed(data)

    with pytest.raises(AssertionError, match="memory grew"), bounded_memory():
        run(control(parse), SEED, COUNT // 10)


def control(parse: Any) -> Parser:
    """A parser of messages that goes wrong."""
    return Parser(name="control", parse=parse, back=bytes, samples=[samples.messages()[0].encode()])


def parsed(data: bytes) -> bytes:
    """The same bytes, when they are strict JSON."""
    parse_json(data, most=65_536)
    return data


def test_the_same_seed_gives_the_same_inputs_and_another_seed_others() -> None:
    parser = NAMED["message"]
    once, again, other = (list(inputs(parser, seed, 1_000)) for seed in (1, 1, 2))
    assert once == again
    assert once != other


def test_no_input_is_much_longer_than_the_longest_sample() -> None:
    for parser in PARSERS:
        # text that is no UTF-8 becomes U+FFFD, three bytes for one
        most = (max(map(len, parser.samples)) + MOST_GROWTH) * (3 if parser.text else 1)
        assert max(map(len, inputs(parser, SEED, 2_000))) <= most


@pytest.mark.parametrize(
    "lie",
    [
        b'"__proto__":',
        b"\xed\xa0\x80",
        b"\\ud800",
        b'{"a":{"a":{"a":{"a":{"a":{"a":{"a":',
        b"[[[[[[[[[",
        b"9007199254740992",
        b"Infinity",
        b"-0",
        b"1.5",
        b"\x00",
        b'"2026-02-29"',
        b'"v":1,"v":',
    ],
)
def test_the_lies_that_json_makes_possible_are_among_the_inputs(lie: bytes) -> None:
    assert any(lie in data for data in inputs(NAMED["message"], SEED, COUNT))


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_every_sample_is_taken(parser: Parser) -> None:
    for sample in parser.samples:
        parser.parse(sample)


def test_a_refusal_is_told_from_a_crash() -> None:
    with pytest.raises(FormatError):
        parsed(b"[]")
    assert run(control(parsed), SEED, 100)
