"""The engine behind the store: how a database is opened, brought to the newest schema, and left without traces.

SQLite: write-ahead log, every commit on the disk before it counts, deleted bytes overwritten. Transactions that write
take their lock at the start. Statements and their values are never logged. Nobody waits for others without an end.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, create_engine, event, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from intake import postgresql
from intake.drivers import meaning
from intake.errors import AwayError, BusyError, FullError, RefusedError
from intake.limits import Limits

SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "secure_delete": "ON",
    "trusted_schema": "OFF",
    "cell_size_check": "ON",
}
TRACES = "this database keeps the order and the time of arrival on its disk: see deploy/INTAKE.md"
"""What is said of every database that is not SQLite."""

_WRITES = "writes"
_WIPE_MILLISECONDS = 500
_AGAIN_SECONDS = 0.02
_PASSWORDS = ("password", "passwd", "sslpassword")
# 5209 sets our locks on submissions apart from any other that somebody takes in the same database.
_CLAIM = text("SELECT pg_advisory_xact_lock(5209, key) FROM unnest(CAST(:keys AS integer[])) AS key")
_TRY_CLAIM = text("SELECT pg_try_advisory_xact_lock(5209, CAST(:key AS integer))")


def is_sqlite(url: str) -> bool:
    """Whether what this release promises about order and time can be kept: other databases tell both on their disks."""
    return _parsed(url).get_backend_name() == "sqlite"


def holds_password(url: str) -> bool:
    """Whether who sees the URL can open the database."""
    parsed = _parsed(url)
    return parsed.password is not None or any(name in parsed.query for name in _PASSWORDS)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise RefusedError("the database is not an SQLAlchemy URL") from None


def connect(url: str, limits: Limits, *, capped: bool = False) -> Engine:
    """An engine on which nothing has run yet; `capped` ones refuse to grow beyond the limit for submissions."""
    return _sqlite(url, limits, capped=capped) if is_sqlite(url) else _server(url, limits)


def _server(url: str, limits: Limits) -> Engine:
    """As many connections as requests are handled at once; nobody waits longer for a lock than with SQLite."""
    try:
        engine = create_engine(
            url, hide_parameters=True, pool_size=limits.threads, max_overflow=0, pool_timeout=limits.busy_seconds
        )
    except (ImportError, NoSuchModuleError):
        raise RefusedError("the driver of this database is not installed") from None
    if engine.dialect.name == "postgresql":

        @event.listens_for(engine, "connect")
        def prepare(connection: DBAPIConnection, _record: object) -> None:
            cursor = connection.cursor()
            cursor.execute(f"SET lock_timeout = '{limits.busy_seconds}s'")
            cursor.close()
            connection.commit()

    return engine


def _sqlite(url: str, limits: Limits, *, capped: bool) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=limits.threads,
        connect_args={"timeout": limits.busy_seconds, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for name, value in SQLITE_PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")
        if capped:
            (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {limits.database_bytes // page_bytes}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    """One transaction; a database that is locked, full or away raises a `StoreError` with nothing changed.

    Only of a commit during which the connection broke nobody knows: doing the same again is right then, too.
    """
    with _understood(), engine.connect() as connection:
        if engine.dialect.name != "sqlite" and not writes:
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.execution_options(**{_WRITES: writes}).begin():
            yield connection


@contextmanager
def _understood() -> Iterator[None]:
    """What a driver says about the state of the database becomes a `StoreError`."""
    try:
        yield
    except PoolTimeoutError:
        raise BusyError from None
    except MemoryError:  # how Python's driver says what SQLite calls SQLITE_NOMEM
        raise FullError from None
    except DBAPIError as error:
        known = meaning(error.orig)
        if known is None:
            raise
        raise known from None


def lock(connection: Connection, table: Table, *, shared: bool) -> None:
    """Until the transaction ends, this table is shared with others that share it, or nobody else has it.

    Whoever asks first is first: who shares it never keeps out for long who wants it alone. (Locks on a row would: in
    PostgreSQL those who share one go past those who wait.) SQLite's transactions that write are alone anyway.
    """
    if connection.dialect.name == "postgresql":
        mode = "ROW SHARE" if shared else "EXCLUSIVE"
        connection.execute(text(f"LOCK TABLE {table.name} IN {mode} MODE"))
    elif connection.dialect.name != "sqlite":
        connection.execute(select(table).with_for_update(read=shared)).all()


def claim(connection: Connection, ids: Iterable[bytes]) -> None:
    """Until the transaction ends, no other one that claims one of these has begun to look at what lies under them.

    SQLite's transactions that write are alone anyway. PostgreSQL locks the first byte of each, so that nobody who
    claims very many takes all the locks there are; and those in order, so that no two wait for each other.
    """
    if connection.dialect.name == "postgresql" and (keys := sorted({one[0] for one in ids})):
        connection.execute(_CLAIM, {"keys": keys})


def try_claim(connection: Connection, one: bytes) -> bool:
    """The same for one more, without waiting; whether that could be had."""
    if connection.dialect.name != "postgresql":
        return True
    claimed: bool = connection.execute(_TRY_CLAIM, {"key": one[0]}).scalar_one()
    return claimed


def settle(engine: Engine) -> None:
    """After rows have moved: nothing left in the file or its log tells where, or in which order, they once lay.

    Overwriting what was deleted is not enough for that: the order in which SQLite gave its pages away, and took them
    back, would still tell the order of arrival. So the file is written anew, in the order of its keys; in PostgreSQL
    each table. What remains there stands in deploy/INTAKE.md.
    """
    if engine.dialect.name == "postgresql":
        _settle_postgresql(engine)
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        try:
            _empty_log(cursor)  # or its index would keep, behind what this writes, the order of what it held
            cursor.execute("VACUUM")
            _empty_log(cursor)
        except sqlite3.OperationalError as error:
            raise meaning(error) or error from None
    finally:
        connection.close()


def lacks_to_settle(engine: Engine) -> int:
    """So many bytes are missing on the disk for that; 0 for other databases than SQLite, which judge for themselves."""
    room = room_to_settle(engine)
    return 0 if room is None else max(0, room[0] - room[1])


def room_to_settle(engine: Engine) -> tuple[int, int] | None:
    """How many bytes it takes besides those in use, and how many are free on the disk of a SQLite file.

    SQLite writes what is in use beside the file and then, page by page with some more bytes each, into its log.
    """
    used, path = bytes_used(engine), engine.url.database
    if used is None or not path:
        return None
    return 2 * used + used // 64, shutil.disk_usage(Path(path).parent).free


def _settle_postgresql(engine: Engine) -> None:
    """Table by table; one that others keep for too long raises `BusyError`, and the same again does what is left."""
    with transaction(engine, writes=True) as connection:
        postgresql.forget_examples(connection)
        postgresql.level(connection)
    for table in postgresql.KEYS:
        with _understood(), engine.connect() as connection:
            postgresql.rewrite(connection.execution_options(isolation_level="AUTOCOMMIT"), table)


def _empty_log(cursor: DBAPICursor) -> None:
    """SQLite waits for whoever reads or writes, but not for others who empty the log too: that is asked for again."""
    cursor.execute("PRAGMA busy_timeout")
    (patience,) = cursor.fetchone() or (0,)
    until = time.monotonic() + patience / 1_000
    while True:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, _pages, _moved = cursor.fetchone() or (1, 0, 0)
        if not busy:
            return
        if time.monotonic() >= until:
            raise BusyError
        time.sleep(_AGAIN_SECONDS)


def wipe(engine: Engine) -> None:
    """After rows were deleted: their bytes leave the log, and the file, where they were overwritten.

    Somebody who is reading keeps them there; then the next time does it. Nobody is kept waiting for that.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {_WIPE_MILLISECONDS}")
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {patience}")
    finally:
        connection.close()


def bytes_used(engine: Engine) -> int | None:
    """What of a SQLite file is in use, without pages that stand free; unknown for other databases."""
    with engine.connect() as connection:
        return pages_used(connection)


def pages_used(connection: Connection) -> int | None:
    """The same, as the transaction of this connection leaves it."""
    if connection.dialect.name != "sqlite":
        return None
    size, free, page = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (size - free) * page


def schema_version(engine: Engine) -> str | None:
    """The migration the database was brought to, or nothing when it is empty."""
    try:
        with engine.connect() as connection:
            version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError as error:
        if isinstance(known := meaning(error.orig), AwayError):
            raise known from None
        return None
    return version


def sqlite_settings(engine: Engine) -> dict[str, str]:
    """The settings in force on a connection, by name; empty for other databases."""
    if engine.dialect.name != "sqlite":
        return {}
    with engine.connect() as connection:
        return {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in SQLITE_PRAGMAS}
