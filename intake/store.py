"""Everything intake keeps, and the only module that speaks SQL.

A transaction is a `with` block: `look` reads one state of the database, `change` writes, `alone` writes while nobody
else can. Each method is one statement, or the few that only make sense together.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, select, union_all, update
from sqlalchemy.dialects import postgresql

from intake import database, schema
from intake.errors import BusyError, IntakeError, RefusedError
from intake.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is known of an envelope without its bytes."""

    id: bytes
    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A closed day: its number, the day, the hash of its note, the note."""

    n: int
    day: str
    hash: bytes
    note: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One sealed piece of a reply, and the address of the mailbox it waits in."""

    mailbox: bytes
    day: str
    sha256: bytes
    data: bytes = field(repr=False)


# What every submission runs, built once.
_REVISION = select(schema.state.c.revision)
_HELD = union_all(
    *(select(table.c.sha256).where(table.c.id == bindparam("wanted")) for table in (schema.arrived, schema.closed))
)
_ADD = insert(schema.arrived)
_ADD_UNLESS_TAKEN = postgresql.insert(schema.arrived).on_conflict_do_nothing().returning(schema.arrived.c.id)


class Look:
    """Reads one state of the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def portal(self) -> str:
        """The portal this database belongs to."""
        portal: str = self._connection.execute(select(schema.state.c.portal)).scalar_one()
        return portal

    def revision(self) -> int:
        """Moves whenever directories were imported."""
        revision: int = self._connection.execute(_REVISION).scalar_one()
        return revision

    def open_from(self) -> str:
        """The first day that is not closed yet."""
        day: str = self._connection.execute(select(schema.state.c.open_from)).scalar_one()
        return day

    def directories(self) -> list[tuple[int, bytes]]:
        """Every directory note with its `seq`, ascending."""
        table = schema.directory
        return [(row.seq, row.note) for row in self._connection.execute(select(table).order_by(table.c.seq))]

    def key_file(self, sha256: bytes) -> bytes | None:
        """The key file of this hash."""
        table = schema.key_file
        return self._connection.scalar(select(table.c.data).where(table.c.sha256 == sha256))

    def key_files(self) -> Iterator[tuple[bytes, bytes]]:
        """Every key file with its hash, in the order of the hashes."""
        table = schema.key_file
        for row in self._connection.execute(select(table).order_by(table.c.sha256)):
            yield row.sha256, row.data

    def post_keys(self) -> Iterator[tuple[bytes, bytes]]:
        """Every sealed post key with the hash of its file, in the order of the hashes."""
        table = schema.post_key
        for row in self._connection.execute(select(table).order_by(table.c.sha256)):
            yield row.sha256, row.data

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

    def manifest_end(self) -> tuple[int, bytes] | None:
        """Number and hash of the newest manifest."""
        table = schema.manifest
        row = self._connection.execute(select(table.c.n, table.c.hash).order_by(table.c.n.desc()).limit(1)).first()
        return None if row is None else (row.n, row.hash)

    def manifest(self, n: int) -> bytes | None:
        """The note of one manifest."""
        table = schema.manifest
        return self._connection.scalar(select(table.c.note).where(table.c.n == n))

    def slots(self, mailbox: bytes, *, since: str, skip: int, most: int) -> list[bytes]:
        """Slots of a mailbox from this day on: newest day first, then by hash."""
        table = schema.slot
        query = select(table.c.data).where(table.c.mailbox == mailbox, table.c.day >= since)
        order = query.order_by(table.c.day.desc(), table.c.sha256)
        return list(self._connection.scalars(order.offset(skip).limit(most)))

    def delivered(self, sha256: bytes) -> bool:
        """Whether a slot of this hash ever came."""
        table = schema.delivered
        return self._connection.scalar(select(literal(1)).where(table.c.sha256 == sha256)) is not None

    def log_lines(self, month: str) -> list[bytes]:
        """The public log's lines of a month, in order."""
        table = schema.log
        return list(self._connection.scalars(select(table.c.line).where(table.c.month == month).order_by(table.c.n)))

    def whole_log(self) -> Iterator[bytes]:
        """Every line of the public log, in order."""
        table = schema.log
        yield from self._connection.scalars(select(table.c.line).order_by(table.c.n))

    def log_end(self) -> tuple[int, bytes] | None:
        """Number and bytes of the newest line of the public log."""
        table = schema.log
        row = self._connection.execute(select(table.c.n, table.c.line).order_by(table.c.n.desc()).limit(1)).first()
        return None if row is None else (row.n, row.line)

    def count(self) -> dict[str, int]:
        """How many rows each table has."""
        return {
            table.name: self._connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in schema.metadata.sorted_tables
        }


