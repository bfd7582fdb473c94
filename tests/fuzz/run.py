"""Runs a parser over mutated inputs: it refuses in the documented way or takes exactly what stood there."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fuzz.mutate import Mutator
from tests.fuzz.parsers import Parser, one_form
from tests.memory import watched

SEED = 2026
MOST_MEMORY = 64 * 1024 * 1024


class Broken(AssertionError):
    """A parser did what it must not; the text holds what is needed to see it again."""

    def __init__(self, parser: Parser, seed: int, data: bytes, why: str) -> None:
        shown = base64.b64encode(data).decode("ascii")
        super().__init__(f"{parser.name}, seed {seed}: {why}\ninput in base64: {shown}")


def inputs(parser: Parser, seed: int, count: int) -> Iterator[bytes]:
    """Mutated inputs of a parser; the same for the same seed."""
    for data in Mutator(f"{seed} {parser.name}", parser.samples).inputs(count):
        yield data.decode("utf-8", "replace").encode("utf-8") if parser.text else data


def verdict(parser: Parser, seed: int, data: bytes) -> str:
    """`ok`, or the code of the refusal; raises `Broken`."""
    try:
        value = parser.parse(data)
    except parser.refusals as refusal:
        return refusal.code
    except Exception as error:
        raise Broken(parser, seed, data, f"raised {type(error).__name__}") from error
    if not one_form(parser, data, value):
        raise Broken(parser, seed, data, "was taken, and says something else")
    return "ok"


def run(parser: Parser, seed: int, count: int) -> int:
    """How many of the inputs were taken; raises `Broken`."""
    return sum(verdict(parser, seed, data) == "ok" for data in inputs(parser, seed, int(count * parser.share)))


@contextmanager
def bounded_memory(most: int = MOST_MEMORY) -> Iterator[None]:
    """Fails when the process, while inside, held more than `most` bytes above what it held before."""
    with watched() as growth:
        yield
    assert growth.most <= most, f"memory grew by {growth.most:,} bytes"
