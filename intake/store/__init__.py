"""Everything intake keeps, and the only package that speaks SQL.

A transaction is a `with` block: `look` reads one state of the database, `change` writes, `alone` writes while nobody
else can. Each method is one statement, or the few that only make sense together.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from intake import database, schema
from intake.errors import IntakeError, RefusedError
from intake.limits import Limits
from intake.store.kept import ChangeKept, LookAtKept
from intake.store.parts import ChangeParts, LookAtParts
from intake.store.portal import ChangePortal, LookAtPortal
from intake.store.records import ChangeRecords, LookAtRecords
from intake.store.replies import ChangeReplies, LookAtReplies
from intake.store.submissions import ChangeSubmissions, LookAtSubmissions
from intake.store.values import Manifest, Part, Slot, StoredRecord, Submission
from intake.turns import Turn

__all__ = ["Change", "Look", "Manifest", "Part", "Slot", "Store", "StoredRecord", "Submission"]


class Look(LookAtPortal, LookAtSubmissions, LookAtParts, LookAtKept, LookAtReplies, LookAtRecords):
    """Reads one state of the database."""


class Change(Look, ChangePortal, ChangeSubmissions, ChangeParts, ChangeKept, ChangeReplies, ChangeRecords):
    """Reads and writes in one transaction."""


class Store:
    """A database of this release."""

    def __init__(self, url: str, limits: Limits, *, capped: bool = False) -> None:
        self.engine = database.connect(url, limits, capped=capped)

    @classmethod
    def open(cls, url: str, limits: Limits, portal: str, *, capped: bool = False) -> "Store":
        """Refuses a database of another release or portal."""
        store = cls(url, limits, capped=capped)
        try:
            store._check(portal)
        except IntakeError:
            store.close()
            raise
        return store

    def _check(self, portal: str) -> None:
        if database.schema_version(self.engine) != schema.VERSION:
            raise RefusedError(
                "the database cannot be read, or has not been brought to this release (`intake upgrade`)"
            )
        with self.look() as look:
            if look.portal() != portal:
                raise RefusedError("the database belongs to another portal")

    @contextmanager
    def look(self) -> Iterator[Look]:
        """One state of the database, whatever others write meanwhile."""
        with database.transaction(self.engine, writes=False) as connection:
            yield Look(connection)

    @contextmanager
    def change(self, *ids: bytes) -> Iterator[Change]:
        """All or nothing, never while a day is being closed, and for these submissions one after the other."""
        with self._change(Turn(table=schema.state, ids=ids)) as change:
            yield change

    @contextmanager
    def alone(self) -> Iterator[Change]:
        """All or nothing, while nobody else can write: the closing lock."""
        with self._change(Turn(table=schema.state, alone=True)) as change:
            yield change

    @contextmanager
    def _change(self, turn: Turn) -> Iterator[Change]:
        with database.transaction(self.engine, writes=True, turn=turn) as connection:
            yield Change(connection)

    def settle(self) -> None:
        """See `database.settle`."""
        database.settle(self.engine)

    def lacks_to_settle(self) -> int:
        """So many bytes of room are missing on the disk for that."""
        return database.lacks_to_settle(self.engine)

    def wipe(self) -> None:
        """See `database.wipe`."""
        database.wipe(self.engine)

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()
