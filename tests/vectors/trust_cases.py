"""The table of trust: what is believed, and every lie that is refused, with its code (FORMAT.md 4.4)."""

from dataclasses import replace
from typing import Any

from crypto.public.trust import Pin
from crypto.wire.fields import to_base64url
from tests.vectors.trust_notes import notes
from tests.vectors.trust_scene import ALL_THREE, DAY, FIRST, KEY_FILES, NEW_ROOTS, OTHER_ROOTS, PIN, ROOTS

Row = dict[str, Any]


def directories() -> Row:
    """Rows name pins, notes and key files; each is stored once, and `$` in a note stands for what is `common` to most.

    A row's day stands there, or is agreed from `now`, `server` and `chosen`. `behind` is the directory that was kept
    before; a key file is cut to `length`, or one byte is changed `at` a place. Without a `code` it is believed.
    """
    _, mark, behind = FIRST.text().decode("utf-8").partition('"intake"')
    common = mark + behind
    return {
        "pins": {name: pin.encode().decode("utf-8") for name, pin in _pins().items()},
        "common": common,
        "notes": {name: note.encode().decode("utf-8").replace(common, "$") for name, note in notes().items()},
        "key_files": {name: to_base64url(data) for name, data in zip(("2026-11", "2026-12"), KEY_FILES, strict=False)},
        "cases": [*_signatures(), *_forms(), *_walks(), *_floors(), *_chains(), *_days(), *_clocks(), *_keys()],
    }


def _pins() -> dict[str, Pin]:
    doubled = replace(ROOTS, keys=(*ROOTS.keys[:2], replace(ROOTS.keys[0], name="root-x")))
    return {
        "1": PIN,
        "2": replace(PIN, seq=2),
        "2 changed": Pin(portal=PIN.portal, seq=2, roots=NEW_ROOTS),
        "3 changed": Pin(portal=PIN.portal, seq=3, roots=OTHER_ROOTS),
        "4 changed": Pin(portal=PIN.portal, seq=4, roots=ALL_THREE),
        "one key under two names": replace(PIN, roots=doubled),
        "threshold 0": replace(PIN, roots=replace(ROOTS, threshold=0)),
        "threshold 4 of 3": replace(PIN, roots=replace(ROOTS, threshold=4)),
    }


def row(name: str, expect: tuple[int, str] | str, newest: str, *changes: str, pin: str = "1", **more: Any) -> Row:
    """Believed with this `seq` and epoch, or refused with this code."""
    day = {} if "now" in more else {"day": DAY}
    result = {"code": expect} if isinstance(expect, str) else {"seq": expect[0], "epoch": expect[1]}
    return {"name": name, "pin": pin, "newest": newest, "changes": [*changes], **day, **more, **result}


def _signatures() -> list[Row]:
    return [
        row("two of three", (1, "2026-11"), "1"),
        row("all three", (1, "2026-11"), "1 by all"),
        row("one of three", "too-few-signatures", "1 by one"),
        row("only a stranger signs", "unknown-root", "1 by a stranger"),
        row("a stranger signs too", "unknown-root", "1 and a stranger"),
        row("a stranger signs under a root's name", "unknown-root", "1 and an impostor"),
        row("one root counted twice", "signer-twice", "1 one root twice"),
        row("one root under a second name", "unknown-root", "1 one root under two names"),
        row("a byte of the text altered", "bad-signature", "1 altered"),
        row("another portal", "wrong-portal", "1 of another portal"),
        row("another label", "bad-format", "1 under another label"),
        *_label_lines(),
    ]


def _label_lines() -> list[Row]:
    """A label line that goes on differently names another portal; one that starts differently is none."""
    wrong = "wrong-portal"
    return [
        row("a word behind the portal", wrong, "1 with a word behind the portal"),
        row("a space behind the portal", wrong, "1 with a space behind the portal"),
        row("a carriage return behind the portal", wrong, "1 with a carriage return behind the portal"),
        row("a portal whose name starts with this one's", wrong, "1 of a longer portal"),
        row("a second space before the portal", wrong, "1 of a portal behind a space"),
        row("no portal", wrong, "1 of no portal"),
        row("no portal and no space", "bad-format", "1 of no portal, without the space"),
        row("a space before the label", "bad-format", "1 with another label behind a space"),
        row("a change with a word behind the portal", wrong, "3 changed", "1 with a word behind the portal"),
    ]


