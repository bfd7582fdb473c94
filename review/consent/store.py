"""The SQL of a vault about consent: a base of `Store`."""

from sqlalchemy import Connection, exists, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from crypto.wire.frame import REPLY_FRAMES, fill
from review import schema
from review.verification.versions import StoredVersion, Version


class ConsentStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def consent_entries(self, number: int) -> list[StoredVersion]:
        """The consent record of a case, oldest entry first."""
        table = schema.consent_entries
        rows = self._db.execute(select(table).where(table.c.number == number).order_by(table.c.n))
        return [
            StoredVersion(version=Version(n=row.n, day=row.day, prev=row.prev, data=row.data), hash=row.hash)
            for row in rows
        ]

    def add_consent_entry(self, number: int, stored: StoredVersion) -> None:
        """The next entry of a case; one that is there is never written again."""
        one = stored.version
        values = {"number": number, "n": one.n, "day": one.day, "prev": one.prev, "data": one.data}
        self._db.execute(insert(schema.consent_entries).values(**values, hash=stored.hash))

    def add_consent_request(self, request: bytes, reply_id: bytes) -> None:
        """That the frame of this reply, which asks for consent, has this SHA-256."""
        self._db.execute(insert(schema.consent_requests).values(sha256=request, reply=reply_id))

    def consent_requests(self, number: int) -> list[tuple[int, bytes]]:
        """What was asked in a case: the turn of each request, and its whole frame; oldest first."""
        requests, replies = schema.consent_requests, schema.replies
        query = select(replies.c.turn, replies.c.data, replies.c.signature).join(requests)
        rows = self._db.execute(query.where(replies.c.number == number).order_by(replies.c.turn))
        return [(row.turn, fill(row.data, row.signature, REPLY_FRAMES)) for row in rows]

    def consent_request(self, request: bytes) -> tuple[int, int, bytes] | None:
        """Case, turn and frame of the request with this SHA-256, if this vault asked it."""
        requests, replies = schema.consent_requests, schema.replies
        query = select(replies.c.number, replies.c.turn, replies.c.data, replies.c.signature).join(requests)
        row = self._db.execute(query.where(requests.c.sha256 == request)).one_or_none()
        return None if row is None else (row.number, row.turn, fill(row.data, row.signature, REPLY_FRAMES))

    def said_in(self, number: int, kind: str) -> list[tuple[int, str, bytes]]:
        """The writer's messages of one kind: turn, the day each arrived, and its bytes; in order."""
        table = schema.messages
        query = select(table.c.turn, table.c.arrived, table.c.data).where(table.c.number == number)
        rows = self._db.execute(query.where(table.c.kind == kind).order_by(table.c.turn))
        return [(row.turn, row.arrived, row.data) for row in rows]

    def remember_unheard(self, data_hash: bytes, thread: bytes) -> None:
        """That this thread signed what has this SHA-256, and that this release cannot read it."""
        row = insert_or(schema.unheard).values(sha256=data_hash, thread=thread)
        self._db.execute(row.on_conflict_do_nothing())

    def is_unheard(self, thread: bytes) -> bool:
        """Whether a message of this thread stands aside as not understood."""
        unheard, aside = schema.unheard, schema.aside
        here = (unheard.c.thread == thread) & (aside.c.sha256 == unheard.c.sha256)
        return bool(self._db.scalar(select(exists().where(here, aside.c.reason == "not-understood"))))
