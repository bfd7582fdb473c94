"""What vaults said they have kept (FORMAT.md 9.6)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, insert, literal, select

from intake import schema
from intake.store.rows import Rows
from intake.store.values import StoredRecord

_record = schema.record


class LookAtRecords(Rows):
    """Reads records."""

    def records(self, vault: str) -> Iterator[StoredRecord]:
        """All of a vault's, newest first: by number, then day, then hash."""
        order = (_record.c.n.desc(), _record.c.day.desc(), _record.c.hash)
        for row in self._connection.execute(select(_record).where(_record.c.vault == vault).order_by(*order)):
            yield _stored(row)

    def records_by_day(self, vault: str) -> Iterator[StoredRecord]:
        """All of a vault's, latest day first, then by number; of two with one number, the one that names less first."""
        order = (_record.c.day.desc(), _record.c.n.desc(), _record.c.manifest, _record.c.hash)
        for row in self._connection.execute(select(_record).where(_record.c.vault == vault).order_by(*order)):
            yield _stored(row)

    def has_record(self, record: StoredRecord) -> bool:
        """Whether exactly this one is here."""
        same = (_record.c.vault == record.vault, _record.c.n == record.n, _record.c.hash == record.hash)
        return self._connection.scalar(select(literal(1)).where(*same)) is not None


class ChangeRecords(LookAtRecords):
    """Writes them."""

    def add_record(self, record: StoredRecord) -> None:
        """A record that was not there; every worker reads anew."""
        self._connection.execute(
            insert(_record).values(
                vault=record.vault,
                n=record.n,
                hash=record.hash,
                day=record.day,
                manifest=record.manifest,
                backed_up=int(record.backed_up),
                note=record.note,
            )
        )
        self._set_state(revision=schema.state.c.revision + 1)


def _stored(row: "Row[Any]") -> StoredRecord:
    return StoredRecord(
        vault=row.vault,
        n=row.n,
        day=row.day,
        manifest=row.manifest,
        backed_up=bool(row.backed_up),
        hash=row.hash,
        note=row.note,
    )
