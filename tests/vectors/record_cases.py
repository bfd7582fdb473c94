"""Notes that days, posts and vaults leave: exact bytes that are taken, each rule broken once (FORMAT.md 9)."""

import json
from collections.abc import Mapping
from typing import Any

from crypto.sign.sign import public, signed_note
from crypto.wire.day import DayManifest, Entry, Gone, GoneEntry, Part
from crypto.wire.fields import to_base64url
from crypto.wire.labels import What
from crypto.wire.post import Post, PostSlot
from crypto.wire.record import NamedDirectory, NamedManifest, Record
from tests.vectors.changes import Case, all_removed, table
from tests.vectors.scene import DAY, PORTAL, seed

ONE, TWO, ZEROS = bytes([1]) * 16, bytes([2]) * 16, bytes(32)
SHORT, LONG = to_base64url(bytes(31)), to_base64url(bytes(33))
SHORT_ID, LONG_ID = to_base64url(bytes(15)), to_base64url(bytes(17))
NO_NUMBERS = [0, -1, 1.5, "1", None, True, 2**53]
NO_DAYS = ["2027-02-29", "2026-11-31", "2026-11-24 ", "", 20261124, None]
ENTRY = Entry(id=ONE, length=57_782, sha256=ZEROS)
WITH_PARTS = Entry(
    id=TWO, length=90_550, sha256=ZEROS, parts=(Part(name=ONE, sha256=ZEROS), Part(name=TWO, sha256=ZEROS))
)
MANIFEST = DayManifest(n=2, day=DAY, prev=ZEROS, entries=(ENTRY, WITH_PARTS))


def _file(what: What, signer: str, bases: Mapping[str, bytes], cases: list[Case]) -> dict[str, Any]:
    """`notes`: the bases as signed notes, exact to the byte; `refused`: one under other labels, portal and signer."""
    texts = {name: base.decode("utf-8") for name, base in bases.items()}
    base = next(iter(bases.values()))
    others: tuple[What, ...] = ("directory", "day", "today", "gone", "post", "record")
    return {
        "what": what,
        "portal": PORTAL,
        "signer": {"name": signer, "key": to_base64url(public(seed(signer)))},
        "bases": texts,
        "notes": {name: _note(what, one, signer) for name, one in bases.items()},
        "refused": [
            *(_refused(f"as {other}", "bad-format", _note(other, base, signer)) for other in others if other != what),
            _refused("of another portal", "bad-format", _note(what, base, signer, "other.portal")),
            _refused("by another signer", "bad-signature", _note(what, base, "other")),
        ],
        "cases": cases,
    }


def _note(what: What, base: bytes, signer: str, portal: str = PORTAL) -> str:
    return signed_note(what, portal, base, signer, seed(signer)).decode("utf-8")


def _refused(name: str, code: str, note: str) -> Case:
    return {"name": name, "note": note, "code": code}


def days() -> dict[str, Any]:
    """Day manifests, with and without parts."""
    bases = {
        "day": MANIFEST.encode(),
        "first": DayManifest(n=1, day=DAY, prev=None, entries=()).encode(),
        "empty": DayManifest(n=2**53 - 1, day="2028-02-29", prev=b"\xff" * 32, entries=()).encode(),
    }
    return _file("day", "intake", bases, _manifests("day"))


def todays() -> dict[str, Any]:
    """What a manifest will be when its day is closed: the same members under another label."""
    return _file("today", "intake", {"today": MANIFEST.encode()}, _manifests("today")[:12])


def _manifests(base: str) -> list[Case]:
    whole: dict[str, Any] = json.loads(MANIFEST.encode())
    one, two = whole["entries"]
    part, later = two["parts"]
    return [
        *all_removed(base, whole),
        *all_removed(base, one, "entries.0"),
        *all_removed(base, part, "entries.1.parts.0"),
        *table(base, "n", good=[3], bad=[*NO_NUMBERS, 1]),
        *table(base, "day", good=["2000-02-29"], bad=NO_DAYS),
        *table(base, "prev", bad=[SHORT, LONG, None, 0, "A" * 42 + "B"]),
        *table(base, "entries", good=[[], [two]], bad=[[two, one], [one, one], None, {}, [None]]),
        *table(base, "entries.0.id", good=[to_base64url(bytes(16))], bad=[SHORT_ID, LONG_ID, to_base64url(TWO), None]),
        *table(base, "entries.0.length", good=[1, 2**53 - 1], bad=NO_NUMBERS),
        *table(base, "entries.0.sha256", bad=[SHORT, LONG, None]),
        *table(base, "entries.1.parts", good=[[], [later]], bad=[[later, part], [part, part], None, {}, [None]]),
        *table(base, "entries.1.parts.0.name", bad=[SHORT_ID, LONG_ID, later["name"], None]),
        *table(base, "entries.1.parts.0.sha256", good=[to_base64url(b"\xff" * 32)], bad=[SHORT, LONG, None]),
    ]


