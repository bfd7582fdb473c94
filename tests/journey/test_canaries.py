"""The searcher finds what is hidden, and nothing else: otherwise its silence would mean nothing."""

import base64
import gzip
import random
import urllib.parse
import zlib
from collections.abc import Callable

import pytest

from tests.journey.canaries import find, spellings

WORDS = "الكناري 金丝雀 canari é"

ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "in base64": base64.b64encode,
    "in base64url": base64.urlsafe_b64encode,
    "in hexadecimal": lambda raw: raw.hex().encode(),
    "in upper hexadecimal": lambda raw: raw.hex().upper().encode(),
    "percent-encoded": lambda raw: "".join(f"%{byte:02x}" for byte in raw).encode(),
    "gzipped": gzip.compress,
    "deflated": zlib.compress,
    "gzipped twice": lambda raw: gzip.compress(gzip.compress(raw)),
}


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("before", range(3))
def test_words_are_found_however_they_are_written(charset: str, encoder: str, before: int) -> None:
    hidden = ENCODERS[encoder](b"\x01" * before + WORDS.encode(charset) + b"\x02\x03\x04\x05")
    place = random.Random(before).randbytes(5_000) + hidden + random.Random(9).randbytes(5_000)
    assert [hit.canary for hit in find({"words": WORDS}, {"a file": place})] != []


def test_words_are_found_when_javascript_or_json_escaped_them() -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" if ord(letter) > 126 else letter for letter in WORDS)
    assert find({"words": WORDS}, {"a body": escaped.encode("ascii")})


@pytest.mark.parametrize("quote", [urllib.parse.quote, urllib.parse.quote_plus])
def test_words_are_found_in_an_address(quote: Callable[[str], str]) -> None:
    assert find({"words": WORDS}, {"an address": f"GET /search?q={quote(WORDS)}&page=1".encode("ascii")})


def test_random_bytes_hold_no_canary() -> None:
    assert find({"words": WORDS, "receipt": bytes(range(16))}, {"noise": random.Random(1).randbytes(2_000_000)}) == []


def test_a_hit_names_the_canary_the_encoding_and_the_place() -> None:
    hits = find({"words": WORDS}, {"log": b"", "database": WORDS.encode("utf-16-le")})
    assert [(hit.canary, hit.encoding, hit.place) for hit in hits] == [("words", "utf-16-le", "database")]


def test_a_canary_too_short_to_be_told_from_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        spellings("ab")
