"""Closes days (FORMAT.md 9.1).

What came in becomes a signed manifest, sorted by ID; its order of arrival is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from crypto.sign.sign import public, signed_note
from crypto.wire.day import MOST_ENTRIES, MOST_PARTS, DayManifest, Entry, Part
from crypto.wire.directory import INTAKE_SIGNER
from crypto.wire.labels import What
from crypto.wire.note import Note
from intake import publiclog, retention
from intake.clock import Clock, day_of, days_between, days_later
from intake.directories import Standing
from intake.errors import RefusedError
from intake.limits import REPLY_LIFETIME_DAYS, Limits
from intake.purge import Purge, Say
from intake.store import Change, Look, Manifest, Store

RETENTION_DAYS = Limits().retention_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Intake's own key."""

    portal: str
    seed: bytes = field(repr=False)

    @classmethod
    def named_by(cls, standing: Standing, portal: str, seed: bytes) -> "Signer":
        """Refuses when the newest directory, expired or not, names another key."""
        if standing.newest is None:
            raise RefusedError("no directory has been imported that is in force: run `intake import`")
        if standing.newest.directory.intake.key != public(seed):
            raise RefusedError("the directory names another intake key than DIR/intake.key")
        return cls(portal=portal, seed=seed)

    def sign(self, what: What, json: bytes) -> bytes:
        """The bytes of a note."""
        return signed_note(what, self.portal, json, INTAKE_SIGNER, self.seed)


def close_days(
    store: Store,
    signer: Signer,
    clock: Clock,
    *,
    short: bool = False,
    retention_days: int = RETENTION_DAYS,
    say: Say = lambda _line: None,
) -> list[Manifest]:
    """Every UTC day that is over gets a manifest, also when nothing came; `short` closes what is there of today too.

    Then what may go is deleted, and at last the database is left without traces of both. `say` hears a line for each
    thing that is done. Whatever ends it, the same again does what is left.
    """
    with store.alone() as change:
        today = day_of(clock())
        over = set(days_between(change.open_from(), today))
        over.update(day for day in change.open_days() if day < today or (short and day == today))
        made = [manifest for day in sorted(over) for manifest in _close(change, signer, day, today)]
        change.set_open_from(max(today, change.open_from()))
        staged = change.drop_staged_before(days_later(today, -1))
        change.lay_waiting()
        replies = retention.drop_old_replies(change, today)
    for manifest in made:
        say(f"closed: manifest {manifest.n} of {manifest.day}")
    if staged:
        say("parts whose envelope did not come: deleted")
    if replies:
        say(f"replies older than {REPLY_LIFETIME_DAYS} days: {replies} slots deleted")
    deleted = Purge(store, signer.portal, today, retention_days).run(say)
    if made or deleted or not short:
        store.settle()
    return made


def _close(change: Change, signer: Signer, day: str, today: str) -> Iterator[Manifest]:
    """One manifest, or as many as it takes where each has room for so many entries."""
    first = True
    while (entries := entries_of(change, day)) or first:
        first = False
        manifest = _sign(change, signer, day, entries)
        change.add_manifest(manifest, entries[-1].id if entries else None)
        change.lay_parts(manifest.n)
        publiclog.append(change, today, "day", manifest.n, manifest.hash)
        yield manifest


def entries_of(look: Look, day: str) -> tuple[Entry, ...]:
    """What came on a day and stands in no manifest yet, sorted by ID: as much of it as one manifest has room for.

    Each part takes as much room as an entry, so that what may be in one is never longer than a note may be.
    """
    rows, entries, room = look.waiting(day, MOST_ENTRIES), list[Entry](), MOST_ENTRIES
    if not rows:
        return ()
    found = look.parts_waiting(day, rows[-1].id, MOST_ENTRIES + MOST_PARTS)
    groups = groupby(found, attrgetter("id"))
    of_id, group = next(groups, (None, ()))
    for row in rows:
        parts: tuple[Part, ...] = ()
        if row.id == of_id:
            parts = tuple(Part(name=one.name, sha256=one.sha256) for one in group)
            of_id, group = next(groups, (None, ()))
        room -= 1 + len(parts)
        if room < 0 and entries:
            break
        entries.append(Entry(id=row.id, length=row.length, sha256=row.sha256, parts=parts))
    return tuple(entries)


def _sign(change: Change, signer: Signer, day: str, entries: tuple[Entry, ...]) -> Manifest:
    last, prev = change.manifest_end() or (0, None)
    note = signer.sign("day", DayManifest(n=last + 1, day=day, prev=prev, entries=entries).encode())
    return Manifest(n=last + 1, day=day, hash=Note.parse(note).hash(), note=note)
