"""Looks for marked words in bytes, however they were written down.

A text can lie in a file or a request as UTF-8 or UTF-16, and that again as base64 (starting at any of three offsets),
hexadecimal, percent-encoding or a JSON escape: `spellings`. And any of it can be packed, or written in another way once
more: `layers`. `find` looks for all of them.
"""

import base64
import json
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.journey.layers import layers

_SHORTEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A canary that should not be there: which, written how, and where."""

    canary: str
    encoding: str
    place: str


def spellings(canary: str | bytes) -> dict[str, bytes]:
    """Every way in which the canary may be written, by the name of the encoding."""
    found: dict[str, bytes] = {}
    for charset, raw in _charsets(canary):
        for name, spelled in _wrapped(raw):
            found[f"{charset}{name}"] = spelled
    if isinstance(canary, str):
        found["json"] = json.dumps(canary)[1:-1].encode("ascii")
        found["percent of what is not ASCII"] = urllib.parse.quote(canary, safe="").encode("ascii")
        found["form"] = urllib.parse.quote_plus(canary, safe="").encode("ascii")
    short = [name for name, spelled in found.items() if len(spelled) < _SHORTEST]
    if short:
        raise ValueError(f"too short to be told from chance: {short}")
    return found


def find(canaries: Mapping[str, str | bytes], places: Mapping[str, bytes]) -> list[Hit]:
    """Every canary found in any place, as it stands there or in any layer below."""
    wanted = [(name, *spelling) for name, canary in canaries.items() for spelling in spellings(canary).items()]
    return [
        Hit(canary=name, encoding=encoding, place=place + layer)
        for place, content in places.items()
        for layer, data in layers(content)
        for name, encoding, spelled in wanted
        if spelled in data
    ]


def _charsets(canary: str | bytes) -> Iterator[tuple[str, bytes]]:
    if isinstance(canary, bytes):
        yield "bytes", canary
        return
    for charset in ("utf-8", "utf-16-le", "utf-16-be"):
        yield charset, canary.encode(charset)


def _wrapped(raw: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", raw
    yield " in hex", raw.hex().encode("ascii")
    yield " in HEX", raw.hex().upper().encode("ascii")
    yield " in percent", b"".join(b"%%%02X" % byte for byte in raw)
    yield " in percent, lower case", b"".join(b"%%%02x" % byte for byte in raw)
    for offset in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            yield f" in {name} at {offset}", _inner_base64(encode(bytes(offset) + raw), offset, len(raw))


def _inner_base64(encoded: bytes, offset: int, length: int) -> bytes:
    """The characters that depend on nothing but the canary: those wholly of its bits."""
    first = -(-offset * 8 // 6)
    last = (offset + length) * 8 // 6
    return encoded[first:last]
