"""The engine behind the store: how a database is opened, brought to the newest schema, and left without traces.

SQLite: write-ahead log, every commit on the disk before it counts, deleted bytes overwritten. Transactions that write
take their lock at the start. Statements and their values are never logged.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from intake.errors import BusyError, FullError, RefusedError, StoreError
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
_PASSWORDS = ("password", "passwd", "sslpassword")
# Besides locks and failed serialisation: a row that another transaction added after this one looked for it.
_POSTGRESQL_BUSY = ("40001", "40P01", "55P03", "23505")
_POSTGRESQL_FULL = ("53100",)


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
    if not is_sqlite(url):
        try:
            return create_engine(url, hide_parameters=True)
        except (ImportError, NoSuchModuleError):
            raise RefusedError("the driver of this database is not installed") from None
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
    """One transaction; a database that is locked or full raises `BusyError` or `FullError` with nothing changed."""
    try:
        with engine.connect() as connection:
            if engine.dialect.name != "sqlite" and not writes:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.execution_options(**{_WRITES: writes}).begin():
                yield connection
    except DBAPIError as error:
        known = _meaning(error.orig)
        if known is None:
            raise
        raise known from None


def settle(engine: Engine) -> None:
    """After rows have moved: nothing left in the file or its log tells where, or in which order, they once lay.

    Overwriting what was deleted is not enough for that: the order in which SQLite gave its pages away, and took them
    back, would still tell the order of arrival. So the file is written anew, in the order of its keys.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        try:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _pages, _moved = cursor.fetchone() or (1, 0, 0)
        except sqlite3.OperationalError as error:
            raise _meaning(error) or error from None
        if busy:
            raise BusyError
    finally:
        connection.close()


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
    if engine.dialect.name != "sqlite":
        return None
    with engine.connect() as connection:
        size, free, page = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (size - free) * page


def schema_version(engine: Engine) -> str | None:
    """The migration the database was brought to, or nothing when it is empty."""
    with engine.connect() as connection:
        try:
            version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        except DBAPIError:
            return None
    return version


def sqlite_settings(engine: Engine) -> dict[str, str]:
    """The settings in force on a connection, by name; empty for other databases."""
    if engine.dialect.name != "sqlite":
        return {}
    with engine.connect() as connection:
        return {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in SQLITE_PRAGMAS}


def _meaning(error: BaseException | None) -> StoreError | None:
    """What a driver's error says about the state of the database; nothing when it is a fault of ours."""
    state = getattr(error, "sqlstate", None)
    code = getattr(error, "sqlite_errorcode", -1) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or state in _POSTGRESQL_BUSY:
        return BusyError()
    if code == sqlite3.SQLITE_FULL or state in _POSTGRESQL_FULL:
        return FullError()
    return None
