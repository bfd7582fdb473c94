"""The notes that the rows about trust name: each directory once, true or false."""

from typing import Any

from crypto.sign.sign import sign_note
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note
from tests.vectors.scene import PORTAL, seed
from tests.vectors.trust_scene import (
    ALL_THREE,
    FIRST,
    NEW_ROOTS,
    OTHER_ROOTS,
    ROOTS,
    after,
    altered,
    epochs,
    signed,
    stating,
    vault_members,
)

BOTH = ("root-1", "root-2")


def notes() -> dict[str, Note]:
    """Name -> note. A number is the directory's; what follows says how it differs from the true one."""
    return {**_first(), **_walked(), **_lying(), **_dated()}


def _first() -> dict[str, Note]:
    text = FIRST.text()
    one, two = (sign_note(text, name, seed(name)) for name in BOTH)
    stranger = sign_note(text, "root-9", seed("root-9"))
    return {
        "1": signed(text, *BOTH),
        "1 by all": signed(text, "root-1", "root-2", "root-3"),
        "1 by one": signed(text, "root-1"),
        "1 by a stranger": Note(text=text, signatures=(stranger,)),
        "1 and a stranger": Note(text=text, signatures=(one, two, stranger)),
        "1 and an impostor": Note(text=text, signatures=(one, sign_note(text, "root-2", seed("root-9")))),
        "1 one root twice": Note(text=text, signatures=(one, one)),
        "1 one root under two names": Note(text=text, signatures=(one, sign_note(text, "root-x", seed("root-1")))),
        "1 altered": Note(text=text.replace(b'"C"', b'"D"', 1), signatures=(one, two)),
        "1 of another portal": stating({}, portal="other.portal"),
        "1 under another label": stating({}, what="day"),
        "1 with a word behind the portal": stating({}, portal=f"{PORTAL} x"),
        "1 with a space behind the portal": stating({}, portal=f"{PORTAL} "),
        "1 with a carriage return behind the portal": stating({}, portal=f"{PORTAL}\r"),
        "1 of a longer portal": stating({}, portal=f"{PORTAL}.x"),
        "1 of a portal behind a space": stating({}, portal=f" {PORTAL}"),
        "1 of no portal": stating({}, portal=""),
        "1 of no portal, without the space": altered(signed(text, *BOTH), f"/v1 {PORTAL}", "/v1", *BOTH),
        "1 with another label behind a space": altered(signed(text, *BOTH), "sealed", " sealed", *BOTH),
    }


def _walked() -> dict[str, Note]:
    first = signed(FIRST.text(), *BOTH)
    change = after(first, roots=NEW_ROOTS, by=("root-1", "root-2", "root-3", "root-4"))
    again = after(first, change, roots=OTHER_ROOTS, by=("root-3", "root-4", "root-5"))
    last = after(first, change, again, roots=ALL_THREE, by=("root-4", "root-5", "root-6"))
    by_new, by_removed = ("root-3", "root-4"), ("root-1", "root-2")
    zeros = to_base64url(bytes(32))
    return {
        "2": after(first, by=("root-1", "root-3")),
        "2 another": after(first, by=BOTH, min_seq=2),
        "2 naming no note": after(first, by=BOTH, prev=zeros),
        "3 after 2": after(first, after(first, by=("root-1", "root-3")), by=BOTH),
        "3 after 2 another": after(first, after(first, by=BOTH, min_seq=2), by=BOTH),
        "2 change": change,
        "2 change by new roots": after(first, roots=NEW_ROOTS, by=by_new),
        "2 change by old roots": after(first, roots=NEW_ROOTS, by=by_removed),
        "2 change and a stranger": signed(change.text, "root-1", "root-2", "root-3", "root-4", "root-9"),
        "2 change by strangers": after(first, roots=OTHER_ROOTS, by=("root-4", "root-5")),
        "3 changed": after(first, change, roots=NEW_ROOTS, by=by_new),
        "3 changed by one and one removed": after(first, change, roots=NEW_ROOTS, by=("root-1", "root-3")),
        "3 changed and one removed": after(first, change, roots=NEW_ROOTS, by=("root-1", *by_new)),
        "3 changed naming another change": after(
            first, change, roots=NEW_ROOTS, by=by_new, root_change={"seq": 2, "hash": zeros}
        ),
        "3 change": again,
        "3 change naming another change": after(
            first, change, roots=OTHER_ROOTS, by=("root-3", "root-4", "root-5"), root_change={"seq": 1, "hash": zeros}
        ),
        "4 changed twice": after(first, change, again, roots=OTHER_ROOTS, by=("root-5", "root-6")),
        "4 change": last,
        "4 change by two of three": signed(last.text, "root-4", "root-5"),
        "5 changed three times": after(first, change, again, last, roots=ALL_THREE, by=("root-4", "root-5", "root-6")),
        "5 by two of three": after(first, change, again, last, roots=ALL_THREE, by=("root-4", "root-5")),
    }


def _lying() -> dict[str, Note]:
    first = signed(FIRST.text(), *BOTH)
    roots = ROOTS.to_json()
    committee: dict[str, Any] = {**_committee(), "vaults": [vault["id"] for vault in vault_members(9)]}
    eight = {**committee, "vaults": committee["vaults"][:8]}
    return {
        "1 with an unknown member": stating({"more": 1}),
        "1 with a member twice": altered(first, '"min_seq":1', '"min_seq":1,"min_seq":1', *BOTH),
        "1 with threshold 0": stating({"roots": {**roots, "threshold": 0}}),
        "1 with threshold 4 of 3": stating({"roots": {**roots, "threshold": 4}}),
        "1 with 16 active vaults": stating({"vaults": vault_members(16)}),
        "1 with 17 active vaults": stating({"vaults": vault_members(17)}),
        "1 with a committee of 8": stating({"vaults": vault_members(8), "committees": [eight]}),
        "1 with a committee of 9": stating({"vaults": vault_members(9), "committees": [committee]}),
        "1 valid for 101 days": stating({"expires": "2027-03-05"}),
    }


def _dated() -> dict[str, Note]:
    leap = epochs(("2028-02", "2028-02-01", "2028-03-01"), ("2028-03", "2028-03-01", "2028-04-01"))
    edges = epochs(("2026-11", "2026-11-25", "2026-11-28"), ("2026-12", "2026-11-28", "2026-12-05"))
    return {
        "1 in a leap year": stating({"valid_from": "2028-02-29", "expires": "2028-05-01", "epochs": leap}),
        "1 from a day that is none": stating({"valid_from": "2027-02-29", "expires": "2027-05-01"}),
        "1 with short epochs": stating({"epochs": edges}),
        "1 with a hole": stating({"epochs": epochs(("2026-12", "2026-12-01", "2027-01-01"))}),
    }


def _committee() -> dict[str, Any]:
    first: dict[str, Any] = FIRST.directory.committees[0].to_json()
    return first
