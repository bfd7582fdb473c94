"""Everything a network can do to one answer of a first visit: a catalogue of faults, each by its name.

Positions in bodies come from a recorded visit; what is random is seeded, so that a fault found once is found again.
"""

import gzip
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from crypto.wire.age import KEY_LENGTH
from tests.journey.faulty import Answer, Kind, Played, Spoil, body_of, head_of, honest

SEED = 4
_RANDOM_FLIPS: Mapping[Kind, int] = {"document": 60, "style": 20, "script": 100, "files": 60}
_ANOTHER_VALUE: Mapping[str, tuple[str, ...]] = {
    "content-type": ("text/plain; charset=utf-8", "text/html; charset=utf-16", "image/png"),
    "content-security-policy": ("default-src 'none'", "script-src 'self'"),
    "content-encoding": ("br", "deflate", "identity"),
    "date": ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 2100 23:59:59 GMT", "yesterday"),
    "cross-origin-embedder-policy": ("unsafe-none",),
    "cross-origin-resource-policy": ("cross-origin",),
    "cache-control": ("public, max-age=31536000",),
}
_READ_BY_THE_SCRIPT = re.compile(rb'\b(?:id|data-[a-z]+|href|src|hidden|integrity)(?:="([^"]*)")?')
_MEMBER = re.compile(rb'\\"[a-z_0-9]+\\":[\[{]*(?:\\")?(?=[^\]}\[{])')


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing done to every answer of one kind. A family is faults of one sort."""

    kind: Kind
    family: str
    name: str
    spoil: Spoil

    def __str__(self) -> str:
        return f"{self.kind}: {self.family}: {self.name}"


def faults_of(kind: Kind, visit: Mapping[Kind, Answer], old_start: bytes, wait: float) -> list[Fault]:
    """All faults of this kind of answer. `old_start`: what the server said before its newest directory."""
    answer = visit[kind]
    families: Mapping[str, Iterator[tuple[str, Spoil]]] = {
        "drop": _drops(),
        "truncate": _truncations(answer),
        "delay": iter([("each piece", partial(_late, wait=wait))]),
        "swap": _swaps(kind, visit, old_start),
        "status": _statuses(),
        "header": _headers(answer),
        "flip": chain(_flips(kind, answer), _wire_flips(kind, answer)),
    }
    return [
        Fault(kind=kind, family=family, name=name, spoil=spoil)
        for family, members in families.items()
        for name, spoil in members
    ]


def sample(faults: list[Fault], each: int, salt: str) -> list[Fault]:
    """So many of each family, always the same ones."""
    chosen = random.Random(f"{SEED} {salt}")
    families = dict.fromkeys(fault.family for fault in faults)
    members = [[fault for fault in faults if fault.family == family] for family in families]
    return [fault for family in members for fault in chosen.sample(family, min(each, len(family)))]


def plain(answer: Answer) -> bytes:
    """The body, unpacked."""
    return gzip.decompress(answer.body) if answer.header("content-encoding") == "gzip" else answer.body


def repacked(answer: Answer, body: bytes) -> Answer:
    """The answer with another body, packed as the first one was."""
    packed = answer.header("content-encoding") == "gzip"
    return replace(answer, body=gzip.compress(body, mtime=0) if packed else body)


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    """The same, but for one bit."""
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def _changed(answer: Answer) -> Spoil:
    return lambda _given: honest(answer)


def _late(answer: Answer, wait: float) -> Played:
    return Played(pieces=(head_of(answer), body_of(answer)), wait=wait)


def _drops() -> Iterator[tuple[str, Spoil]]:
    yield "before the head", lambda _answer: Played(pieces=())
    yield "before the head, with a reset", lambda _answer: Played(pieces=(), end="reset")
    yield "inside the head", lambda answer: Played(pieces=(head_of(answer)[:40],))
    yield "after the head", lambda answer: Played(pieces=(head_of(answer),))
    yield "after the head, with a reset", lambda answer: Played(pieces=(head_of(answer),), end="reset")


def _truncations(answer: Answer) -> Iterator[tuple[str, Spoil]]:
    """Of the body as it is on the wire, and (the length right) of what is packed in it."""
    size = len(answer.body)
    for cut in sorted({0, 1, size // 8, size // 4, size // 2, size * 3 // 4, size * 7 // 8, max(0, size - 1)}):
        shorter = replace(answer, body=answer.body[:cut])
        for how, length in (("the length of the whole", size), ("its own length", cut), ("no length", None)):
            played = Played(pieces=(head_of(shorter, length), body_of(shorter)))
            yield f"{cut} of {size} bytes with {how}", lambda _answer, played=played: played  # type: ignore[misc]
    text = plain(answer)
    for part in range(1, 16):
        cut = len(text) * part // 16
        yield f"{cut} of {len(text)} bytes before packing", _changed(repacked(answer, text[:cut]))


def _swaps(kind: Kind, visit: Mapping[Kind, Answer], old_start: bytes) -> Iterator[tuple[str, Spoil]]:
    for other, answer in visit.items():
        if other != kind:
            yield f"whole answer of {other}", _changed(answer)
            yield f"body of {other}", lambda given, answer=answer: honest(repacked(given, plain(answer)))  # type: ignore[misc]
    if kind == "start":
        yield "an older directory", _changed(repacked(visit["start"], old_start))


def _statuses() -> Iterator[tuple[str, Spoil]]:
    for status in (200, 204, 302, 304, 404, 409, 500, 503):
        yield str(status), lambda answer, status=status: honest(replace(answer, status=status))  # type: ignore[misc]
    yield (
        "302 to another page",
        lambda answer: honest(replace(answer, status=302).having("Location", "/en/about")),
    )
    yield (
        "500 in a front's own words",
        lambda answer: honest(replace(answer.without("content-encoding"), status=502, body=b"<h1>Bad Gateway</h1>")),
    )


def _headers(answer: Answer) -> Iterator[tuple[str, Spoil]]:
    for name, _value in answer.headers:
        yield f"no {name}", _changed(answer.without(name))
        for value in _ANOTHER_VALUE.get(name.lower(), ("x",)):
            yield f"{name}: {value}", _changed(answer.having(name, value))


def _flips(kind: Kind, answer: Answer) -> Iterator[tuple[str, Spoil]]:
    """In what the browser reads, packed again: nothing below notices."""
    data = plain(answer)
    for what, at, bit in _places(kind, data):
        yield f"{what}, bit {bit} of byte {at}", _changed(repacked(answer, flipped(data, at, bit)))


def _wire_flips(kind: Kind, answer: Answer) -> Iterator[tuple[str, Spoil]]:
    if answer.header("content-encoding") != "gzip":
        return
    chosen = random.Random(f"{SEED} wire {kind}")
    for _ in range(40):
        at, bit = chosen.randrange(len(answer.body)), chosen.randrange(8)
        yield f"on the wire, bit {bit} of byte {at}", _changed(replace(answer, body=flipped(answer.body, at, bit)))


def _places(kind: Kind, data: bytes) -> Iterator[tuple[str, int, int]]:
    """What stands there, where, and which bit to flip."""
    if kind == "start":
        yield from _signed_places(data)
    if kind == "keys":
        for vault in range(len(data) // KEY_LENGTH):
            for at in (0, 1, KEY_LENGTH // 2, KEY_LENGTH - 32, KEY_LENGTH - 2):
                yield f"key {vault}", vault * KEY_LENGTH + at, 0
    if kind == "document":
        for found in _READ_BY_THE_SCRIPT.finditer(data):
            yield f"name of {found[0].decode()[:40]}", found.start() + 1, 1
            if found[1]:
                yield f"value of {found[0].decode()[:40]}", found.start(1) + len(found[1]) // 2, 1
    chosen = random.Random(f"{SEED} places {kind}")
    for _ in range(_RANDOM_FLIPS.get(kind, 0)):
        yield "anywhere", chosen.randrange(len(data)), chosen.randrange(7)


def _signed_places(data: bytes) -> Iterator[tuple[str, int, int]]:
    """The outer members, the label, every member of the directory, and each part of each signature line."""
    for name in (b"v", b"directory", b"changes", b"records"):
        yield f"member {name.decode()}", data.index(b'"' + name + b'"') + 1, 0
    yield "value of v", data.index(b'"v":') + 4, 1
    note = data.index(b'"directory":"') + len(b'"directory":"')
    yield "label", note, 0
    yield "portal", data.index(b"\\n", note) - 1, 0
    for found in _MEMBER.finditer(data):
        member = found[0].decode()[2:20]
        yield f"name of {member}", found.start() + 2, 0
        yield f"value of {member}", found.end(), 0
    for line in re.finditer(rb"(?:\xe2\x80\x94|\\u2014) ([a-z0-9-]+) ([A-Za-z0-9+/=]+)\\n", data):
        who = line[1].decode()
        yield f"name of signer {who}", line.end(1) - 1, 0
        yield f"key id of {who}", line.start(2) + 2, 0
        yield f"signature of {who}", line.start(2) + 40, 0
        yield f"last byte of the signature of {who}", line.end(2) - 4, 0


def old_start_of(note: bytes) -> bytes:
    """`/start` as it was when this directory was the newest."""
    return json.dumps({"v": 1, "directory": note.decode(), "changes": [], "records": []}).encode()
