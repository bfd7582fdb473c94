"""Attachments: sizes of streams, names of parts, and each member broken once (FORMAT.md 7)."""

from typing import Any

from crypto.public.attachments import part_name
from crypto.wire.attachments import SIZES, fitting, plaintext_length
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url as text
from tests.vectors import scene
from tests.vectors.changes import BAD, Case, all_removed, repeated, table

_SEED = scene.seed("attachments")
_SHORT, _LONG = text(bytes(31)), text(bytes(33))
_ROOM = plaintext_length(1)

_NAMES = [
    "a",
    "scan 1.pdf",
    "\u0634\u0647\u0627\u062f\u0629 \u0637\u0628\u064a\u0629.pdf",
    "\u8bc1\u8bcd\uff08\u4e00\uff09.jpg",
    "\u043f\u043e\u043a\u0430\u0437\u0430\u043d\u0438\u044f.docx",
    "\u121d\u1235\u12ad\u122d.png",
    "\U0001f54a\ufe0f\u200d\U0001f7e9.mp4",
    "e\u0301\u0302 caf\u0065\u0301.txt",
    "caf\u00e9.txt",
    "...",
    ". .",
    ".hidden",
    "..pdf",
    "-rf",
    "CON",
    "a:b*c?<d>|\"'`$(e);&",
    "%2e%2e%2fa",
    "\u2028\u2029\ufeff",
    "\u00a0",
    " ",
    "__proto__",
    "\u2044\u2215\uff0f\uff3c",
    *(f"a{mark}b" for mark in "\u200b\u200c\u200d\u200e\u200f\u061c\u2028\u2029\u202f\u2065\u206a\u206f"),
]
_NO_NAMES = ["", ".", "..", "a/b", "/", "\\", "a\\b", "../a", "\0", "a\0", "a\nb", "\t"]
_NO_NAMES += ["\x1f", "\x7f", "\x80", "\x9f", "\x85", "\u202egpj.exe", "\u2068\u0646\u2069.pdf"]
_NO_NAMES += [f"a{mark}b" for mark in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
_TYPES = ["a/b", "image/png", "0/9", "application/vnd.a-b+json", "a!#$&^_.+-/b!#$&^_.+-", "a/" + "b" * 125]
_NO_TYPES = ["", "a/", "/a", "ab", "a/b/c", "image/PNG", "a/b; c=d", "a/b ", " a/b", "a/b\n", "a/" + "b" * 126, "*/*"]
_NO_TYPES += ["-a/b", "a/.b", "a b/c", "\u00e9/a", "a/b,c", "a%/b"]


def attachments() -> dict[str, Any]:
    """P(N) of every N, the N for totals at every border, part names, and changes of one base."""
    borders = sorted({0, 1, *(plaintext_length(size) + more for size in SIZES for more in (-1, 0, 1))})
    whole = _whole(_file("a.pdf", 0, 1_000), _file("b.jpg", 1_000, 0), _file("a.pdf", 1_000, 24))
    return {
        "sizes": [{"mebibytes": size, "plaintext": plaintext_length(size)} for size in SIZES],
        "fitting": [{"total": total, "mebibytes": fitting(total)} for total in borders],
        "parts": [
            {"seed": text(seed), "portal": portal, "at": at, "name": text(part_name(seed, portal, at))}
            for seed in (_SEED, bytes(32))
            for portal in (scene.PORTAL, "abc")
            for at in (0, 1, 2, 255, 256, 1_023)
        ],
        "bases": {"attachments": whole},
        "changes": [*_members(whole), *_streams(), *_lists(), *_files()],
    }


def _whole(*files: Case, mebibytes: int = 1) -> Case:
    return {"seed": text(_SEED), "mebibytes": mebibytes, "sha256": text(sha256(b"stream")), "files": [*files]}


def _file(name: str, offset: int, length: int) -> Case:
    data = {"name": name, "type": "application/pdf", "offset": offset, "length": length}
    return {**data, "sha256": text(sha256(name.encode()))}


def _members(whole: Case) -> list[Case]:
    return [*all_removed("attachments", whole), *all_removed("attachments", whole["files"][0], "files.0")]


def _streams() -> list[Case]:
    sizes = [size for size in SIZES if size > 1]
    return [
        *table("attachments", "seed", bad=[_SHORT, _LONG, "", None, 1]),
        *table("attachments", "sha256", bad=[_SHORT, _LONG, "", None]),
        *table("attachments", "mebibytes", good=sizes, bad=[0, -1, 5, 7, 9, 1_023, 1_025, 2_048, "1", True, None]),
    ]


def _lists() -> list[Case]:
    """Places of files: each starts where the one before ends, and the last ends in the stream."""
    far = 2**53 - 1
    good = [
        [_file("a", 0, 0)],
        [_file("a", 0, _ROOM)],
        [_file("a", 0, _ROOM - 1), _file("b", _ROOM - 1, 1), _file("c", _ROOM, 0)],
    ]
    bad = [
        [],
        [_file("a", 1, 0)],
        [_file("a", 0, 2), _file("b", 1, 1)],
        [_file("a", 0, 2), _file("b", 3, 1)],
        [_file("a", 0, 2), _file("b", 2, 1), _file("c", 2, 1)],
        [_file("b", 2, 1), _file("a", 0, 2)],
        [_file("a", 0, 0), _file("b", 0, 1), _file("c", 0, 1)],
        [_file("a", 0, _ROOM + 1)],
        [_file("a", 0, _ROOM), _file("b", _ROOM, 1)],
        [_file("a", 0, far)],
        [_file("a", 0, far), _file("b", far, 0)],
        [_file("a", 0, far), _file("b", far, far)],
    ]
    no_lists: list[object] = [None, {}, "", 1, [None], [[]], ["a"], [1]]
    return [
        *table("attachments", "files", good=good, bad=[*bad, *no_lists]),
        repeated("64 empty files", "attachments", "files", _file("a", 0, 0), 64),
        repeated("65 empty files", "attachments", "files", _file("a", 0, 0), 65, BAD),
    ]


def _files() -> list[Case]:
    return [
        *table("attachments", "files.0.name", good=_NAMES, bad=[*_NO_NAMES, None, 1, ["a"]]),
        *(repeated(f"a name of 255 {one}", "attachments", "files.0.name", one, 255) for one in ("a", "\U0001f54a")),
        *(
            repeated(f"a name of 256 {one}", "attachments", "files.0.name", one, 256, BAD)
            for one in ("a", "\U0001f54a")
        ),
        *table("attachments", "files.0.type", good=_TYPES, bad=[*_NO_TYPES, None, 1]),
        *table("attachments", "files.0.offset", bad=[-1, 1, "0", True, None]),
        *table("attachments", "files.0.length", bad=[-1, 999, 1_001, "1000", True, None]),
        *table("attachments", "files.2.length", good=[0, _ROOM - 1_000], bad=[_ROOM - 999, -1]),
        *table("attachments", "files.1.length", bad=[1]),
        *table("attachments", "files.0.sha256", bad=[_SHORT, _LONG, "", None]),
    ]
