"""What of closed days is still held and where it lies, and what is gone: counted, and looked up for some at once."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, text

from intake import schema
from intake.store.rows import Rows, chunks
from intake.store.values import Part

_arrived, _closed, _gone = schema.arrived, schema.closed, schema.gone
_part, _staging = schema.part, schema.staging
_LAY_PARTS = (
    "WITH listed AS (DELETE FROM part USING {owner} WHERE part.id = {owner}.id{and_}"
    " RETURNING part.id, part.name, part.sha256, part.data)"
    " INSERT INTO part (id, name, sha256, data) SELECT id, name, sha256, data FROM listed ORDER BY id, name"
)
_LAY_LISTED = text(_LAY_PARTS.format(owner="closed", and_=" AND closed.n = :n"))
_LAY_WAITING = text(_LAY_PARTS.format(owner="staging", and_=""))
_LEVEL_WAITING = text("UPDATE staging SET parts = parts")


class LookAtKept(Rows):
    """Reads both."""

    def left(self) -> dict[int, int]:
        """How many entries of each manifest are not gone, ascending; manifests without any are left out."""
        counted = select(_closed.c.n, func.count().label("left")).group_by(_closed.c.n).order_by(_closed.c.n)
        joined = counted.outerjoin(_gone, _gone.c.id == _closed.c.id).where(_gone.c.id.is_(None))
        return {row.n: row.left for row in self._connection.execute(joined)}

    def held_among(self, ids: Sequence[bytes]) -> list[bytes]:
        """Those whose bytes are still here, of closed days."""
        held: list[bytes] = []
        for some in chunks(ids):
            query = select(_closed.c.id).where(_closed.c.id.in_(some), _closed.c.envelope.is_not(None))
            held += self._connection.scalars(query)
        return held

    def all_gone(self) -> Iterator[tuple[int, bytes, str]]:
        """Manifest, ID and reason of all that is gone, in the order of manifests and IDs."""
        query = select(_closed.c.n, _gone.c.id, _gone.c.reason).join(_closed, _closed.c.id == _gone.c.id)
        for row in self._connection.execute(query.order_by(_closed.c.n, _gone.c.id)):
            yield row.n, row.id, row.reason

    def early(self) -> dict[int, int]:
        """How many entries of each manifest were deleted at the limit; manifests without any are left out."""
        query = select(_closed.c.n, func.count().label("early")).join(_gone, _gone.c.id == _closed.c.id)
        rows = self._connection.execute(query.where(_gone.c.reason == "limit").group_by(_closed.c.n))
        return {row.n: row.early for row in rows}

    def open_envelope(self, submission_id: bytes) -> bytes | None:
        """The bytes of a submission that stands in no manifest yet."""
        return self._connection.scalar(select(_arrived.c.envelope).where(_arrived.c.id == submission_id))

    def open_parts(self) -> Iterator[Part]:
        """Parts that stand in no manifest, by ID and name."""
        query = select(_part.c.id, _part.c.name, _part.c.sha256).where(_part.c.id.not_in(select(_closed.c.id)))
        for row in self._connection.execute(query.order_by(_part.c.id, _part.c.name)):
            yield Part(id=row.id, name=row.name, sha256=row.sha256)

    def stray_parts(self) -> int:
        """Parts of nothing: neither waiting for an envelope, nor of an open day, nor in a manifest."""
        owners = [select(table.c.id) for table in (_staging, _arrived, _closed)]
        query = select(func.count()).select_from(_part).where(*(_part.c.id.not_in(ids) for ids in owners))
        return self._connection.execute(query).scalar_one()

    def miscounted(self) -> int:
        """IDs that wait for an envelope with another number of parts than they have, or though it has come."""
        parts = select(func.count()).where(_part.c.id == _staging.c.id).scalar_subquery()
        come = [_staging.c.id.in_(select(table.c.id)) for table in (_arrived, _closed)]
        query = select(func.count()).select_from(_staging).where((_staging.c.parts != parts) | come[0] | come[1])
        return self._connection.execute(query).scalar_one()


class ChangeKept(LookAtKept):
    """Moves what is held."""

    def lay_parts(self, n: int) -> None:
        """Parts of a manifest lie in the order of their keys, as if they had come with this transaction.

        Envelopes move to another table when their day is closed, parts do not: PostgreSQL would keep the order in which
        they came, in its numbers of transactions and of large values. SQLite keeps none once its file is written anew.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(_LAY_LISTED, {"n": n})

    def lay_waiting(self) -> None:
        """The same for parts that wait for their envelope."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(_LAY_WAITING)
            self._connection.execute(_LEVEL_WAITING)
