"""What an entry must hold before it is kept (rules, pure): field of the form -> what is missing there."""

from collections.abc import Iterator

from crypto.wire.reply import is_proposal, is_recipient
from review.consent.entries import (
    EXPLAINED,
    NOT_SAID,
    WRITER,
    Entry,
    NotConcerned,
    Person,
    Recorded,
    Risk,
    Veto,
    Withdrawn,
)
from review.consent.measures import CONTACT_STATE, MOST_DAYS

Faults = dict[str, str]


def faults(entry: Entry, today: str) -> Faults:
    """Nothing when the entry may be kept."""
    return dict(_faults(entry, today))


def of_words(recipient: str, text: str) -> Faults:
    """Of whom something would be sent to, and of what: nobody agrees to words that display otherwise than they read."""
    kept = {"recipient": is_recipient(recipient), "text": is_proposal(text)}
    found = {name: "characters" for name, is_plain in kept.items() if not is_plain}
    return found | {name: "words" for name, words in (("recipient", recipient), ("text", text)) if not words.strip()}


def _faults(entry: Entry, today: str) -> Iterator[tuple[str, str]]:
    if isinstance(entry, Person):
        yield from _person(entry)
    elif isinstance(entry, Veto):
        yield from _day(entry.day, today)
    elif isinstance(entry, Recorded):
        yield from _recorded(entry, today)
    elif isinstance(entry, Withdrawn):
        if entry.why == NOT_SAID:
            yield "why", "choose"
        yield from _day(entry.day, today)
    elif isinstance(entry, Risk):
        yield from _risk(entry)
    elif isinstance(entry, NotConcerned) and not entry.reason.strip():
        yield "reason", "words"


def _person(entry: Person) -> Iterator[tuple[str, str]]:
    if entry.person != WRITER and not entry.name.strip():
        yield "name", "words"
    if entry.decides == "other":
        if entry.why == NOT_SAID:
            yield "why", "choose"
        if not entry.who.strip():
            yield "who", "words"
        if entry.why == "child" and not entry.child_view.strip():
            yield "child_view", "words"


def _risk(entry: Risk) -> Iterator[tuple[str, str]]:
    for name in ("measure", "result"):
        if getattr(entry, name) == NOT_SAID:
            yield name, "choose"
    for name in ("acting", "not_acting"):
        if not getattr(entry, name).strip():
            yield name, "words"


def _recorded(entry: Recorded, today: str) -> Iterator[tuple[str, str]]:
    for name in ("measure", "identity", "said", "method"):
        if getattr(entry, name) == NOT_SAID:
            yield name, "choose"
    yield from of_words(entry.recipient, entry.text).items()
    if entry.days > MOST_DAYS:
        yield "days", "days"
    yield from _day(entry.day, today)
    if entry.said == "yes":
        yield from _yes(entry)


def _yes(entry: Recorded) -> Iterator[tuple[str, str]]:
    """A yes counts from somebody who was told all of it."""
    for name in ("language", "explained_by"):
        if not getattr(entry, name).strip():
            yield name, "words"
    if entry.explained != EXPLAINED:
        yield "explained", "all"
    if entry.person == WRITER and entry.measure == CONTACT_STATE:
        yield "measure", "thread-only"


def _day(day: str, today: str) -> Iterator[tuple[str, str]]:
    if not day:
        yield "day", "day"
    elif day > today:
        yield "day", "future"
