"""The searcher finds what is hidden, and nothing else: otherwise its silence would mean nothing."""

import base64
import gzip
import json
import random
import urllib.parse
import zlib
from collections.abc import Callable

import pytest

from tests.journey import lz4
from tests.journey.canaries import find, spellings

WORDS = "الكناري 金丝雀 canari é"


def hexadecimal(raw: bytes) -> bytes:
    return raw.hex().encode("ascii")


def percent(raw: bytes) -> bytes:
    return "".join(f"%{byte:02x}" for byte in raw).encode("ascii")


def in_lines(raw: bytes) -> bytes:
    """As mail carries it."""
    return base64.encodebytes(raw * 3)


def packed_by_firefox(raw: bytes) -> bytes:
    """Whatever comes in twice is there once: the words are not in it as they were."""
    return lz4.pack_file(b"{" + raw[: len(raw) // 2] + b"}{" + raw + b"}" + bytes(20))


def escaped_bytes(raw: bytes) -> bytes:
    return "".join(f"\\x{byte:02x}" for byte in raw).encode("ascii")


def octal(raw: bytes) -> bytes:
    return "".join(f"\\{byte:03o}" if byte > 127 else chr(byte) for byte in raw).encode("latin-1")


def wide(raw: bytes) -> bytes:
    """As JavaScript holds a text in memory."""
    return raw.decode("latin-1").encode("utf-16-le")


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "in base64": base64.b64encode,
    "in base64url": base64.urlsafe_b64encode,
    "in base64, in lines": in_lines,
    "in hexadecimal": hexadecimal,
    "in upper hexadecimal": lambda raw: hexadecimal(raw).upper(),
    "percent-encoded": percent,
    "in escaped bytes": escaped_bytes,
    "in octal": octal,
    "gzipped": gzip.compress,
    "deflated": zlib.compress,
    "packed by Firefox": packed_by_firefox,
    "gzipped twice": lambda raw: gzip.compress(gzip.compress(raw)),
    "in base64 twice": lambda raw: base64.b64encode(base64.b64encode(raw)),
    "in base64, of JavaScript": lambda raw: wide(base64.b64encode(raw)),
    "gzipped, in base64": lambda raw: base64.b64encode(gzip.compress(raw)),
    "deflated, in hexadecimal": lambda raw: hexadecimal(zlib.compress(raw)),
    "percent-encoded twice": lambda raw: percent(percent(raw)),
    "in base64, packed by Firefox": lambda raw: packed_by_firefox(base64.b64encode(raw)),
    "deflated, in base64, percent-encoded, gzipped": lambda raw: gzip.compress(
        percent(base64.b64encode(zlib.compress(raw)))
    ),
}


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("before", range(3))
def test_words_are_found_however_they_are_written(charset: str, encoder: str, before: int) -> None:
    hidden = ENCODERS[encoder](b"\x01" * before + WORDS.encode(charset) + b"\x02\x03\x04\x05")
    place = random.Random(before).randbytes(5_000) + hidden + random.Random(9).randbytes(5_000)
    assert [hit.canary for hit in find({"words": WORDS}, {"a file": place})] != []


ESCAPED: dict[str, Callable[[str], str]] = {
    "JavaScript": lambda text: "".join(f"\\u{ord(one):04x}" if ord(one) > 126 else one for one in text),
    "JSON, in upper case": lambda text: "".join(f"\\u{ord(one):04X}" for one in text),
    "JSON, in JSON": lambda text: json.dumps(json.dumps(text)),
    "HTML": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#x{ord(one):x};" for one in text),
    "Python": lambda text: repr(text.encode("utf-8")),
}


@pytest.mark.parametrize("way", ESCAPED)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "utf-16-be"])
def test_words_are_found_when_they_were_escaped(way: str, charset: str) -> None:
    place = f"before {ESCAPED[way](WORDS)} after".encode(charset)
    assert find({"words": WORDS}, {"a body": place})


def test_letters_that_take_two_escapes_are_found() -> None:
    assert find(
        {"words": "\U0001d516\U0001d522\U0001d51e\U0001d529"},
        {"a body": rb'"\ud835\udd16\ud835\udd22\ud835\udd1e\ud835\udd29"'},
    )


def test_words_of_a_stream_that_breaks_off_are_found() -> None:
    stream = zlib.compress(WORDS.encode() + random.Random(2).randbytes(9_000))[:8_000]
    assert find({"words": WORDS}, {"a page": stream + bytes(300)})


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
