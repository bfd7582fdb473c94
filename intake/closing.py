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
from intake.errors import FullError, RefusedError
from intake.limits import REPLY_LIFETIME_DAYS, Limits
from intake.purge import Purge, Say
from intake.store import Change, Look, Manifest, Store

RETENTION_DAYS = Limits().retention_days
MOST_GAP_DAYS = 3
"""Days are closed without being asked for while today is at most so long after the first that is open."""


GRACE_DAYS = 14
"""After a gap nothing is deleted at the limit for so long: time for a courier to come."""


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
    after_gap: bool = False,
    retention_days: int = RETENTION_DAYS,
    say: Say = lambda _line: None,
) -> list[Manifest]:
    """Every UTC day that is over gets a manifest, also when nothing came; `short` closes what is there of today too.

    Then what may go is deleted, and at last the database is left without traces of both. `say` hears a line for each
    thing that is done. Whatever ends it, the same again does what is left.

    A clock that stands before the first open day, or far behind it, is refused before anything is written, unless
    somebody says that it is right: `after_gap` closes, and deletes nothing for its age alone; what waits then has time
    to be carried before the next run may do so.
    """
    with store.alone() as change:
        today = day_of(clock())
        wrong = wrong_clock(today, change.open_from())
        if wrong and not after_gap:
            raise RefusedError(wrong)
        made = _close_all(change, signer, today, short=short)
        staged = change.drop_staged_before(days_later(today, -1))
        change.lay_waiting()
        if after_gap:
            change.count_from(days_later(today, -max(0, retention_days - GRACE_DAYS)))
        replies = 0 if after_gap else retention.drop_old_replies(change, today)
    for manifest in made:
        say(f"closed: manifest {manifest.n} of {manifest.day}")
    if staged:
        say("parts whose envelope did not come: deleted")
    if replies:
        say(f"replies older than {REPLY_LIFETIME_DAYS} days: {replies} slots deleted")
    if after_gap:
        say(f"after a gap: this time no reply was deleted, and for {GRACE_DAYS} days nothing at the limit")
    deleted = Purge(store, signer.portal, today, retention_days, limit=not after_gap).run(say)
    if made or deleted or not short:
        _settle(store)
    return made


def wrong_clock(today: str, open_from: str) -> str | None:
    """Why no day should be closed unless somebody has looked at the clock; nothing where days go on as they do.

    A clock that is wrong for an hour must not make in one go, for every station and for ever, days that have not come.
    """
    if open_from <= today <= days_later(open_from, MOST_GAP_DAYS):
        return None
    said = f"the clock of this machine says {today}, and days are closed until {open_from}"
    return f"{said}: if that is right, run `intake close-day --after-gap`"


def _close_all(change: Change, signer: Signer, today: str, *, short: bool) -> list[Manifest]:
    """Every day that is over, and with `short` the open one, where something came."""
    open_from, open_day = change.open_from(), change.open_day(today)
    change.bring_within(open_from, open_day)
    over = days_between(open_from, open_day)
    if short and open_day in change.open_days():
        over.append(open_day)
    made = [manifest for day in over for manifest in _close(change, signer, day, today)]
    change.set_open_from(open_day)
    return made


def _settle(store: Store) -> None:
    lacking = store.lacks_to_settle()
    if lacking:
        raise FullError(
            "the days are closed and nothing is lost, but the order of what came stays on the disk until `intake"
            f" close-day` is run again with {-(-lacking // 2**20)} MiB more room: see deploy/INTAKE.md"
        )
    store.settle()


def _close(change: Change, signer: Signer, day: str, today: str) -> Iterator[Manifest]:
    """One manifest, or as many as it takes where each has room for so many entries."""
    first = True
    while (entries := entries_of(change, day)) or first:
        first = False
        manifest = _sign(change, signer, day, today, entries)
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


def _sign(change: Change, signer: Signer, day: str, today: str, entries: tuple[Entry, ...]) -> Manifest:
    last, prev = change.manifest_end() or (0, None)
    note = signer.sign("day", DayManifest(n=last + 1, day=day, prev=prev, entries=entries).encode())
    return Manifest(n=last + 1, day=day, closed_on=today, hash=Note.parse(note).hash(), note=note)