class Change(Look):
    """Reads and writes in one transaction."""

    def begin_portal(self, portal: str, day: str) -> None:
        """The one row of a new database."""
        self._connection.execute(insert(schema.state).values(one=1, portal=portal, revision=0, open_from=day))

    def add_directory(self, seq: int, note_hash: bytes, note: bytes) -> None:
        """A directory note; every worker reads anew."""
        self._connection.execute(insert(schema.directory).values(seq=seq, hash=note_hash, note=note))
        self._connection.execute(update(schema.state).values(revision=schema.state.c.revision + 1))

    def add_key_file(self, sha256: bytes, data: bytes) -> None:
        """A key file that was not there."""
        self._connection.execute(insert(schema.key_file).values(sha256=sha256, data=data))

    def add_post_key(self, sha256: bytes, data: bytes) -> None:
        """A sealed post key that was not there."""
        self._connection.execute(insert(schema.post_key).values(sha256=sha256, data=data))

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
        elif self._connection.scalar(_ADD_UNLESS_TAKEN, row) is None:
            return self._taken(submission.id)
        return submission.sha256

    def _taken(self, submission_id: bytes) -> bytes:
        sha256 = self.held(submission_id)
        if sha256 is None:  # and deleted since: the same again takes it
            raise BusyError
        return sha256

    def drop_submissions(self, ids: Sequence[bytes], reason: str) -> bool:
        """Their bytes are gone. On a closed day it is said why; on an open day nothing is left at all.

        Says, like `empty_mailbox`, whether there was anything; then `Store.wipe` is to follow.
        """
        arrived, closed, gone = schema.arrived, schema.closed, schema.gone
        dropped = self._connection.execute(delete(arrived).where(arrived.c.id.in_(ids))).rowcount
        held = update(closed).where(closed.c.id.in_(ids), closed.c.envelope.is_not(None))
        emptied = self._connection.scalars(held.values(envelope=None).returning(closed.c.id)).all()
        if emptied:  # by this transaction and no other: whoever deletes the same at once has waited for it
            self._connection.execute(insert(gone), [{"id": one, "reason": reason} for one in sorted(emptied)])
        return dropped + len(emptied) > 0

    def add_manifest(self, manifest: Manifest, last: bytes | None) -> None:
        """A manifest, and its rows up to the ID `last` moved over in the order of their IDs."""
        arrived, closed = schema.arrived, schema.closed
        self._connection.execute(
            insert(schema.manifest).values(n=manifest.n, day=manifest.day, hash=manifest.hash, note=manifest.note)
        )
        if last is None:
            return
        listed = (arrived.c.day == manifest.day) & (arrived.c.id <= last)
        rows = select(arrived.c.id, literal(manifest.n), arrived.c.length, arrived.c.sha256, arrived.c.envelope)
        columns = ["id", "n", "length", "sha256", "envelope"]
        self._connection.execute(insert(closed).from_select(columns, rows.where(listed).order_by(arrived.c.id)))
        self._connection.execute(delete(arrived).where(listed))

    def set_open_from(self, day: str) -> None:
        """The first day that is not closed yet."""
        self._connection.execute(update(schema.state).values(open_from=day))

    def add_slot(self, slot: Slot) -> None:
        """A slot that never came before; its hash is remembered."""
        self._connection.execute(
            insert(schema.slot).values(mailbox=slot.mailbox, day=slot.day, sha256=slot.sha256, data=slot.data)
        )
        self._connection.execute(insert(schema.delivered).values(sha256=slot.sha256))

    def empty_mailbox(self, mailbox: bytes) -> bool:
        """Its slots are gone; their hashes stay remembered, so that nothing comes back."""
        return self._connection.execute(delete(schema.slot).where(schema.slot.c.mailbox == mailbox)).rowcount > 0

    def drop_slots_before(self, day: str) -> None:
        """Replies that have waited long enough."""
        self._connection.execute(delete(schema.slot).where(schema.slot.c.day < day))

    def append_log(self, n: int, month: str, line: bytes) -> None:
        """The next line of the public log."""
        self._connection.execute(insert(schema.log).values(n=n, month=month, line=line))


class Store:
    """A database of this release."""

    def __init__(self, url: str, limits: Limits, *, capped: bool = False) -> None:
        self.engine = database.connect(url, limits, capped=capped)

    @classmethod
    def open(cls, url: str, limits: Limits, portal: str, *, capped: bool = False) -> "Store":
        """Refuses a database of another release or portal."""
        store = cls(url, limits, capped=capped)
        try:
            store._check(portal)
        except IntakeError:
            store.close()
            raise
        return store

    def _check(self, portal: str) -> None:
        if database.schema_version(self.engine) != schema.VERSION:
            raise RefusedError(
                "the database cannot be read, or has not been brought to this release (`intake upgrade`)"
            )
        with self.look() as look:
            if look.portal() != portal:
                raise RefusedError("the database belongs to another portal")

    @contextmanager
    def look(self) -> Iterator[Look]:
        """One state of the database, whatever others write meanwhile."""
        with database.transaction(self.engine, writes=False) as connection:
            yield Look(connection)

    @contextmanager
    def change(self) -> Iterator[Change]:
        """All or nothing, and never while a day is being closed."""
        with self._locked(shared=True) as connection:
            yield Change(connection)

    @contextmanager
    def alone(self) -> Iterator[Change]:
        """All or nothing, while nobody else can write: the closing lock."""
        with self._locked(shared=False) as connection:
            yield Change(connection)

    @contextmanager
    def _locked(self, *, shared: bool) -> Iterator[Connection]:
        with database.transaction(self.engine, writes=True) as connection:
            database.lock(connection, schema.state, shared=shared)
            yield connection

    def settle(self) -> None:
        """See `database.settle`."""
        database.settle(self.engine)

    def wipe(self) -> None:
        """See `database.wipe`."""
        database.wipe(self.engine)

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()