def _forms() -> list[Row]:
    return [
        row("bytes behind the note", "bad-format", "1", behind_note="x"),
        row("an empty line behind the note", "bad-format", "1", behind_note="\n"),
        row("an unknown member", "bad-format", "1 with an unknown member"),
        row("a member twice", "bad-format", "1 with a member twice"),
        row("threshold 0", "bad-format", "1 with threshold 0"),
        row("a threshold above the number of roots", "bad-format", "1 with threshold 4 of 3"),
        row("threshold 0 in the pin", "bad-format", "1", pin="threshold 0"),
        row("a threshold above the number of roots in the pin", "bad-format", "1", pin="threshold 4 of 3"),
        row("one key under two names in the pin", "root-counted-twice", "1", pin="one key under two names"),
        row("sixteen active vaults", (1, "2026-11"), "1 with 16 active vaults"),
        row("an active vault more than slots", "bad-format", "1 with 17 active vaults"),
        row("eight vaults of a committee", (1, "2026-11"), "1 with a committee of 8"),
        row("nine vaults of a committee", "bad-format", "1 with a committee of 9"),
        row("valid for 101 days", "bad-format", "1 valid for 101 days"),
    ]


def _walks() -> list[Row]:
    twice, thrice = ("2 change", "3 change"), ("2 change", "3 change", "4 change")
    unsigned, named = "root-change-unsigned", "3 change naming another change"
    return [
        row("a root change, newest itself", (2, "2026-11"), "2 change", "2 change"),
        row("after a root change", (3, "2026-11"), "3 changed", "2 change"),
        row("after two root changes", (4, "2026-11"), "4 changed twice", *twice),
        row("after three root changes", (5, "2026-11"), "5 changed three times", *thrice),
        row("the third root change, newest itself", (4, "2026-11"), "4 change", *thrice),
        row("a threshold raised is not reached", "too-few-signatures", "5 by two of three", *thrice),
        row(
            "a raised threshold that the change does not reach",
            unsigned,
            "4 change",
            *twice,
            "4 change by two of three",
        ),
        row("from a pin within the walk", (5, "2026-11"), "5 changed three times", *thrice[2:], pin="3 changed"),
        row("from a pin at the end of the walk", (5, "2026-11"), "5 changed three times", pin="4 changed"),
        row("with changes older than the pin", (5, "2026-11"), "5 changed three times", *thrice, pin="3 changed"),
        row("with all changes older than the pin", (5, "2026-11"), "5 changed three times", *thrice, pin="4 changed"),
        row(
            "an older change that nobody signed", (3, "2026-11"), "3 changed", "2 change by strangers", pin="2 changed"
        ),
        row("a root change withheld", "unknown-root", "3 changed"),
        row("a root change not shown as one", "unknown-root", "2 change"),
        row("a root change by the old roots not shown as one", unsigned, "2 change by old roots"),
        row("a change by the new roots alone", unsigned, "2 change by new roots", "2 change by new roots"),
        row("a change by the old roots alone", unsigned, "2 change by old roots", "2 change by old roots"),
        row("a change by strangers", unsigned, "2 change by strangers", "2 change by strangers"),
        row("a stranger signs a change too", "unknown-root", "3 changed", "2 change and a stranger"),
        row("the first of two changes withheld", unsigned, "4 changed twice", "3 change"),
        row("changes out of order", unsigned, "4 changed twice", "3 change", "2 change"),
        row("a change twice", "broken-walk", "3 changed", "2 change", "2 change"),
        row(
            "a removed root's signature does not count", "unknown-root", "3 changed by one and one removed", "2 change"
        ),
        row("a removed root's signature does harm", "unknown-root", "3 changed and one removed", "2 change"),
        row("a change naming another than the one before", "broken-walk", named, "2 change", named),
        row("naming another change than the walk's", "broken-walk", "3 changed naming another change", "2 change"),
        row("the last change withheld", "unknown-root", "4 changed twice", "2 change"),
    ]


def _floors() -> list[Row]:
    small = "sequence-too-small"
    return [
        row("the floor itself", (2, "2026-11"), "2", min_seq=2),
        row("an old directory after the pin rose", small, "1", pin="2"),
        row("an old directory after another raised the floor", small, "1", min_seq=2),
        row("one below the floor, after a walk", small, "3 changed", "2 change", min_seq=4),
    ]


def _chains() -> list[Row]:
    return [
        row("the next directory", (2, "2026-11"), "2", behind="1"),
        row("the next directory after a change", (3, "2026-11"), "3 changed", "2 change", behind="2 change"),
        row("a second directory of one number", "sequence-gap", "2 another", behind="2"),
        row("the same directory again", "sequence-gap", "2", behind="2"),
        row("a directory left out", "sequence-gap", "3 after 2", behind="1"),
        row("back to the directory before", "sequence-gap", "1", behind="2"),
        row("following another of that number", "broken-prev", "3 after 2 another", behind="2"),
        row("naming no note before", "broken-prev", "2 naming no note", behind="1"),
    ]


