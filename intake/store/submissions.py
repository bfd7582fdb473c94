"""Envelopes: of days that are open, and of days that stand in a manifest."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import bindparam, delete, insert, literal, select, union_all, update
from sqlalchemy.sql.dml import ReturningInsert

from intake import schema
from intake.errors import BusyError
from intake.store.rows import Rows, chunks
from intake.store.values import Manifest, Submission

# What every submission runs, built once.
_HELD = union_all(
    *(select(table.c.sha256).where(table.c.id == bindparam("wanted")) for table in (schema.arrived, schema.closed))
)
_ADD = insert(schema.arrived)


@cache
def _add_unless_taken() -> ReturningInsert[tuple[bytes]]:
    from sqlalchemy.dialects import postgresql  # loads every driver that it knows, and SQLite needs none

    return postgresql.insert(schema.arrived).on_conflict_do_nothing().returning(schema.arrived.c.id)


class LookAtSubmissions(Rows):
    """Reads envelopes and manifests."""

    def held(self, submission_id: bytes) -> bytes | None:
        """The SHA-256 of what was taken under this ID, even when its bytes are gone."""
        sha256: bytes | None = self._connection.scalar(_HELD, {"wanted": submission_id})
        return sha256

    def envelope(self, submission_id: bytes) -> bytes | None:
        """The bytes of a submission of a closed day, unless they are gone."""
        table = schema.closed
        return self._connection.scalar(select(table.c.envelope).where(table.c.id == submission_id))

    def gone(self, n: int) -> list[tuple[bytes, str]]:
        """IDs of manifest `n` whose bytes are gone, and why; sorted."""
        table, closed = schema.gone, schema.closed
        query = select(table).join(closed, closed.c.id == table.c.id).where(closed.c.n == n).order_by(table.c.id)
        return [(row.id, row.reason) for row in self._connection.execute(query)]

    def open_days(self) -> list[str]:
        """The days, ascending, of submissions that stand in no manifest yet."""
        day = schema.arrived.c.day
        return list(self._connection.scalars(select(day).distinct().order_by(day)))

    def waiting(self, day: str, most: int) -> list[Submission]:
        """The first submissions, in the order of their IDs, of a day that stand in no manifest yet."""
        table = schema.arrived
        columns = (table.c.id, table.c.length, table.c.sha256)
        rows = self._connection.execute(select(*columns).where(table.c.day == day).order_by(table.c.id).limit(most))
        return [Submission(id=row.id, length=row.length, sha256=row.sha256) for row in rows]

    def manifest_heads(self) -> list[tuple[int, str, bytes]]:
        """Number, day and hash of every manifest, ascending."""
        table = schema.manifest
        rows = self._connection.execute(select(table.c.n, table.c.day, table.c.hash).order_by(table.c.n))
        return [(row.n, row.day, row.hash) for row in rows]

    def closings(self) -> dict[int, str]:
        """Since which day each manifest can be carried, by its number."""
        table = schema.manifest
        return {row.n: row.closed_on for row in self._connection.execute(select(table.c.n, table.c.closed_on))}

    def manifest_end(self) -> tuple[int, bytes] | None:
        """Number and hash of the newest manifest."""
        table = schema.manifest
        row = self._connection.execute(select(table.c.n, table.c.hash).order_by(table.c.n.desc()).limit(1)).first()
        return None if row is None else (row.n, row.hash)

    def manifest(self, n: int) -> bytes | None:
        """The note of one manifest."""
        table = schema.manifest
        return self._connection.scalar(select(table.c.note).where(table.c.n == n))


class ChangeSubmissions(LookAtSubmissions):
    """Writes them."""

    def add_submission(self, submission: Submission, day: str, envelope: bytes) -> bytes:
        """A submission whose ID is not held; the SHA-256 of what is held now.

        That is another one's where transactions run side by side, as in PostgreSQL, and somebody took the ID just now.
        """
        row = {
            "id": submission.id,
            "day": day,
            "length": submission.length,
            "sha256": submission.sha256,
            "envelope": envelope,
        }
        if self._connection.dialect.name != "postgresql":
            self._connection.execute(_ADD, row)
        elif self._connection.scalar(_add_unless_taken(), row) is None:
            return self._taken(submission.id)
        return submission.sha256

    def _taken(self, submission_id: bytes) -> bytes:
        sha256 = self.held(submission_id)
        if sha256 is None:  # and deleted since: the same again takes it
            raise BusyError
        return sha256

    def drop_submissions(self, ids: Sequence[bytes], reason: str) -> bool:
        """Their bytes, and those of their parts, are gone. On a closed day it is said why, and the hashes stay; on an
        open day, and of parts that wait for an envelope, nothing is left at all.

        Says, like `empty_mailbox`, whether there was anything; then `Store.wipe` is to follow.
        """
        dropped = [self._drop_open(some) + self._drop_closed(some, reason) for some in chunks(ids)]
        return sum(dropped) > 0

    def _drop_open(self, ids: Sequence[bytes]) -> int:
        arrived, closed, part, staging = schema.arrived, schema.closed, schema.part, schema.staging
        listed = select(closed.c.id).where(closed.c.id.in_(ids))
        return sum(
            self._connection.execute(statement).rowcount
            for statement in (
                delete(staging).where(staging.c.id.in_(ids)),
                delete(arrived).where(arrived.c.id.in_(ids)),
                delete(part).where(part.c.id.in_(ids), part.c.id.not_in(listed)),
            )
        )

    def _drop_closed(self, ids: Sequence[bytes], reason: str) -> int:
        closed, part = schema.closed, schema.part
        held = update(closed).where(closed.c.id.in_(ids), closed.c.envelope.is_not(None))
        emptied = self._connection.scalars(held.values(envelope=None).returning(closed.c.id)).all()
        if emptied:  # by this transaction and no other: whoever deletes the same at once has waited for it
            self._connection.execute(update(part).where(part.c.id.in_(emptied)).values(data=None))
            rows = [{"id": one, "reason": reason} for one in sorted(emptied)]
            self._connection.execute(insert(schema.gone), rows)
        return len(emptied)

    def count_from(self, day: str) -> None:
        """What is deleted at the limit was there to be carried from this day on, or from a later one."""
        table = schema.manifest
        self._connection.execute(update(table).where(table.c.closed_on < day).values(closed_on=day))

    def bring_within(self, first: str, last: str) -> None:
        """What came under a day before `first` or after `last`, because a clock was wrong, came on that day; parts that
        wait for their envelope since before `first` have waited so long."""
        arrived, staging = schema.arrived, schema.staging
        self._connection.execute(update(arrived).where(arrived.c.day < first).values(day=first))
        for table in (arrived, staging):
            self._connection.execute(update(table).where(table.c.day > last).values(day=last))

    def add_manifest(self, manifest: Manifest, last: bytes | None) -> None:
        """A manifest, and its rows up to the ID `last` moved over in the order of their IDs."""
        arrived, closed = schema.arrived, schema.closed
        self._connection.execute(
            insert(schema.manifest).values(
                n=manifest.n,
                day=manifest.day,
                hash=manifest.hash,
                note=manifest.note,
                closed_on=manifest.closed_on,
            )
        )
        if last is None:
            return
        listed = (arrived.c.day == manifest.day) & (arrived.c.id <= last)
        rows = select(arrived.c.id, literal(manifest.n), arrived.c.length, arrived.c.sha256, arrived.c.envelope)
        columns = ["id", "n", "length", "sha256", "envelope"]
        self._connection.execute(insert(closed).from_select(columns, rows.where(listed).order_by(arrived.c.id)))
        self._connection.execute(delete(arrived).where(listed))
