"""The SQL of a vault about what intake's lists name and nobody has brought: a base of `Store`."""

from collections.abc import Iterable

from sqlalchemy import Connection, Table, delete, insert, select

from review import schema

# A manifest's counter and a submission's ID: where an envelope belongs.
Place = tuple[int, bytes]


class MissingStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def absent(self) -> set[Place]:
        """Entries that no bundle has brought whole so far, and that a later one may bring."""
        return self._places(schema.absent)

    def set_absent(self, entries: Iterable[Place]) -> None:
        """Replaces the list of what is still missing."""
        self._replace(schema.absent, entries)

    def lost(self) -> set[Place]:
        """Entries that were absent until intake deleted them, though their authors did not ask for it."""
        return self._places(schema.lost)

    def set_lost(self, entries: Iterable[Place]) -> None:
        """Replaces the list of what intake deleted before it was here."""
        self._replace(schema.lost, entries)

    def _places(self, table: Table) -> set[Place]:
        return {(row.n, row.submission) for row in self._db.execute(select(table))}

    def _replace(self, table: Table, entries: Iterable[Place]) -> None:
        self._db.execute(delete(table))
        rows = [{"n": n, "submission": submission} for n, submission in entries]
        if rows:
            self._db.execute(insert(table), rows)
