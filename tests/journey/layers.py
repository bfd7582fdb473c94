"""What is written inside of bytes, written again, and again: each layer that can be taken off, one after the other.

A layer is gzip, zlib or Firefox's LZ4, base64, hexadecimal, UTF-16, percent-encoding, the escapes of JSON, JavaScript,
Python and C, or HTML's. All runs of one encoding in a place are decoded into one layer, with line feeds between.
"""

import base64
import html
import re
import urllib.parse
import zlib
from collections.abc import Callable, Iterator

from tests.journey import lz4

_DEEPEST = 4
_MOST_UNPACKED = 64 << 20
_AT_A_TIME = 4_096
_AROUND = 300

_COMPRESSED = (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{20,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*")
_HEX = re.compile(rb"[0-9A-Fa-f]{20,}")
_WIDE = re.compile(rb"(?:[\x09\x0a\x0d\x20-\x7e]\x00){10,}[\x20-\x7e]?")
_STANDARD = bytes.maketrans(b"-_", b"+/")

_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_ENTITY = re.compile(rb"&(?:#[0-9]{2,7}|#[xX][0-9A-Fa-f]{2,6}|[A-Za-z]{2,8});")
_ESCAPE = re.compile(rb"""\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-3][0-7]{2}|[nrt"'/\\])""")
_SURROGATES = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+")
_SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}

Layer = tuple[str, bytes]


def layers(content: bytes) -> Iterator[Layer]:
    """The content, and whatever is written in it, four levels deep; each layer once, by the way that leads to it."""
    seen: set[tuple[int, int]] = set()
    level: list[Layer] = [("", content)]
    for _ in range(_DEEPEST + 1):
        fresh = []
        for name, data in level:
            if (len(data), hash(data)) not in seen:
                seen.add((len(data), hash(data)))
                fresh.append((name, data))
                yield name, data
        level = [(f"{name} > {inner}", taken) for name, data in fresh for inner, taken in _inside(data)]


def _inside(data: bytes) -> Iterator[Layer]:
    for decode in (_inflated, _from_lz4, _from_base64, _from_hex, _from_wide, _unescaped):
        yield from decode(data)


def _inflated(data: bytes) -> Iterator[Layer]:
    for magic in _COMPRESSED:
        for at in _positions(data, magic):
            if inflated := _inflate(data, at):
                yield f"inflated at {at}", inflated


def _inflate(data: bytes, at: int) -> bytes:
    """As far as it goes: a stream may be cut off, or broken by the borders of pages."""
    stream, out = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32), bytearray()
    try:
        while at < len(data) and not stream.eof and len(out) < _MOST_UNPACKED:
            out += stream.decompress(data[at : at + _AT_A_TIME])
            at += _AT_A_TIME
    except zlib.error:
        pass
    return bytes(out)


def _from_lz4(data: bytes) -> Iterator[Layer]:
    for at in _positions(data, lz4.MAGIC):
        try:
            yield f"LZ4 at {at}", lz4.unpack_file(data[at:], _MOST_UNPACKED)
        except lz4.NotPacked:
            continue


def _from_base64(data: bytes) -> Iterator[Layer]:
    """From each of the four places where it may begin: what stands before it can look like a part of it."""
    runs = [_pure(run.group()) for run in _BASE64.finditer(data)]
    for first in range(4) if runs else ():
        yield f"base64 from {first}", b"\n".join(_base64(run[first:]) for run in runs)


def _pure(run: bytes) -> bytes:
    return run.translate(_STANDARD, b"\r\n")


def _base64(run: bytes) -> bytes:
    return base64.b64decode(run[: len(run) - (len(run) % 4 == 1)] + b"==")


def _from_hex(data: bytes) -> Iterator[Layer]:
    runs = [run.group().decode("ascii") for run in _HEX.finditer(data)]
    for first in range(2) if runs else ():
        pieces = (run[first : first + (len(run) - first) // 2 * 2] for run in runs)
        yield f"hexadecimal from {first}", b"\n".join(map(bytes.fromhex, pieces))


def _from_wide(data: bytes) -> Iterator[Layer]:
    """Letters of ASCII with a zero before or behind each."""
    if runs := [run.group().replace(b"\x00", b"") for run in _WIDE.finditer(data)]:
        yield "UTF-16", b"\n".join(runs)


def _unescaped(data: bytes) -> Iterator[Layer]:
    ways: tuple[tuple[str, re.Pattern[bytes], Callable[[bytes], bytes]], ...] = (
        ("percent", _PERCENT, urllib.parse.unquote_to_bytes),
        ("HTML", _ENTITY, _from_html),
        ("escapes of letters", _ESCAPE, _letters),
        ("escapes of bytes", _ESCAPE, _bytes),
    )
    for name, mark, decode in ways:
        if pieces := [decode(data[first:last]) for first, last in _around(mark, data)]:
            yield name, b"\n".join(pieces)


def _around(mark: re.Pattern[bytes], data: bytes) -> Iterator[tuple[int, int]]:
    """Where such marks stand, with what stands around them."""
    first = last = -1
    for found in mark.finditer(data):
        if first >= 0 and found.start() - _AROUND > last:
            yield first, last
            first = -1
        first = max(0, found.start() - _AROUND) if first < 0 else first
        last = found.end() + _AROUND
    if first >= 0:
        yield first, last


def _from_html(text: bytes) -> bytes:
    return html.unescape(text.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _letters(text: bytes) -> bytes:
    """As JSON and JavaScript mean them: each escape is a letter."""
    whole = _SURROGATES.sub(_from_surrogates, text)
    return _ESCAPE.sub(lambda one: _one(one, lambda number: chr(number).encode("utf-8")), whole)


def _bytes(text: bytes) -> bytes:
    """As Python and C mean them: each escape is a byte."""
    return _ESCAPE.sub(lambda one: _one(one, lambda number: bytes([number])), text)


def _from_surrogates(run: re.Match[bytes]) -> bytes:
    pairs = bytes.fromhex(run.group().replace(rb"\u", b"").decode("ascii"))
    return pairs.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")


def _one(escape: re.Match[bytes], spell: Callable[[int], bytes]) -> bytes:
    inner = escape.group()[1:]
    if inner[:1] == b"u":
        return escape.group()
    if inner[:1] == b"x":
        return spell(int(inner[1:], 16))
    if inner.isdigit():
        return spell(int(inner, 8))
    return _SHORT.get(inner, inner)


def _positions(data: bytes, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)
