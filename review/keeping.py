"""The SQL of what keeps a vault from being lost or put back unseen: its backups, and its anchor: a base of `Store`."""

from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from review import schema
from review.records import Backup


def _backup(row: Row[Any]) -> Backup:
    return Backup(
        number=row.number,
        day=row.day,
        name=row.name,
        manifest=row.manifest,
        newest=row.newest,
        facts=row.facts,
        verified=row.verified,
    )


class KeepingStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- backups

    def add_backup(self, *, day: str, name: str, manifest: int, newest: int, facts: bytes) -> int:
        """A backup that was written and not verified yet; its number."""
        values = {"day": day, "name": name, "manifest": manifest, "newest": newest, "facts": facts}
        query = insert(schema.backups).values(values).returning(schema.backups.c.number)
        number: int = self._db.execute(query).scalar_one()
        return number

    def backup(self, number: int) -> Backup | None:
        """The backup of this number."""
        row = self._db.execute(select(schema.backups).where(schema.backups.c.number == number)).one_or_none()
        return None if row is None else _backup(row)

    def mark_verified(self, number: int, day: str) -> None:
        """It was opened elsewhere, and is what it must be."""
        self._db.execute(update(schema.backups).where(schema.backups.c.number == number).values(verified=day))

    def last_good_backup(self) -> Backup | None:
        """The newest one that was verified."""
        query = select(schema.backups).where(schema.backups.c.verified.is_not(None))
        row = self._db.execute(query.order_by(schema.backups.c.number.desc()).limit(1)).one_or_none()
        return None if row is None else _backup(row)

    def backed_up_until(self) -> int:
        """The newest manifest that a verified backup holds whole, with all before it; 0 if none."""
        condition = schema.backups.c.verified.is_not(None)
        return self._db.scalar(select(func.max(schema.backups.c.manifest)).where(condition)) or 0

    def forget_backups(self) -> None:
        """For a vault that was restored: what was backed up after this state it cannot know."""
        self._db.execute(delete(schema.backups))

    def count_rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {
            table.name: self._db.scalar(select(func.count()).select_from(table)) or 0
            for table in schema.metadata.sorted_tables
        }

    # --- the anchor

    def journal_head(self) -> tuple[int, bytes] | None:
        """Number and hash of the newest entry of the journal."""
        query = select(schema.journal.c.n, schema.journal.c.hash).order_by(schema.journal.c.n.desc()).limit(1)
        row = self._db.execute(query).one_or_none()
        return None if row is None else (row.n, row.hash)

    def journal_hash(self, n: int) -> bytes | None:
        """The hash of the entry of this number."""
        found: bytes | None = self._db.scalar(select(schema.journal.c.hash).where(schema.journal.c.n == n))
        return found

    def anchor_secret(self) -> bytes | None:
        """What hides the journal's end outside (32 bytes); none in a vault that was never anchored."""
        found: bytes | None = self._db.scalar(select(schema.anchor.c.secret))
        return found

    def set_anchor_secret(self, secret: bytes) -> None:
        """Once."""
        self._db.execute(insert(schema.anchor).values(id=1, secret=secret))
