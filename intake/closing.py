"""Closes days (FORMAT.md 9.1).

What came in becomes a signed manifest, sorted by ID; its order of arrival is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from crypto.sign.sign import public, signed_note
from crypto.wire.day import MOST_ENTRIES, DayManifest, Entry
from crypto.wire.directory import INTAKE_SIGNER
from crypto.wire.labels import What
from crypto.wire.note import Note
from intake import publiclog, retention
from intake.clock import Clock, day_of, days_between
from intake.directories import Standing
from intake.errors import RefusedError
from intake.store import Change, Manifest, Store, Submission


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


def close_days(store: Store, signer: Signer, clock: Clock, *, short: bool = False) -> list[Manifest]:
    """Every UTC day that is over gets a manifest, also when nothing came; `short` closes what is there of today too."""
    with store.alone() as change:
        today = day_of(clock())
        over = set(days_between(change.open_from(), today))
        over.update(day for day in change.open_days() if day < today or (short and day == today))
        made = [manifest for day in sorted(over) for manifest in _close(change, signer, day, today)]
        change.set_open_from(max(today, change.open_from()))
        retention.drop_old_replies(change, today)
    if made or not short:
        store.settle()
    return made


def _close(change: Change, signer: Signer, day: str, today: str) -> Iterator[Manifest]:
    """One manifest, or as many as it takes where each has room for so many entries."""
    first = True
    while (rows := change.waiting(day, MOST_ENTRIES)) or first:
        first = False
        manifest = _sign(change, signer, day, rows)
        change.add_manifest(manifest, rows[-1].id if rows else None)
        publiclog.append(change, today, "day", manifest.n, manifest.hash)
        yield manifest


def _sign(change: Change, signer: Signer, day: str, rows: list[Submission]) -> Manifest:
    last, prev = change.manifest_end() or (0, None)
    entries = tuple(Entry(id=row.id, length=row.length, sha256=row.sha256) for row in rows)
    note = signer.sign("day", DayManifest(n=last + 1, day=day, prev=prev, entries=entries).encode())
    return Manifest(n=last + 1, day=day, hash=Note.parse(note).hash(), note=note)
