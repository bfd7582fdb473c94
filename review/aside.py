"""The SQL of a vault about what opened and was not taken: a base of `Store`."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, exists, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from crypto.wire.digest import sha256
from review import schema
from review.records import SetAside


class AsideStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def set_aside(self, n: int, submission: bytes, arrived: str, reason: str, data: bytes) -> bool:
        """Keeps what opened and was not taken; false when these bytes are kept already."""
        values = {"n": n, "submission": submission, "arrived": arrived, "reason": reason, "data": data}
        row = insert_or(schema.aside).values(**values, sha256=sha256(data))
        result = self._db.execute(row.on_conflict_do_nothing())
        return result.rowcount == 1

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

    def stands_aside(self, n: int, submission: bytes, reason: str) -> bool:
        """Whether what came with this submission stands aside for this reason."""
        table = schema.aside
        here = (table.c.n == n) & (table.c.submission == submission) & (table.c.reason == reason)
        return bool(self._db.scalar(select(exists().where(here))))

    def take_from_aside(self, n: int, submission: bytes) -> bytes:
        """The bytes of one that stands aside, which from now on does no longer."""
        table = schema.aside
        here = (table.c.n == n) & (table.c.submission == submission)
        data: bytes = self._db.scalars(delete(table).where(here).returning(table.c.data)).one()
        return data

    def count_aside(self) -> int:
        """How much was set aside."""
        return self._db.scalar(select(func.count()).select_from(schema.aside)) or 0