def gones() -> dict[str, Any]:
    """What intake no longer holds of a manifest."""
    listed = (GoneEntry(id=ONE, reason="author"), GoneEntry(id=TWO, reason="purged"))
    base = Gone(n=2, day=DAY, entries=listed).encode()
    one, two = json.loads(base)["entries"]
    cases = [
        *all_removed("gone", json.loads(base)),
        *all_removed("gone", one, "entries.0"),
        *table("gone", "n", good=[1, 2**53 - 1], bad=NO_NUMBERS),
        *table("gone", "day", bad=NO_DAYS),
        *table("gone", "entries", good=[[one]], bad=[[], [two, one], [one, one], None, {}, [None]]),
        *table("gone", "entries.0.id", bad=[SHORT_ID, LONG_ID, to_base64url(TWO), None]),
        *table("gone", "entries.0.reason", good=["purged", "limit"], bad=["Author", "other", "", None]),
    ]
    return _file("gone", "intake", {"gone": base}, cases)


def posts() -> dict[str, Any]:
    """Slots and the mailboxes they wait in."""
    slots = tuple(PostSlot(mailbox=ZEROS, sha256=bytes([at]) * 32) for at in (1, 200))
    bases = {"post": Post(day=DAY, slots=slots).encode(), "empty": Post(day=DAY, slots=()).encode()}
    one, two = json.loads(bases["post"])["slots"]
    cases = [
        *all_removed("post", json.loads(bases["post"])),
        *all_removed("post", one, "slots.0"),
        *table("post", "day", bad=NO_DAYS),
        *table("post", "slots", good=[[two]], bad=[[two, one], [one, one], None, {}, [None]]),
        *table("post", "slots.0.mailbox", good=[to_base64url(b"\xff" * 32)], bad=[SHORT, LONG, None]),
        *table("post", "slots.0.sha256", bad=[SHORT, LONG, two["sha256"], None]),
    ]
    return _file("post", "post", bases, cases)


def records() -> dict[str, Any]:
    """What a vault says it has kept, and which directory it regards as current."""
    manifest, directory = NamedManifest(n=7, hash=ZEROS), NamedDirectory(seq=3, hash=b"\xff" * 32)
    record = Record(n=4, day=DAY, manifest=manifest, backed_up=True, directory=directory)
    bases = {
        "record": record.encode(),
        "nothing kept": Record(n=1, day=DAY, manifest=None, backed_up=False, directory=directory).encode(),
        "extended": Record(
            n=5, day=DAY, manifest=manifest, backed_up=False, directory=directory, extensions={"later": {"a": [None]}}
        ).encode(),
    }
    whole: dict[str, Any] = json.loads(bases["record"])
    cases = [
        *all_removed("record", whole),
        *all_removed("record", whole["manifest"], "manifest"),
        *all_removed("record", whole["directory"], "directory"),
        *table("record", "n", good=[1, 2**53 - 1], bad=NO_NUMBERS),
        *table("record", "day", bad=NO_DAYS),
        *table("record", "manifest", good=[None], bad=[[], "x", 0]),
        *table("record", "manifest.n", bad=NO_NUMBERS),
        *table("record", "manifest.hash", bad=[SHORT, LONG, None]),
        *table("record", "backed_up", good=[False], bad=[0, 1, "true", None]),
        *table("record", "directory", bad=[None, [], "x"]),
        *table("record", "directory.seq", bad=NO_NUMBERS),
        *table("record", "directory.hash", bad=[SHORT, LONG, None]),
        *table("record", "extensions", good=[{}, {"a": {"b": [True]}}], bad=[None, [], {"A": 1}, {"a": 0.5}]),
    ]
    return _file("record", "cat", bases, cases)
