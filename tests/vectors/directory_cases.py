"""Each rule of a directory and of a pin broken once, and key files (FORMAT.md 4.1 to 4.4)."""

import json
from typing import Any

from crypto.wire.directory import Directory, Ended, Lost, RootChange
from crypto.wire.fields import to_base64url
from tests.vectors.changes import Case, all_removed, table
from tests.vectors.scene import DAY
from tests.vectors.trust_scene import FIRST, KEY_FILES, PIN, vault_members

LONGER, SHORT = to_base64url(bytes(33)), to_base64url(bytes(31))
NOT_NAMES = ["", "A", "1a", "a b", "a.b", "\u00e9", "x" * 33, None, 1]
NOT_DAYS = ["2026-02-30", "2027-02-29", "2026-1-01", "2026-01-01 ", "26-01-01", "0000-01-01", 20260101]
NO_DAYS = ["2027-02-29", None]
ONE_TOO_MANY = 2**53


def directories() -> dict[str, Any]:
    """`bases` are taken as they are: the first directory of a portal, and one with everything that may be there."""
    whole = _whole()
    cases = [*_numbers(), *_roots(), *_keys(), *_epochs(), *_committees(), *_vaults(), *_rest()]
    for path in ("", "roots", "root_change", "post.0", "epochs.0", "ended.0", "committees.0", "vaults.1", "lost.0"):
        cases += all_removed("whole", _at(whole, path), path)
    cases += all_removed("whole", whole["roots"]["keys"][0], "roots.keys.0")
    cases += all_removed("whole", whole["vaults"][1]["quorum"], "vaults.1.quorum")
    cases += all_removed("whole", whole["committees"][0]["names"], "committees.0.names")
    return {
        "bases": {"first": FIRST.directory.encode().decode("utf-8"), "whole": json.dumps(whole, separators=(",", ":"))},
        "cases": cases,
    }


def pins() -> dict[str, Any]:
    """What a release or station starts from."""
    base = PIN.encode().decode("utf-8")
    roots = json.loads(base)["roots"]
    cases = [
        *all_removed("pin", json.loads(base)),
        *all_removed("pin", roots, "roots"),
        *table("pin", "v", bad=[0, 2, "1", None, True]),
        *table("pin", "portal", good=["abc", "x" * 64, "a.b-c.0"], bad=["ab", "x" * 65, "Abc", "a_b", "a b", "", None]),
        *table("pin", "seq", good=[2, ONE_TOO_MANY - 1], bad=[0, -1, 1.5, "1", None, ONE_TOO_MANY]),
        *table("pin", "roots", bad=[None, [], {}]),
        *table("pin", "roots.threshold", good=[1, 3], bad=[0, 4, None]),
    ]
    return {"bases": {"pin": base}, "cases": cases}


