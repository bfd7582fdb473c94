"""Finds what is lost, half kept, doubled or back from the dead; says it in words, with the submission's number."""

from collections import Counter
from collections.abc import Iterator

from tests.kills.carried import Carried
from tests.kills.held import Held
from tests.kills.ledger import Digests, Ledger, Promise


def seen_at_any_moment(held: Held, ledger: Ledger) -> Iterator[str]:
    """What no reader may ever find, whatever was killed a moment ago."""
    yield from _doubled(held)
    for one in held.arrived:
        yield from _whole(one, held, ledger)
    for one in held.closed:
        yield from _whole_or_gone(one, held, ledger)
    for one, count in held.staging.items():
        there = held.parts.get(one, {})
        if count != len(there) or not all(here for _length, _hash, here in there.values()):
            yield f"{_name(one, ledger)}: {count} staged parts are counted, {len(there)} are there"
        if one in held.arrived or one in held.closed:
            yield f"{_name(one, ledger)}: its parts still count as staged"
    for one in held.parts.keys() - held.staging.keys() - held.arrived.keys() - held.closed.keys():
        yield f"{_name(one, ledger)}: parts of nothing"
    for post in ledger.posts:
        if 0 < len(post & held.slots) < len(post):
            yield "half a post is in its mailboxes"


def at_the_end(held: Held, ledger: Ledger) -> Iterator[str]:
    """What was promised; everything has been answered by now."""
    if held.altered:
        yield f"{held.altered} envelopes or parts have other bytes than stand beside them"
    for promise in ledger.promises():
        if promise.deleted is not None:
            yield from _deleted(promise, held)
        elif promise.kept:
            yield from _kept(promise, held, ledger)
        elif promise.stored is None and promise.staged != held.parts.get(promise.id, {}).keys():
            yield f"{promise.number}: staged parts are lost"
    for post, imported in ledger.posts.items():
        if imported and not post <= held.slots:
            yield "replies of a post that was taken are lost"


def in_a_bundle(carried: Carried, ledger: Ledger, began: float) -> Iterator[str]:
    """A bundle that is whole, whose export was begun at this moment, beside what was promised before."""
    today = carried.today is not None
    for _n, entry in carried.entries():
        promise = ledger.of(entry.id)
        meant = None if promise is None else (promise.length, promise.envelope, promise.parts)
        if (entry.length, entry.sha256, {part.name: part.sha256 for part in entry.parts}) != meant:
            yield f"{_name(entry.id, ledger)}: the bundle lists something else than was sent"
    for one, reason in carried.gone.items():
        yield from _why_gone(one, reason, ledger)
    listed = {entry.id for _n, entry in carried.entries()}
    for promise in ledger.promises():
        if promise.deleted is not None and promise.deleted < began and promise.id in carried.envelopes:
            yield f"{promise.number}: deleted, and in a bundle that was made later"
        stored = promise.stored is not None and promise.stored < began and promise.unwanted is None
        if today and stored and promise.id not in listed:
            yield f"{promise.number}: stored, and not in a bundle that was made later"


def _doubled(held: Held) -> Iterator[str]:
    if both := held.arrived.keys() & held.closed.keys():
        yield f"{len(both)} submissions are open and closed at once"
    times = Counter(entry.id for _n, entry in held.listed)
    if doubled := [one for one, count in times.items() if count > 1]:
        yield f"{len(doubled)} submissions stand in two manifests"
    if times.keys() != held.closed.keys():
        yield f"{len(times.keys() ^ held.closed.keys())} entries without a row, or rows without an entry"
    if any(held.numbers.get(entry.id) != n for n, entry in held.listed):
        yield "a row belongs to another manifest than the one that lists it"


def _whole(one: bytes, held: Held, ledger: Ledger) -> Iterator[str]:
    promise = ledger.of(one)
    if promise is None:
        yield "an envelope that nobody sent"
        return
    stored = held.arrived.get(one) or held.closed[one]
    if stored != (promise.length, promise.envelope, True):
        yield f"{promise.number}: another envelope than was sent"
    parts = held.parts.get(one, {})
    if _digests(one, held) != promise.parts or not all(here for _length, _hash, here in parts.values()):
        yield f"{promise.number}: an envelope with {len(parts)} of its {len(promise.parts)} parts"


def _whole_or_gone(one: bytes, held: Held, ledger: Ledger) -> Iterator[str]:
    if one not in held.gone:
        yield from _whole(one, held, ledger)
        return
    left = [here for _length, _hash, here in (held.closed[one], *held.parts.get(one, {}).values())]
    if any(left):
        yield f"{_name(one, ledger)}: listed as gone, and {sum(left)} of its pieces are there"
    yield from _why_gone(one, held.gone[one], ledger)


def _why_gone(one: bytes, reason: str, ledger: Ledger) -> Iterator[str]:
    promise = ledger.of(one)
    if reason == "author" and (promise is None or promise.unwanted is None):
        yield f"{_name(one, ledger)}: gone by its author, who never asked"
    if reason == "purged" and one not in ledger.taken:
        yield f"{_name(one, ledger)}: purged, and never carried out"
    if reason not in ("author", "purged"):
        yield f"{_name(one, ledger)}: gone for the reason {reason}"


def _deleted(promise: Promise, held: Held) -> Iterator[str]:
    there = [stored for stored in (held.arrived.get(promise.id), held.closed.get(promise.id)) if stored is not None]
    there += held.parts.get(promise.id, {}).values()
    if any(here for _length, _hash, here in there) or promise.id in held.staging:
        yield f"{promise.number}: deleted, and still there"


def _kept(promise: Promise, held: Held, ledger: Ledger) -> Iterator[str]:
    here = (held.arrived.get(promise.id) or held.closed.get(promise.id) or (0, b"", False))[2]
    if not here and ledger.taken.get(promise.id) != (promise.envelope, promise.parts):
        yield f"{promise.number}: stored, and lost"


def _digests(one: bytes, held: Held) -> Digests:
    return {name: digest for name, (_length, digest, _here) in held.parts.get(one, {}).items()}


def _name(one: bytes, ledger: Ledger) -> str:
    promise = ledger.of(one)
    return "what nobody sent" if promise is None else str(promise.number)
