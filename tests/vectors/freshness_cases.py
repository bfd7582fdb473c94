"""Whether anybody still confirms a directory, at every border (FORMAT.md 4.5)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from crypto.sign.sign import public, sign_note
from crypto.wire.fields import to_base64url
from crypto.wire.labels import What
from crypto.wire.note import Note, compose
from crypto.wire.record import NamedDirectory, Record
from tests.vectors.scene import PORTAL, seed
from tests.vectors.trust_scene import DAY, PIN, epochs, stating, vault_members

Row = dict[str, Any]
YEAR = epochs(("2026-11", "2026-11-01", "2027-03-01"))
VAULTS = ("cat", "desk", "v-0", "away", "gone", "left")


def freshness() -> Row:
    """Rows name one of the `directories`, a day and the records that a server shows: what to make of them."""
    return {
        "pin": PIN.encode().decode("utf-8"),
        "directories": {name: note.encode().decode("utf-8") for name, note in DIRECTORIES.items()},
        "records": {name: note.encode().decode("utf-8") for name, note in _records().items()},
        "cases": [*_unconfirmed(), *_confirmed(), *_single(), *_not_counting(), *_numbered(), *_other()],
    }


def _directories() -> dict[str, Note]:
    """Three active vaults, one absent, one revoked, one retired; and a portal with a single active vault."""
    states = ("active", "active", "active", "absent", "revoked", "retired")
    members = vault_members(len(states))
    many = [{**one, "id": name, "status": state} for one, name, state in zip(members, VAULTS, states, strict=True)]
    many = [{**one, "key": to_base64url(public(seed(f"{one['id']} sign")))} for one in many]
    single = [one if one["id"] == "cat" else {**one, "status": "revoked"} for one in many]
    return {
        "three": stating({"vaults": many, "epochs": YEAR}),
        "single": stating({"vaults": single, "epochs": YEAR}),
    }


DIRECTORIES = _directories()


def day(after: int) -> str:
    """That many days after the directory became valid."""
    return (date.fromisoformat(DAY) + timedelta(days=after)).isoformat()


def _record(
    vault: str,
    after: int,
    *,
    of: str = "three",
    n: int = 1,
    seq: int = 1,
    digest: bytes | None = None,
    by: Sequence[str] = (),
    what: What = "record",
    portal: str = PORTAL,
) -> Note:
    named = NamedDirectory(seq=seq, hash=DIRECTORIES[of].hash() if digest is None else digest)
    record = Record(n=n, day=day(after), manifest=None, backed_up=False, directory=named)
    text = compose(what, portal, record.encode())
    signers = by or (vault,)
    return Note(text=text, signatures=tuple(sign_note(text, name, seed(f"{name} sign")) for name in signers))


def _records() -> dict[str, Note]:
    forged = _record("desk", 10, by=("cat",))
    as_desk = Note(text=forged.text, signatures=(sign_note(forged.text, "desk", seed("cat sign")),))
    altered = _record("desk", 10)
    days = {"cat": (-5, 0, 10, 11, 12, 20, 21), "desk": (-5, 0, 10, 20, 22)}
    whole = {f"{vault} {after}": _record(vault, after) for vault, some in days.items() for after in some}
    return {
        **whole,
        "v-0 15": _record("v-0", 15),
        "cat 10 of single": _record("cat", 10, of="single"),
        "desk 20 of single": _record("desk", 20, of="single"),
        "away 10": _record("away", 10),
        "gone 10": _record("gone", 10),
        "left 10": _record("left", 10),
        "stranger 10": _record("stranger", 10),
        "desk 10 by cat's key": as_desk,
        "desk 10 by two": _record("desk", 10, by=("desk", "v-0")),
        "desk 10 altered": Note(text=altered.text.replace(b'"n":1', b'"n":2'), signatures=altered.signatures),
        "desk 10 as post": _record("desk", 10, what="post"),
        "desk 10 of another portal": _record("desk", 10, portal="other.portal"),
        "desk 10 of another hash": _record("desk", 10, digest=bytes(32)),
        "desk 10 of another number": _record("desk", 10, seq=2, digest=bytes(32)),
        "desk 15, its second": _record("desk", 15, n=2),
        "desk 5, its third": _record("desk", 5, n=3),
        "desk 15, its fourth, of another number": _record("desk", 15, n=4, seq=2, digest=bytes(32)),
        "gone 10 of another number": _record("gone", 10, seq=2, digest=bytes(32)),
        "gone 10 of another hash": _record("gone", 10, digest=bytes(32)),
        "desk 22 of another number": _record("desk", 22, seq=2, digest=bytes(32)),
    }


def _row(name: str, after: int, state: str, *records: str, of: str = "three", **flags: bool) -> Row:
    return {
        "name": name,
        "directory": of,
        "day": day(after),
        "records": [*records],
        "state": state,
        "newer": flags.get("newer", False),
        "forked": flags.get("forked", False),
    }


def _unconfirmed() -> list[Row]:
    borders = [(0, "fresh"), (21, "fresh"), (22, "stale"), (45, "stale"), (46, "closed"), (90, "closed")]
    return [_row(f"nobody confirms, day {after}", after, state) for after, state in borders]


def _confirmed() -> list[Row]:
    both = ("cat 11", "desk 10")
    borders = [(31, "fresh"), (32, "stale"), (55, "stale"), (56, "closed")]
    return [
        *(_row(f"the second newest on day 10, day {after}", after, state, *both) for after, state in borders),
        _row("the order of records does not matter", 32, "stale", *reversed(both)),
        _row("three confirm, the second newest counts", 36, "fresh", "cat 20", "v-0 15", "desk 10"),
        _row("three confirm, the second newest counts, a day later", 37, "stale", "desk 10", "cat 20", "v-0 15"),
        _row("one of three is not enough", 22, "stale", "cat 20"),
        _row("one record twice is one vault", 22, "stale", "cat 20", "cat 20"),
        _row("both on the first day", 21, "fresh", "cat 0", "desk 0"),
        _row("both before the first day", 21, "fresh", "cat -5", "desk -5"),
        _row("both before the first day, too long ago", 22, "stale", "cat -5", "desk -5"),
        _row("both on the first day, too long ago", 22, "stale", "cat 0", "desk 0"),
    ]


def _single() -> list[Row]:
    borders = [(31, "fresh"), (32, "stale"), (55, "stale"), (56, "closed")]
    confirmed = [
        _row(f"one vault, day {after}", after, state, "cat 10 of single", of="single") for after, state in borders
    ]
    return [
        *confirmed,
        _row("one vault, unconfirmed", 22, "stale", of="single"),
        _row("one vault, confirmed by one that is revoked", 22, "stale", "desk 20 of single", of="single"),
        _row("one vault, which names another portal's directory", 22, "stale", "cat 10", of="single", forked=True),
    ]


def _not_counting() -> list[Row]:
    names = [
        "away 10",
        "gone 10",
        "left 10",
        "stranger 10",
        "desk 10 by cat's key",
        "desk 10 by two",
        "desk 10 altered",
        "desk 10 as post",
        "desk 10 of another portal",
    ]
    return [
        *(_row(f"does not count: {name}", 25, "stale", "cat 10", name) for name in names),
        _row("counts", 25, "fresh", "cat 10", "desk 10"),
        _row("a day ahead", 20, "fresh", "cat 20", "cat 21"),
        _row("of an absent or revoked vault, nothing is newer or forked", 20, "fresh", *names[:4], _other_of_gone()[0]),
        _row("nor this", 20, "fresh", _other_of_gone()[1]),
    ]


def _other_of_gone() -> tuple[str, str]:
    return "gone 10 of another number", "gone 10 of another hash"


def _numbered() -> list[Row]:
    return [
        _row("the second record of a vault, on a later day", 34, "stale", "desk 10", "desk 15, its second", "cat 12"),
        _row("the second record, taken", 33, "fresh", "desk 10", "desk 15, its second", "cat 12"),
        _row("the first record, if shown alone", 33, "stale", "desk 10", "cat 12"),
        _row("the largest number, on an earlier day", 27, "stale", "desk 5, its third", "desk 20", "cat 20"),
        _row("the largest number, shown last", 26, "fresh", "cat 20", "desk 20", "desk 5, its third"),
        _row("no longer confirmed", 22, "stale", "cat 20", "desk 15, its second", _fourth(), newer=True),
    ]


def _fourth() -> str:
    return "desk 15, its fourth, of another number"


def _other() -> list[Row]:
    ahead = "desk 22 of another number"
    return [
        _row("a larger number", 20, "fresh", "desk 10 of another number", newer=True),
        _row("a larger number does not confirm", 25, "stale", "cat 10", "desk 10 of another number", newer=True),
        _row("another hash", 20, "fresh", "desk 10 of another hash", forked=True),
        _row("another hash does not confirm", 25, "stale", "cat 10", "desk 10 of another hash", forked=True),
        _row("both", 20, "fresh", "desk 10 of another number", "desk 10 of another hash", newer=True, forked=True),
        _row("two days ahead does not count", 20, "fresh", ahead),
        _row("one day ahead counts", 21, "fresh", ahead, newer=True),
        _row("two days ahead does not confirm", 20, "fresh", "cat 20", "desk 22"),
    ]