def key_files() -> dict[str, Any]:
    """The first epoch's key file and what else a server might send: cut to `length`, or a byte changed `at` a place."""
    whole = len(KEY_FILES[0])
    rows: list[tuple[str, dict[str, int | str], str]] = [
        ("right", {}, ""),
        ("empty", {"length": 0}, "key-file-length"),
        ("a byte short", {"length": whole - 1}, "key-file-length"),
        ("a byte long", {"length": whole + 1}, "key-file-length"),
        ("one vault of two", {"length": whole // 2}, "key-file-length"),
        ("twice as long", {"length": whole * 2}, "key-file-length"),
        ("first byte changed", {"at": 0}, "key-file-mismatch"),
        ("last byte changed", {"at": whole - 1}, "key-file-mismatch"),
        ("of another month", {"file": "2026-12"}, "key-file-mismatch"),
    ]
    return {
        "epoch": json.dumps(FIRST.directory.epochs[0].to_json(), separators=(",", ":")),
        "files": {name: to_base64url(data) for name, data in zip(("2026-11", "2026-12"), KEY_FILES, strict=False)},
        "cases": [
            {"name": name, "file": "2026-11", **more, **({"code": code} if code else {})} for name, more, code in rows
        ],
    }


def _whole() -> dict[str, Any]:
    """Directory 2 with everything that may be there, as JSON."""
    first = FIRST.directory
    members: dict[str, Any] = json.loads(first.encode())
    members |= {
        "seq": 2,
        "prev": to_base64url(bytes(32)),
        "root_change": RootChange(seq=1, hash=bytes(32)).to_json(),
        "min_seq": 2,
        "post": members["post"] * 2,
        "ended": [Ended(id="2026-09", state=state).to_json() for state in ("kept", "destroyed", "unknown")],
        "lost": [Lost(committee="cat", from_day=DAY, until_day=DAY).to_json()],
        "extensions": {"later": {"any": [True, None, "thing"]}},
    }
    members["vaults"][1] |= {
        "quorum": {"k": 2, "n": 3},
        "conflicts": ["XA", "XB"],
        "openpgp": "0123456789ABCDEF" * 2 + "01234567",
        "status": "retired",
        "until": DAY,
    }
    committee = members["committees"][0]
    members["committees"].append({**committee, "id": "ced", "vaults": [], "status": "not-open", "contact": "x" * 200})
    assert Directory.parse(json.dumps(members, separators=(",", ":")).encode("utf-8"))
    return members


def _at(whole: dict[str, Any], path: str) -> dict[str, Any]:
    found: Any = whole
    for step in path.split(".") if path else ():
        found = found[int(step)] if isinstance(found, list) else found[step]
    assert isinstance(found, dict)
    return found


def _numbers() -> list[Case]:
    numbers = [0, -1, 1.5, "1", None, True, ONE_TOO_MANY]
    return [
        *table("whole", "seq", good=[3, ONE_TOO_MANY - 1], bad=[*numbers, 1]),
        *table("first", "seq", bad=[2]),
        *table("whole", "min_seq", good=[1], bad=[*numbers, 3]),
        *table("whole", "prev", bad=[None, SHORT, LONGER, "A" * 42 + "B", "A" * 43 + "=", 0]),
        *table("first", "prev", bad=[to_base64url(bytes(32))]),
        *table("whole", "root_change", bad=[None, [], "x"]),
        *table("first", "root_change", bad=[RootChange(seq=1, hash=bytes(32)).to_json()]),
        *table("whole", "root_change.seq", bad=[*numbers, 2]),
        *table("whole", "root_change.hash", bad=[None, SHORT, LONGER]),
        *table("whole", "valid_from", good=["2027-03-01"], bad=[*NOT_DAYS, None, "2027-03-02", "2026-11-21"]),
        *table("whole", "expires", good=["2027-03-04"], bad=[*NO_DAYS, DAY, "2027-03-05"]),
    ]


def _roots() -> list[Case]:
    key = FIRST.directory.roots.keys[0].to_json()
    many = [{"name": f"root-{at}", "key": to_base64url(bytes([at]) * 32)} for at in range(17)]
    return [
        *table("whole", "roots", bad=[None, [], {"threshold": 1, "keys": []}]),
        *table("whole", "roots.threshold", good=[1, 3], bad=[0, 4, "2", None]),
        *table("whole", "roots.keys", good=[many[:16]], bad=[many, [], None, [key], [None]]),
        *table("whole", "roots.keys.0.name", bad=NOT_NAMES),
        *table("whole", "roots.keys.0.key", bad=[None, SHORT, LONGER]),
        *_refused(table("whole", "roots.keys.1.name", bad=["root-1"]), "root-counted-twice"),
        *_refused(table("whole", "roots.keys.1.key", bad=[key["key"]]), "root-counted-twice"),
    ]


def _refused(rows: list[Case], code: str) -> list[Case]:
    return [{**one, "code": code} for one in rows]


def _keys() -> list[Case]:
    post = FIRST.directory.post[0].to_json()
    named = {"name": "intake", "key": to_base64url(bytes(32))}
    return [
        *table("whole", "intake", good=[to_base64url(bytes(32))], bad=[None, SHORT, LONGER, named]),
        *table("whole", "post", good=[[post]], bad=[[], [post] * 3, None, [None]]),
        *table("whole", "post.0.key", bad=[None, SHORT, LONGER]),
        *table("whole", "post.0.from", bad=[*NO_DAYS]),
        *table("whole", "post.0.until", bad=[*NO_DAYS]),
    ]


def _epochs() -> list[Case]:
    epochs = [one.to_json() for one in FIRST.directory.epochs]
    months = [f"{year}-{month:02}" for year in (2026, 2027, 2028) for month in range(1, 13)]
    many = [{**epochs[0], "id": month, "from": f"{month}-01", "until": f"{month}-28"} for month in months]
    ended = [{"id": month, "state": "kept"} for month in months]
    return [
        *table("whole", "epochs", good=[[], epochs[:1], many[:24]], bad=[many[:25], None, epochs[::-1], [None]]),
        *table("whole", "epochs.0.id", bad=["2026-12", "2026-13", "2026-00", "26-11", "2026-11-01", None]),
        *table("whole", "epochs.0.from", bad=[*NO_DAYS, "2026-12-01"]),
        *table("whole", "epochs.0.until", good=["2026-11-30"], bad=[*NO_DAYS, "2026-11-01", "2026-12-02"]),
        *table("whole", "epochs.0.vaults", good=[["desk", "cat"], []], bad=[["none"], ["cat", "cat"], [""], None]),
        *table("whole", "epochs.0.keys", bad=[None, SHORT, LONGER]),
        *table("whole", "ended", good=[[], ended], bad=[None, [None]]),
        *table("whole", "ended.0.id", bad=["2026-13", None]),
        *table("whole", "ended.0.state", bad=["gone", "Kept", "", None]),
    ]


def _committees() -> list[Case]:
    one = FIRST.directory.committees[0].to_json()
    many = [one, *({**one, "id": f"c-{at}"} for at in range(32))]
    arrangements = ["principal-alternate", "joint", "bureau", "desk"]
    return [
        *table("whole", "committees", good=[many[:32]], bad=[[one, one], many, None, [None]]),
        *table("whole", "committees.1.id", good=["x" * 32], bad=[*NOT_NAMES, "cat"]),
        *table("whole", "committees.0.names", bad=[None, [], "C"]),
        *table("whole", "committees.0.names.ar", good=["\U0001f54a" * 300], bad=["", "x" * 301, None]),
        *table("whole", "committees.0.arrangement", good=arrangements, bad=["other", "", None]),
        *table("whole", "committees.0.vaults", good=[["desk"]], bad=[[], ["none"], ["cat", "cat"], None]),
        *table("whole", "committees.2.vaults", bad=[["cat"]]),
        *table("whole", "committees.0.status", bad=["not-open", "closed", None]),
        *table("whole", "committees.2.status", bad=["open"]),
        *table("whole", "committees.0.contact", bad=["x" * 201, None]),
    ]


def _vaults() -> list[Case]:
    two = vault_members(2)
    fingerprints = ["a" * 40, "A" * 39, "A" * 41, "G" * 40, ""]
    return [
        *table("whole", "vaults", bad=[[], [*two, two[0]], None, [None]]),
        *table("whole", "vaults.1.id", bad=[*NOT_NAMES, "cat", "other"]),
        *table("whole", "vaults.1.titles.zh", bad=["", "x" * 301, None]),
        *table("whole", "vaults.1.quorum", good=[{"k": 1, "n": 1}], bad=[None, {"k": 3, "n": 2}, {"k": 0, "n": 1}]),
        *table("whole", "vaults.1.key", bad=[None, SHORT, LONGER]),
        *table("whole", "vaults.1.conflicts", good=[[]], bad=[["France"], ["xa"], ["XA", "XA"], [1], None]),
        *table("whole", "vaults.1.openpgp", good=[None], bad=[*fingerprints, 0]),
        *table("whole", "vaults.1.status", good=["active", "absent", "revoked"], bad=["gone", "", None]),
        *table("whole", "vaults.1.from", bad=[*NO_DAYS]),
        *table("whole", "vaults.1.until", good=[None, "2020-01-01"], bad=NO_DAYS[:1]),
    ]


def _rest() -> list[Case]:
    lost = Lost(committee="cat", from_day=DAY, until_day=DAY).to_json()
    return [
        *table("whole", "lost", good=[[], [lost] * 64], bad=[[lost] * 65, None, [None]]),
        *table("whole", "lost.0.committee", bad=["none", None]),
        *table("whole", "lost.0.from", bad=[*NO_DAYS]),
        *table("whole", "lost.0.until", bad=[*NO_DAYS]),
        *table("whole", "extensions", good=[{}, {"a": {"b": [0]}}], bad=[None, [], {"A": 1}, {"a": 0.5}]),
    ]
