"""Lets go of what every vault concerned has in a backup, or what has waited for too long (FORMAT.md 9.2, 10).

Some submissions at a time, each time in a transaction of its own: nobody waits long for the closing lock. Whatever ends
it, what is deleted stands in the list of what is gone and, where it was early, in the public log; the next time goes
on from there.
"""

from collections.abc import Callable, Iterator, Sequence

from crypto.wire.attachments import PART_LENGTH
from crypto.wire.day import Entry
from intake import publiclog
from intake.directories import Held, first_signed
from intake.manifests import listed
from intake.retention import Readers, Reason, active_vaults
from intake.store import Change, Look, Store

Say = Callable[[str], None]
MOST_AT_ONCE = 32 * 1024**2
"""Bytes that one transaction deletes, unless one submission alone has more."""

_WORDS: dict[Reason, str] = {
    "purged": "deleted, every vault concerned has a backup of them",
    "limit": "deleted at the limit of {} days, before every vault concerned had a backup of them",
}


class Purge:
    """One round over all that is held."""

    def __init__(self, store: Store, portal: str, today: str, retention_days: int) -> None:
        self._store, self._portal, self._today, self._retention_days = store, portal, today, retention_days
        self._known: tuple[int, Readers] | None = None

    def run(self, say: Say) -> int:
        """How many submissions were deleted; a line for each manifest and reason."""
        with self._store.look() as look:
            readers, left = self._readers(look), look.left()
            due = [(n, day) for n, day, _hash in look.manifest_heads() if n in left and readers.reason(n, day)]
        return sum(self._manifest(n, day, say) for n, day in due)

    def _manifest(self, n: int, day: str, say: Say) -> int:
        with self._store.look() as look:
            entries = listed(look, self._portal, n)
        counts: dict[Reason, int] = {"purged": 0, "limit": 0}
        for some in _portions(entries):
            reason, count = self._some(n, day, [entry.id for entry in some])
            if reason is None:  # a directory or a record has come meanwhile
                break
            counts[reason] += count
        for why, count in counts.items():
            if count:
                say(f"manifest {n} of {day}: {count} submissions {_WORDS[why].format(self._retention_days)}")
        return sum(counts.values())

    def _some(self, n: int, day: str, ids: Sequence[bytes]) -> tuple[Reason | None, int]:
        with self._store.alone() as change:
            reason = self._readers(change).reason(n, day)
            held = [] if reason is None else change.held_among(ids)
            if reason is not None and held:
                self._drop(change, n, held, reason)
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
    """Who decides, as the database says today. Only records under a vault's present key count."""
    directories = [Held.read(portal, data).directory for _seq, data in look.directories()]
    backups = {}
    for vault in active_vaults(directories, today):
        if (newest := first_signed(vault, look.backups(vault.id))) is not None:
            backups[vault.id] = newest.manifest
    return Readers(directories=directories, backups=backups, today=today, retention_days=retention_days)


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
