"""Lets go of what every vault concerned has in a backup, or what has waited for too long (FORMAT.md 9.2, 10).

Some submissions at a time, each time in a transaction of its own: nobody waits long for the closing lock. Whatever ends
it, what is deleted stands in the list of what is gone and, where it was early, in the public log; the next time goes
on from there.
"""

from collections.abc import Callable, Iterator, Sequence

from crypto.wire.attachments import PART_LENGTH
from crypto.wire.day import Entry
from crypto.wire.directory import Vault
from crypto.wire.note import Note
from intake import publiclog
from intake.directories import Held, first_signed, is_signed
from intake.manifests import listed
from intake.retention import Left, Readers, Reason, active_vaults
from intake.store import Change, Look, Store

Say = Callable[[str], None]
MOST_AT_ONCE = 32 * 1024**2
"""Bytes that one transaction deletes, unless one submission alone has more."""

_WORDS: dict[Reason, str] = {
    "purged": "deleted, every vault concerned has a backup of them",
    "limit": "deleted at the limit of {} days, before every vault concerned had a backup of them",
}


class Purge:
    """One round over all that is held; `limit`: whether what has waited for too long goes, too."""

    def __init__(self, store: Store, portal: str, today: str, retention_days: int, *, limit: bool = True) -> None:
        self._store, self._portal, self._today, self._retention_days = store, portal, today, retention_days
        self._limit = limit
        self._known: tuple[int, Readers] | None = None

    def run(self, say: Say) -> int:
        """How many submissions were deleted; a line for each manifest and reason."""
        with self._store.look() as look:
            due = [one for one in manifests_left(look) if self._reason(look, one)]
        return sum(self._manifest(one, say) for one in due)

    def _reason(self, look: Look, one: Left) -> Reason | None:
        reason = self._readers(look).reason(*one)
        return reason if self._limit or reason != "limit" else None

    def _manifest(self, one: Left, say: Say) -> int:
        n, day, _since = one
        with self._store.look() as look:
            entries = listed(look, self._portal, n)
        counts: dict[Reason, int] = {"purged": 0, "limit": 0}
        for some in _portions(entries):
            reason, count = self._some(one, [entry.id for entry in some])
            if reason is None:  # a directory or a record has come meanwhile
                break
            counts[reason] += count
        for why, count in counts.items():
            if count:
                say(f"manifest {n} of {day}: {count} submissions {_WORDS[why].format(self._retention_days)}")
        return sum(counts.values())

    def _some(self, one: Left, ids: Sequence[bytes]) -> tuple[Reason | None, int]:
        with self._store.alone() as change:
            reason = self._reason(change, one)
            held = [] if reason is None else change.held_among(ids)
            if reason is not None and held:
                self._drop(change, one[0], held, reason)
        return reason, len(held)

    def _drop(self, change: Change, n: int, held: list[bytes], reason: Reason) -> None:
        change.drop_submissions(held, reason)
        if reason == "limit":
            publiclog.append_limit(change, self._today, n, len(held))

    def _readers(self, look: Look) -> Readers:
        """Read anew when a directory or a record came since."""
        revision = look.revision()
        if self._known is None or self._known[0] != revision:
            self._known = revision, readers(look, self._portal, self._today, self._retention_days)
        return self._known[1]


def readers(look: Look, portal: str, today: str, retention_days: int) -> Readers:
    """Who decides, as the database says today."""
    directories = [Held.read(portal, data).directory for _seq, data in look.directories()]
    found = {vault.id: backed_up(look, vault) for vault in active_vaults(directories, today)}
    backups = {vault: n for vault, n in found.items() if n > 0}
    return Readers(directories=directories, backups=backups, today=today, retention_days=retention_days)


def manifests_left(look: Look) -> list[Left]:
    """The manifests that still have submissions, ascending; each can be carried since the later of its two days."""
    left, closings = look.left(), look.closings()
    return [(n, day, max(day, closings[n])) for n, day, _hash in look.manifest_heads() if n in left]


def backed_up(look: Look, vault: Vault) -> int:
    """Up to which manifest a vault has a backup, as its records under its present key say; 0 when it has none.

    The newest record with a backup counts, but for no more than every record since then names: a vault that has
    less than it had was restored, and nobody knows whether that backup is still there. While the record of the latest
    day has a lower number than another, the vault was restored and has not caught up: nothing counts at all.
    """
    numbered = first_signed(vault, look.records(vault.id))
    least: int | None = None
    for one in look.records_by_day(vault.id):
        if not is_signed(vault, Note.parse(one.note)):
            continue
        if least is None and numbered is not None and one.n < numbered.n:
            return 0
        least = one.manifest if least is None else min(least, one.manifest)
        if one.backed_up:
            return least
    return 0


def _portions(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The same, a few at a time."""
    portion: list[Entry] = []
    room = MOST_AT_ONCE
    for entry in entries:
        size = entry.length + PART_LENGTH * len(entry.parts)
        if portion and size > room:
            yield portion
            portion, room = [], MOST_AT_ONCE
        portion.append(entry)
        room -= size
    if portion:
        yield portion
