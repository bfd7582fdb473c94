"""Who stands under a number of the record (rules, pure): a yes never passes to another person."""

from collections.abc import Mapping, Sequence

from review.consent.entries import WRITER, Entry, Person
from review.consent.exact import exact

Numbered = Sequence[tuple[int, str, Entry]]
"""Entries of a record, each with its number and the day on which it was written."""


def replaced(entries: Numbered) -> Mapping[int, tuple[int, str]]:
    """Person -> number and day of the newest entry that put another name, or another who decides, under that number.

    The writer is whoever holds the receipt: their first name replaces nobody.
    """
    known, found = {WRITER: Person(person=WRITER)}, dict[int, tuple[int, str]]()
    for n, on, one in entries:
        if isinstance(one, Person):
            before = known.get(one.person)
            if before is not None and _is_another(before, one):
                found[one.person] = (n, on)
            known[one.person] = one
    return found


def _is_another(before: Person, now: Person) -> bool:
    is_renamed = bool(exact(before.name)) and exact(before.name) != exact(now.name)
    return is_renamed or (before.decides, exact(before.who)) != (now.decides, exact(now.who))
