"""Bytes that are almost right: a seeded mutator over samples, by bytes and by what JSON means.

The same seed and samples give the same inputs, so a failure can be made again.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

# No input is longer than the longest sample and this many bytes more.
MOST_GROWTH = 4_096

_BORDERS = (0, 1, 0x09, 0x0A, 0x20, 0x22, 0x2C, 0x2D, 0x30, 0x3D, 0x5B, 0x5C, 0x7B, 0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFF)
_TOKENS = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        *("\\ud800", "\\udc00\\ud800", "\ud800", "\\u0000", "\u2028", "\ufeff", "\u202e", "\u0661", "\U0001f54a"),
        *('"__proto__":', '"constructor":', '"a":1,', '{"a":', "[", "]", "}", '"', ",", ":", "null", "true", "NaN"),
        *("-0", "1.0", "1e999", "Infinity", "9" * 400, "\n\n", "\r\n", "\n", "-> ", "--- ", "\u2014 root-1 "),
        *("=", "==", "[" * 3_000, '{"a":' * 700),
    )
)
_NUMBERS = (0, -1, 1, 2, 255, 256, 65_535, 65_536, 2**31, 2**32, 2**53 - 1, 2**53, -(2**53), 2**63, 2**64, 10**30)
_NAMES = ("__proto__", "constructor", "v", "id", "a", "A", "", "a-b", "tostring", "length", "\u00e9", "x" * 300)
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 1.5, -0.0, float("inf"), "", "a", "\x00", "\ud800", "x" * 400, "2026-02-29", "0000-01-01"),
    *([], {}, [[]], [None], ["a", "a"], {"a": 1}, {"__proto__": {}}),
    *("A" * 43, "A" * 22, "_" * 43, "XX", "en", "2026-13"),
)
_DUPLICATE = "\x01duplicate"

Json = dict[str, Any] | list[Any]
Path = tuple[str | int, ...]


class Mutator:
    """Endless changes of the samples; now and then a sample as it is."""

    def __init__(self, seed: str, samples: Sequence[bytes]) -> None:
        self._rng = random.Random(seed)
        self._samples = samples
        self._documents = [document for document in map(_document, samples) if document is not None]
        self._most = max(map(len, samples)) + MOST_GROWTH
        self._by_bytes: tuple[Callable[[bytearray], None], ...] = (
            *(self._flip, self._flip, self._set, self._set, self._insert, self._delete, self._repeat),
            *(self._swap, self._truncate, self._splice, self._number, self._token, self._append),
        )

    def inputs(self, count: int) -> Iterator[bytes]:
        """So many inputs, none much longer than the longest sample."""
        for _ in range(count):
            yield self._one()[: self._most]

    def _one(self) -> bytes:
        draw = self._rng.random()
        if draw < 0.002:
            return self._rng.choice(self._samples)
        if self._documents and draw < 0.5:
            return self._changed_document()
        data = bytearray(self._rng.choice(self._samples))
        for _ in range(1 if draw < 0.9 else self._rng.randrange(2, 5)):
            self._rng.choice(self._by_bytes)(data)
        return bytes(data)

    def _at(self, data: bytearray) -> int:
        """A place; one in three near an end, where lengths and versions stand."""
        near = self._rng.randrange(3)
        if not data or near:
            return self._rng.randrange(len(data) + 1)
        place = min(self._rng.randrange(40), len(data))
        return place if self._rng.random() < 0.5 else len(data) - place

    def _slice(self, data: bytearray, most: int = 64) -> slice:
        at = self._at(data)
        return slice(at, at + self._rng.randrange(1, most))

    def _flip(self, data: bytearray) -> None:
        if data:
            data[min(self._at(data), len(data) - 1)] ^= 1 << self._rng.randrange(8)

    def _set(self, data: bytearray) -> None:
        if data:
            data[min(self._at(data), len(data) - 1)] = self._rng.choice(_BORDERS)

    def _insert(self, data: bytearray) -> None:
        at = self._at(data)
        data[at:at] = self._rng.randbytes(self._rng.randrange(1, 9))

    def _append(self, data: bytearray) -> None:
        data += self._rng.choice((b"\x00", b"\n", b" ", b"{}", b"\x00" * 512, self._rng.randbytes(16)))

    def _delete(self, data: bytearray) -> None:
        del data[self._slice(data)]

    def _repeat(self, data: bytearray) -> None:
        piece, times = self._slice(data), self._rng.choice((1, 1, 1, 2, 30))
        data[piece.start : piece.start] = bytes(data[piece]) * times

    def _swap(self, data: bytearray) -> None:
        one, other = self._at(data), self._at(data)
        size = self._rng.choice((1, 1, 4, 32))
        first, second = data[one : one + size], data[other : other + size]
        if len(first) == len(second):
            data[one : one + size], data[other : other + size] = second, first

    def _truncate(self, data: bytearray) -> None:
        del data[self._at(data) :]

    def _splice(self, data: bytearray) -> None:
        other = self._rng.choice(self._samples)
        at = self._at(data)
        data[at:] = other[at if self._rng.random() < 0.7 else self._rng.randrange(len(other) + 1) :]

    def _number(self, data: bytearray) -> None:
        """A run of digits becomes a number at a border."""
        start = at = self._at(data)
        while at < len(data) and not 0x30 <= data[at] <= 0x39 and at - start < 200:
            at += 1
        end = at
        while end < len(data) and 0x30 <= data[end] <= 0x39:
            end += 1
        data[at:end] = str(self._rng.choice(_NUMBERS)).encode("ascii")

    def _token(self, data: bytearray) -> None:
        piece = self._slice(data, 4) if self._rng.random() < 0.3 else slice(at := self._at(data), at)
        data[piece] = self._rng.choice(_TOKENS)

    def _changed_document(self) -> bytes:
        document, paths = self._rng.choice(self._documents)
        for _ in range(1 if self._rng.random() < 0.8 else 2):
            document = self._change(document, self._rng.choice(paths))
        return _text(document)

    def _change(self, document: Any, path: Path) -> Any:
        """A copy with another thing at the end of the path; what a change before has removed stays away."""
        if not path:
            return self._nested(document) if self._rng.random() < 0.1 else document
        if not isinstance(document, dict | list) or not _holds(document, path[0]):
            return document
        copy = document.copy()
        if len(path) == 1:
            self._touch(copy, path[0])
        else:
            copy[path[0]] = self._change(copy[path[0]], path[1:])  # type: ignore[index]
        return copy

    def _touch(self, parent: Any, key: Any) -> None:
        if isinstance(parent, list):
            self._touch_element(parent, key)
        else:
            self._touch_member(parent, key)

    def _touch_element(self, parent: list[Any], at: int) -> None:
        act = self._rng.randrange(5)
        if act == 0:
            del parent[at]
        elif act == 1:
            parent[at:at] = [parent[at]] * self._rng.choice((1, 1, 20, 300))
        elif act == 2:
            self._rng.shuffle(parent)
        else:
            parent[at] = self._other(parent[at])

    def _touch_member(self, parent: dict[str, Any], name: str) -> None:
        act = self._rng.randrange(8)
        if act == 0:
            del parent[name]
        elif act == 1:
            parent[self._rng.choice(_NAMES)] = parent.pop(name)
        elif act == 2:
            parent[_DUPLICATE + name] = parent[name] if self._rng.random() < 0.5 else self._other(parent[name])
        elif act == 3:
            parent[self._rng.choice(_NAMES)] = self._rng.choice(_VALUES)
        elif act == 4:
            parent[name] = parent.pop(name)
        elif act == 5:
            neighbour = self._rng.choice([*parent])
            parent[name], parent[neighbour] = parent[neighbour], parent[name]
        else:
            parent[name] = self._other(parent[name])

    def _other(self, value: Any) -> Any:
        """A neighbour of the value, or something of another type."""
        draw = self._rng.random()
        if draw < 0.1:
            return self._nested(value)
        if draw < 0.5 and isinstance(value, int):
            return self._rng.choice((value + 1, value - 1, *_NUMBERS))
        if draw < 0.6 and isinstance(value, str) and value:
            data = bytearray(value.encode("utf-8", "surrogatepass"))
            self._rng.choice(self._by_bytes)(data)
            return data.decode("utf-8", "replace")
        return self._rng.choice((*_VALUES, *_NUMBERS))

    def _nested(self, value: Any) -> Any:
        for _ in range(self._rng.choice((1, 2, 5, 6, 7, 8, 9, 40))):
            value = [value] if self._rng.random() < 0.5 else {"a": value}
        return value


def _document(sample: bytes) -> tuple[Json, list[Path]] | None:
    """What a sample of JSON holds, and the way to everything in it."""
    try:
        value = json.loads(sample)
    except ValueError:
        return None
    return (value, list(_paths(value, ()))) if isinstance(value, dict | list) else None


def _paths(value: Any, path: Path) -> Iterator[Path]:
    yield path
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in below:
        yield from _paths(one, (*path, key))


def _holds(parent: Json, key: str | int) -> bool:
    return key in parent if isinstance(parent, dict) else isinstance(key, int) and key < len(parent)


def _text(value: Any) -> bytes:
    """Compact JSON, with what JSON forbids left in: doubled members, lone surrogates, infinite numbers."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\\u0001duplicate", "").encode("utf-8", "surrogatepass")
