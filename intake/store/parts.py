"""Parts of attachments streams: staged until their envelope comes, and with it from then on."""

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, delete, func, insert, select, update

from crypto.wire.attachments import PART_LENGTH
from intake import database, postgresql, schema
from intake.store.rows import Rows, chunks
from intake.store.values import Part

_part, _staging = schema.part, schema.staging
_NAMED = (_part.c.id, _part.c.name, _part.c.sha256)
# What every submission runs, built once.
_COUNT = select(func.count()).where(_part.c.id == bindparam("wanted"))
_UNSTAGE = delete(_staging).where(_staging.c.id == bindparam("wanted"))


class LookAtParts(Rows):
    """Reads parts."""

    def parts(self, submission_id: bytes) -> list[Part]:
        """What came under this ID, gone or not, in the order of the names."""
        rows = self._connection.execute(select(*_NAMED).where(_part.c.id == submission_id).order_by(_part.c.name))
        return [Part(id=row.id, name=row.name, sha256=row.sha256) for row in rows]

    def count_parts(self, submission_id: bytes) -> int:
        """How many that are."""
        return self._connection.scalar(_COUNT, {"wanted": submission_id}) or 0

    def part(self, submission_id: bytes, name: bytes) -> bytes | None:
        """The bytes of one part, unless they are gone."""
        wanted = (_part.c.id == submission_id) & (_part.c.name == name)
        return self._connection.scalar(select(_part.c.data).where(wanted))

    def parts_waiting(self, day: str, last: bytes, most: int) -> Iterator[Part]:
        """The first parts, by ID, then name, of a day's submissions that stand in no manifest yet, up to ID `last`."""
        arrived = schema.arrived
        of_day = select(*_NAMED).join(arrived, arrived.c.id == _part.c.id).where(arrived.c.day == day)
        in_order = of_day.where(_part.c.id <= last).order_by(_part.c.id, _part.c.name)
        for row in self._connection.execute(in_order.limit(most)):
            yield Part(id=row.id, name=row.name, sha256=row.sha256)

    def count_staged(self) -> int:
        """How many parts wait for their envelopes, of all submissions together."""
        return self._connection.scalar(select(func.sum(_staging.c.parts))) or 0

    def staged_before(self, day: str, most: int, *, but: bytes) -> Sequence[bytes]:
        """The first IDs, oldest day first, whose parts wait since before this day."""
        query = select(_staging.c.id).where(_staging.c.day < day, _staging.c.id != but)
        return self._connection.scalars(query.order_by(_staging.c.day, _staging.c.id).limit(most)).all()

    def bytes_used(self) -> int:
        """What the room for parts is judged by: in SQLite all that is in use, elsewhere the bytes of parts."""
        used = database.pages_used(self._connection)
        if used is not None:
            return used
        held = select(func.count()).select_from(_part).where(_part.c.data.is_not(None))
        return PART_LENGTH * self._connection.execute(held).scalar_one()


class ChangeParts(LookAtParts):
    """Writes them."""

    def add_part(self, part: Part, data: bytes, day: str) -> None:
        """A part that was not there, of a submission without envelope, which waits since `day` if it is the first."""
        row = {"id": part.id, "name": part.name, "sha256": part.sha256, "data": data}
        self._connection.execute(insert(_part), row)
        one_more = update(_staging).where(_staging.c.id == part.id).values(parts=_staging.c.parts + 1)
        if not self._connection.execute(one_more).rowcount:
            self._connection.execute(insert(_staging).values(id=part.id, day=day, parts=1))

    def unstage(self, submission_id: bytes) -> None:
        """Its parts wait no longer: the envelope is there."""
        self._connection.execute(_UNSTAGE, {"wanted": submission_id})

    def drop_staged(self, submission_id: bytes, day: str) -> bool:
        """Parts that wait for an envelope since before this day are gone, unless somebody is busy with them."""
        if self._connection.dialect.name == "postgresql" and not postgresql.try_claim(self._connection, submission_id):
            return False
        waiting = (_staging.c.id == submission_id) & (_staging.c.day < day)
        if not self._connection.execute(delete(_staging).where(waiting)).rowcount:
            return False
        self._connection.execute(delete(_part).where(_part.c.id == submission_id))
        return True

    def drop_staged_before(self, day: str) -> bool:
        """All parts that wait for an envelope since before this day are gone; whether there were any."""
        ids = self._connection.scalars(select(_staging.c.id).where(_staging.c.day < day)).all()
        for some in chunks(ids):
            self._connection.execute(delete(_part).where(_part.c.id.in_(some)))
            self._connection.execute(delete(_staging).where(_staging.c.id.in_(some)))
        return bool(ids)
