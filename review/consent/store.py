"""The SQL of a vault about consent: a base of `Store`."""

from sqlalchemy import Connection, exists, func, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from crypto.wire.frame import REPLY_FRAMES, fill
from review import schema
from review.verification.versions import StoredVersion, Version

# Why a message was set aside though it reads well and its thread has signed it (`review.opening`).
_READABLE = ("other-portal", "misdirected", "same-id")


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
        """That this thread signed what has this SHA-256 and was set aside: it may be a no, or is one."""
        row = insert_or(schema.unheard).values(sha256=data_hash, thread=thread)
        self._db.execute(row.on_conflict_do_nothing())

    def is_unheard(self, thread: bytes) -> bool:
        """Whether a message of this thread stands aside as not understood."""
        unheard, aside = schema.unheard, schema.aside
        here = (unheard.c.thread == thread) & (aside.c.sha256 == unheard.c.sha256)
        return bool(self._db.scalar(select(exists().where(here, aside.c.reason == "not-understood"))))

    def set_aside_of(self, thread: bytes) -> list[tuple[str, bytes]]:
        """What this thread signed and was set aside though this release can read it: the day it arrived, its frame."""
        unheard, aside = schema.unheard, schema.aside
        query = select(aside.c.arrived, aside.c.data).join(unheard, aside.c.sha256 == unheard.c.sha256)
        rows = self._db.execute(query.where(unheard.c.thread == thread, aside.c.reason.in_(_READABLE)))
        return [(row.arrived, row.data) for row in rows]

    def entries_written(self, pseudonym: str) -> int:
        """How many entries the journal says were written into the consent record of a case."""
        table, start = schema.journal, f"{pseudonym} "
        condition = (table.c.what == "consent-written") & table.c.about.startswith(start, autoescape=True)
        about = self._db.scalar(select(table.c.about).where(condition).order_by(table.c.n.desc()).limit(1))
        return 0 if about is None else int(about.removeprefix(start).split()[0])

    def is_older_copy(self) -> bool:
        """Whether the vault was older than the station remembers when it was opened last (`review.anchoring`)."""
        table = schema.journal
        opened = self._last("vault-opened")
        return self._db.scalar(select(table.c.what).where(table.c.n == opened - 1)) == "vault-older"

    def waits_for_bundle(self) -> bool:
        """Whether nothing was imported since the vault was restored from a backup."""
        return self._last("vault-restored") > self._last("file-taken", "bundle ")

    def newest_day(self) -> str:
        """The newest day that the journal or an imported manifest knows; empty when there is none."""
        days = [self._db.scalar(select(func.max(table.c.day))) for table in (schema.journal, schema.days)]
        return max(day or "" for day in days)

    def _last(self, what: str, start: str = "") -> int:
        """The number of the newest entry of the journal that says this; 0 when there is none."""
        table = schema.journal
        query = select(func.max(table.c.n)).where(table.c.what == what, table.c.about.startswith(start))
        return self._db.scalar(query) or 0
