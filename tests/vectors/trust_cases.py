"""Cases about belief: directories, whose keys are used, and what a reply is worth."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crypto.public.trust import Pin
from crypto.sign.sign import sign, sign_note
from crypto.wire.directory import Vault
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note
from tests.vectors import scene
from tests.vectors.bytes_cases import reply_of

FIRST = scene.first_note()
NEW_ROOTS = scene.root_set("root-2", "root-3", "root-4")
OTHER_ROOTS = scene.root_set("root-4", "root-5", "root-6")


def _case(
    name: str,
    expect: int | str,
    newest: Note,
    changes: Sequence[Note] = (),
    *,
    pin: Pin = scene.PIN,
    day: str = scene.DAY,
    min_seq: int = 1,
) -> dict[str, Any]:
    result = {"seq": expect} if isinstance(expect, int) else {"code": expect}
    return {
        "name": name,
        "pin": pin.encode().decode("utf-8"),
        "newest": newest.encode().decode("utf-8"),
        "changes": [note.encode().decode("utf-8") for note in changes],
        "day": day,
        "min_seq": min_seq,
        **result,
    }


def directories() -> dict[str, Any]:
    """What is believed, and every lie that is refused, with its code."""
    return {"cases": [*_signatures(), *_walks(), *_days()]}


def _signatures() -> list[dict[str, Any]]:
    proposal, text = scene.proposal(), FIRST.text
    one = Note(text=text, signatures=FIRST.signatures[:1])
    altered = Note(text=text.replace(b"Reprisals desk", b"Reprisals Desk"), signatures=FIRST.signatures)
    stranger = Note(text=text, signatures=(*FIRST.signatures, sign_note(text, "root-9", scene.seed("root-9"))))
    impostor = Note(text=text, signatures=(FIRST.signatures[0], sign_note(text, "root-2", scene.seed("root-9"))))
    twice = Note(text=text, signatures=(FIRST.signatures[0], FIRST.signatures[0]))
    second_name = Note(text=text, signatures=(FIRST.signatures[0], sign_note(text, "root-x", scene.seed("root-1"))))
    other_portal = scene.signed(replace(proposal, portal="other.portal"), "root-1", "root-2")
    return [
        _case("two of three", 1, FIRST),
        _case("all three", 1, scene.signed(proposal, "root-1", "root-2", "root-3")),
        _case("one of three", "too-few-signatures", one),
        _case("a byte of the text altered", "bad-signature", altered),
        _case("a stranger signs too", "unknown-root", stranger),
        _case("a stranger signs under a root's name", "unknown-root", impostor),
        _case("one root counted twice", "signer-twice", twice),
        _case("one root under a second name", "unknown-root", second_name),
        _case("another portal", "wrong-portal", other_portal),
        _case("one key under two names in the pin", "root-counted-twice", FIRST, pin=_doubled_pin()),
    ]


def _doubled_pin() -> Pin:
    keys = (*scene.ROOTS.keys[:2], replace(scene.ROOTS.keys[0], name="root-x"))
    return replace(scene.PIN, roots=replace(scene.ROOTS, keys=keys))


def _walks() -> list[dict[str, Any]]:
    second = scene.signed(scene.proposal(FIRST), "root-1", "root-3")
    change = scene.proposal(FIRST, roots=NEW_ROOTS)
    changed = scene.signed_by_any(change, "root-1", "root-2", "root-3", "root-4")
    after = scene.signed(scene.proposal(FIRST, changed, roots=NEW_ROOTS), "root-3", "root-4")
    only_new = scene.signed_by_any(change, "root-3", "root-4")
    only_old = scene.signed_by_any(change, "root-1", "root-2")
    stolen = scene.signed_by_any(scene.proposal(FIRST, roots=OTHER_ROOTS), "root-4", "root-5")
    again = scene.proposal(FIRST, changed, roots=OTHER_ROOTS)
    third = scene.signed_by_any(again, "root-3", "root-4", "root-5")
    last = scene.signed(scene.proposal(FIRST, changed, third, roots=OTHER_ROOTS), "root-5", "root-6")
    return [
        _case("the second directory", 2, second),
        _case("a root change, newest itself", 2, changed, [changed]),
        _case("after a root change", 3, after, [changed]),
        _case("after two root changes", 4, last, [changed, third]),
        _case("a root change withheld", "unknown-root", after),
        _case("a root change not shown as one", "unknown-root", changed),
        _case("a change signed by the new roots, of whom one was old", "root-change-unsigned", only_new, [only_new]),
        _case("a change signed by the old roots, of whom one is new", "root-change-unsigned", only_old, [only_old]),
        _case("a change signed by strangers", "root-change-unsigned", stolen, [stolen]),
        _case("the first of two changes withheld", "root-change-unsigned", last, [third]),
        _case("changes out of order", "root-change-unsigned", last, [third, changed]),
        _case("a change twice", "broken-walk", after, [changed, changed]),
        _case("an old directory after the pin rose", "sequence-too-small", FIRST, pin=replace(scene.PIN, seq=2)),
        _case("an old directory after another raised the floor", "sequence-too-small", FIRST, min_seq=2),
    ]


def _days() -> list[dict[str, Any]]:
    gap = scene.changed(scene.proposal(), epochs=scene.directory().epochs[1:])
    return [
        _case("the first day", 1, FIRST, day="2026-11-24"),
        _case("the day before", "not-yet-valid", FIRST, day="2026-11-23"),
        _case("the last day of a month", 1, FIRST, day="2026-11-30"),
        _case("the next month", 1, FIRST, day="2026-12-01"),
        _case("the last month", 1, FIRST, day="2027-01-31"),
        _case("no keys for this month", "missing-epoch", FIRST, day="2027-02-01"),
        _case("the day it expires", "expired", FIRST, day="2027-03-02"),
        _case("a month without keys in between", "missing-epoch", scene.signed(gap, "root-1", "root-2")),
    ]


def routings() -> dict[str, Any]:
    """Which vaults are sealed to under directory 1; `revoked` names vaults that are revoked first."""
    rows: list[tuple[list[str], list[str], list[str], list[str], list[str] | str]] = [
        (["cat"], [], [], [], ["cat"]),
        (["cmw"], [], [], [], ["cmw-1", "cmw-2"]),
        (["cmw", "cat"], [], [], [], ["cat", "cmw-1", "cmw-2"]),
        (["cmw"], ["cmw-1"], [], [], ["cmw-2"]),
        (["cmw"], [], ["XA"], [], ["cmw-2"]),
        (["cmw"], [], ["XC"], [], ["cmw-1", "cmw-2"]),
        (["cmw"], [], ["XA", "XB"], [], "nobody-left"),
        (["cat"], ["cat"], [], [], "nobody-left"),
        (["cmw"], [], [], ["cmw-1"], ["cmw-2"]),
        (["cat"], [], [], ["cat"], "nobody-left"),
        (["ced"], [], [], [], "not-open"),
        (["none"], [], [], [], "not-open"),
        ([], [], [], [], "nobody-left"),
        (["cat", "cmw"], ["cat"], [], [], "nobody-left"),
    ]
    keys = ("committees", "excluded", "conflicts", "revoked")
    cases = [
        {**dict(zip(keys, row, strict=False)), **({"code": row[4]} if isinstance(row[4], str) else {"vaults": row[4]})}
        for row in rows
    ]
    return {"directory": scene.directory().encode().decode("utf-8"), "epoch": "2026-11", "cases": cases}


def verdicts() -> dict[str, Any]:
    """What a reply of vault `cat` is worth as that vault's state and the day change."""
    reply, frame = reply_of("words")
    rows = [
        ("active", None, scene.DAY, "genuine"),
        ("absent", None, scene.DAY, "genuine"),
        ("revoked", scene.DAY, scene.DAY, "not-genuine"),
        ("retired", "2026-11-01", "2026-11-24", "retired"),
        ("retired", "2026-11-01", "2027-04-30", "retired"),
        ("retired", "2026-11-01", "2027-05-01", "not-genuine"),
    ]
    cases = [
        {"name": f"{status} until {until} on {day}", "status": status, "until": until, "day": day, "verdict": verdict}
        for status, until, day, verdict in rows
    ]
    lies: dict[str, dict[str, Any]] = {
        "foreign": {"vault": "desk"},
        "excluded": {"routing": scene.routing("cat", excluded=("cat",))},
        "conflict": {"committee": "cmw", "vault": "cmw-1", "routing": scene.routing("cmw", conflicts=("XA",))},
        "other committee": {"routing": scene.routing("cmw")},
        "two days ahead": {"day": "2026-11-26"},
    }
    frames = {name: reply_of("words", **changes)[1] for name, changes in lies.items()}
    forged_data = reply.encode()
    forged = frame.replace(
        sign("reply", scene.PORTAL, forged_data, scene.seed("cat sign")),
        sign("reply", scene.PORTAL, forged_data, scene.seed("desk sign")),
    )
    return {
        "directory": scene.directory().encode().decode("utf-8"),
        "vault": "cat",
        "frame": to_base64url(frame),
        "cases": cases,
        "lies": {name: to_base64url(one) for name, one in {**frames, "forged": forged}.items()},
        "ahead": to_base64url(reply_of("words", day="2026-11-25")[1]),
    }


def with_vault(status: str, until: str | None) -> tuple[Vault, ...]:
    """The vaults of directory 1 with another state of `cat`."""
    return tuple(
        replace(vault, status=status, until_day=until) if vault.id == "cat" else vault
        for vault in scene.directory().vaults
    )
