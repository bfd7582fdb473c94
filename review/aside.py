"""The SQL of a vault about what opened and was not taken: a base of `Store`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from crypto.wire.digest import sha256
from review import schema
from review.records import SetAside


class AsideStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def set_aside(self, n: int, submission: bytes, arrived: str, reason: str, data: bytes) -> bool:
        """Keeps what opened and was not taken; false when these bytes are kept already.

        A submission that brings again what stands aside for a later release is remembered: its parts may be the right
        ones.
        """
        values = {"n": n, "submission": submission, "arrived": arrived, "sha256": sha256(data)}
        row = insert_or(schema.aside).values(**values, reason=reason, data=data)
        is_new = self._db.execute(row.on_conflict_do_nothing()).rowcount == 1
        if not is_new and reason == "not-understood" and not self._is_here(schema.aside, n, submission):
            self._db.execute(insert_or(schema.aside_again).values(values).on_conflict_do_nothing())
        return is_new

    def aside(self) -> list[SetAside]:
        """What was set aside, newest first."""
        table = schema.aside
        rows = self._db.execute(
            select(table.c.submission, table.c.arrived, table.c.reason).order_by(
                table.c.arrived.desc(), table.c.submission
            )
        )
        return [SetAside(submission=row.submission, arrived=row.arrived, reason=row.reason) for row in rows]

    def aside_for(self, reasons: Sequence[str]) -> list[tuple[int, SetAside]]:
        """What stands aside for one of these reasons, oldest first, each with the counter of its manifest."""
        table = schema.aside
        query = select(table.c.n, table.c.submission, table.c.arrived, table.c.reason).where(
            table.c.reason.in_(reasons)
        )
        rows = self._db.execute(query.order_by(table.c.n, table.c.submission)).all()
        return [(row.n, SetAside(submission=row.submission, arrived=row.arrived, reason=row.reason)) for row in rows]

    def waits_for_release(self, n: int, submission: bytes) -> bool:
        """Whether what came with this submission stands aside because this release does not understand it."""
        not_understood = schema.aside.c.reason == "not-understood"
        return self._is_here(schema.aside, n, submission, not_understood) or self._is_here(
            schema.aside_again, n, submission
        )

    def take_from_aside(self, n: int, submission: bytes) -> tuple[bytes, list[tuple[int, bytes, str]]]:
        """The bytes of one that stands aside, which from now on does no longer; and who brought them again, and when.

        Counter of the manifest, ID and day of each further submission, oldest first.
        """
        first, again = schema.aside, schema.aside_again
        here = (first.c.n == n) & (first.c.submission == submission)
        data, digest = self._db.execute(select(first.c.data, first.c.sha256).where(here)).one()
        rows = self._db.execute(select(again).where(again.c.sha256 == digest).order_by(again.c.n, again.c.submission))
        others = [(row.n, row.submission, row.arrived) for row in rows]
        self._db.execute(delete(again).where(again.c.sha256 == digest))
        self._db.execute(delete(first).where(here))
        return data, others

    def count_aside(self) -> int:
        """How much was set aside."""
        return self._db.scalar(select(func.count()).select_from(schema.aside)) or 0

    def _is_here(self, table: Table, n: int, submission: bytes, *further: ColumnElement[bool]) -> bool:
        here = exists().where(table.c.n == n, table.c.submission == submission, *further)
        return bool(self._db.scalar(select(here)))