def _days() -> list[Row]:
    leap, short = "1 in a leap year", "1 with short epochs"
    return [
        row("the first day", (1, "2026-11"), "1", day="2026-11-24"),
        row("the day before", "not-yet-valid", "1", day="2026-11-23"),
        row("the last day with keys", (1, "2027-01"), "1", day="2027-01-31"),
        row("no keys for this month", "missing-epoch", "1", day="2027-02-01"),
        row("the last day of the directory", "missing-epoch", "1", day="2027-03-01"),
        row("the day it expires", "expired", "1", day="2027-03-02"),
        row("a month without keys in between", "missing-epoch", "1 with a hole"),
        row("before the first day of the first epoch", "missing-epoch", short, day="2026-11-24"),
        row("the first day of an epoch", (1, "2026-11"), short, day="2026-11-25"),
        row("the last day of an epoch", (1, "2026-11"), short, day="2026-11-27"),
        row("the day an epoch ends, the next begins", (1, "2026-12"), short, day="2026-11-28"),
        row("the last day of the last epoch", (1, "2026-12"), short, day="2026-12-04"),
        row("the day the last epoch ends", "missing-epoch", short, day="2026-12-05"),
        row("a leap day", (1, "2028-02"), leap, day="2028-02-29"),
        row("the day before a leap day", "not-yet-valid", leap, day="2028-02-28"),
        row("the day after a leap day", (1, "2028-03"), leap, day="2028-03-01"),
        row("a leap day in a common year", "bad-format", "1 from a day that is none", day="2027-03-01"),
    ]


def _clocks() -> list[Row]:
    noon, apart = "2026-11-26T12:00:00Z", "clocks-apart"
    last_second = "2026-11-30T23:59:59Z"
    return [
        row("a month's last second", (1, "2026-11"), "1", now=last_second),
        row("the second after it", (1, "2026-12"), "1", now="2026-12-01T00:00:00Z"),
        row(
            "a month's last second in UTC, already the next here", (1, "2026-11"), "1", now="2026-12-01T13:59:59+14:00"
        ),
        row("the next month in UTC, not yet here", (1, "2026-12"), "1", now="2026-11-30T12:00:00-12:00"),
        row("the last second before it is valid", "not-yet-valid", "1", now="2026-11-23T23:59:59Z"),
        row("the second at which it expires", "expired", "1", now="2027-03-02T00:00:00Z"),
        row("a server without a clock", (1, "2026-11"), "1", now=noon, server=None),
        row("a second less than 26 hours behind", (1, "2026-11"), "1", now=noon, server="2026-11-27T13:59:59Z"),
        row("a second less than 26 hours ahead", (1, "2026-11"), "1", now=noon, server="2026-11-25T10:00:01Z"),
        row("26 hours apart", (1, "2026-11"), "1", now=noon, server="2026-11-27T14:00:00Z"),
        row("a second more than 26 hours behind", apart, "1", now=noon, server="2026-11-27T14:00:01Z"),
        row("a second more than 26 hours ahead", apart, "1", now=noon, server="2026-11-25T09:59:59Z"),
        row(
            "years apart, the day chosen",
            (1, "2026-12"),
            "1",
            now="2019-01-01T00:00:00Z",
            server=noon,
            chosen="2026-12-01",
        ),
        row(
            "the day chosen lies after the end",
            "expired",
            "1",
            now="2019-01-01T00:00:00Z",
            server=noon,
            chosen="2027-03-02",
        ),
        row("the day chosen is none", "bad-format", "1", now=noon, server=noon, chosen="2027-02-29"),
    ]


def _keys() -> list[Row]:
    length, mismatch, whole = "key-file-length", "key-file-mismatch", len(KEY_FILES[0])
    return [
        row("the key file of the day", (1, "2026-11"), "1", key_file="2026-11"),
        row("the key file of the next month, then", (1, "2026-12"), "1", day="2026-12-01", key_file="2026-12"),
        row("the key file of another month", mismatch, "1", key_file="2026-12"),
        row("a byte of the key file changed", mismatch, "1", key_file="2026-11", at=whole - 1),
        row("a byte too few", length, "1", key_file="2026-11", length=whole - 1),
        row("a byte too many", length, "1", key_file="2026-11", length=whole + 1),
        row("a vault too few", length, "1", key_file="2026-11", length=whole // 2),
        row("an empty key file", length, "1", key_file="2026-11", length=0),
    ]
