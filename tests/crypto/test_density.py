"""A long document of many small values costs no more memory than one that says something (FORMAT.md 1.2)."""

import json
import tracemalloc
from collections.abc import Callable

import pytest

from crypto.errors import FormatError
from crypto.wire.day import DayManifest, Entry
from crypto.wire.fields import parse_json

LENGTH = 8_000_000
DENSE = [b"1,", b"[],", b'"ab",', b'{"a":1},']


@pytest.mark.parametrize("value", DENSE)
def test_a_long_document_of_small_values_is_refused_before_it_is_parsed(value: bytes) -> None:
    document, eighth = (b'{"a":[' + value * (length // len(value)) + b"1]}" for length in (LENGTH, LENGTH // 8))
    assert peak_of(lambda: refused(document)) < 100_000
    assert peak_of(lambda: json.loads(eighth)) > 4 * len(eighth)


def test_a_day_of_many_submissions_is_taken() -> None:
    entries = tuple(Entry(id=at.to_bytes(16, "big"), length=57_782, sha256=bytes(32), parts=()) for at in range(20_000))
    manifest = DayManifest(n=1, day="2026-11-24", prev=None, entries=entries)
    data = manifest.encode()
    assert len(data) > 1_048_576
    assert DayManifest.parse(data) == manifest


def test_a_short_document_may_be_dense() -> None:
    assert parse_json(b'{"a":[' + b"1," * 500_000 + b"1]}", most=LENGTH)


def refused(document: bytes) -> None:
    with pytest.raises(FormatError, match="denser"):
        parse_json(document, most=LENGTH + 100)


def peak_of(act: Callable[[], object]) -> int:
    """The most memory (bytes) that was taken meanwhile."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
