"""The SQL of a vault about verification records, finished and being written: a base of `Store`."""

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from review import schema
from review.verification.versions import NO_DRAFT, Draft, StoredVersion, Version


class VerificationStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def verification_draft(self, number: int) -> Draft:
        """The draft of a case, empty when there is none."""
        table = schema.verification_drafts
        row = self._db.execute(select(table).where(table.c.number == number)).one_or_none()
        return NO_DRAFT if row is None else Draft(counter=row.counter, day=row.day, data=row.data)

    def set_verification_draft(self, number: int, draft: Draft) -> None:
        """Replaces the draft of a case."""
        values = {"counter": draft.counter, "day": draft.day, "data": draft.data}
        query = insert_or(schema.verification_drafts).values(number=number, **values)
        self._db.execute(query.on_conflict_do_update(index_elements=["number"], set_=values))

    def verification_versions(self, number: int) -> list[StoredVersion]:
        """The finished versions of a case, oldest first."""
        table = schema.verification_versions
        rows = self._db.execute(select(table).where(table.c.number == number).order_by(table.c.n))
        return [
            StoredVersion(version=Version(n=row.n, day=row.day, prev=row.prev, data=row.data), hash=row.hash)
            for row in rows
        ]

    def add_verification_version(self, number: int, stored: StoredVersion) -> None:
        """The next version of a case; one that is there is never written again."""
        one = stored.version
        values = {"number": number, "n": one.n, "day": one.day, "prev": one.prev, "data": one.data}
        self._db.execute(insert(schema.verification_versions).values(**values, hash=stored.hash))
