"""The engine behind the store: how a database is opened, how transactions begin, how it is left without traces.

What only SQLite or only PostgreSQL does has a file of its own. Statements and their values are never logged. Nobody
waits for others without an end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, RootTransaction, create_engine, event, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from intake import postgresql, sqlite
from intake.drivers import meaning, understood
from intake.errors import AwayError, RefusedError
from intake.limits import Limits
from intake.turns import Turn

TRACES = "this database keeps the order and the time of arrival on its disk: see deploy/INTAKE.md"
"""What is said of every database that is not SQLite."""

_BEGINNING = "beginning"
_OUTSIDE = ""
_PASSWORDS = ("password", "passwd", "sslpassword")


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
    engine = sqlite.connect(url, limits, capped=capped) if is_sqlite(url) else _server(url, limits)
    if engine.dialect.name in ("sqlite", "postgresql"):
        event.listen(engine, "begin", _begin)
    return engine


def _server(url: str, limits: Limits) -> Engine:
    """As many connections as requests are handled at once; nobody waits longer for a lock than with SQLite."""
    try:
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=limits.threads,
            max_overflow=0,
            pool_timeout=limits.busy_seconds,
            pool_pre_ping=_parsed(url).get_backend_name() != "postgresql",  # there `_begun` finds a lost connection
        )
    except (ImportError, NoSuchModuleError):
        raise RefusedError("the driver of this database is not installed") from None
    if engine.dialect.name == "postgresql":
        postgresql.prepare(engine, limits)
    return engine


def _begin(connection: Connection) -> None:
    beginning = connection.get_execution_options().get(_BEGINNING, "BEGIN")
    if beginning != _OUTSIDE:
        connection.exec_driver_sql(beginning)


@contextmanager
def transaction(engine: Engine, *, writes: bool, turn: Turn | None = None) -> Iterator[Connection]:
    """One transaction; a database that is locked, full or away raises a `StoreError` with nothing changed.

    Only of a commit during which the connection broke nobody knows: doing the same again is right then, too.
    """
    with understood(), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execution_options(**{_BEGINNING: sqlite.beginning(writes=writes)})
        elif engine.dialect.name == "postgresql":
            connection.execution_options(**{_BEGINNING: postgresql.beginning(writes=writes, turn=turn)})
        elif not writes:
            connection.execution_options(isolation_level="REPEATABLE READ")
        with _begun(connection):
            if turn is not None and engine.dialect.name not in ("sqlite", "postgresql"):
                connection.execute(select(turn.table).with_for_update(read=not turn.alone)).all()
            yield connection


def _begun(connection: Connection) -> RootTransaction:
    """A connection that was lost while nobody used it, because the server was restarted, is replaced by a new one."""
    try:
        return connection.begin()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return connection.begin()


def settle(engine: Engine) -> None:
    """After rows have moved: nothing left in the file or its log tells where, or in which order, they once lay.

    So SQLite's file is written anew, in the order of its keys; in PostgreSQL each table. What remains there stands in
    deploy/INTAKE.md.
    """
    if engine.dialect.name == "sqlite":
        sqlite.settle(engine)
    elif engine.dialect.name == "postgresql":
        _settle_postgresql(engine)


def _settle_postgresql(engine: Engine) -> None:
    """Table by table; one that others keep for too long raises `BusyError`, and the same again does what is left."""
    with transaction(engine, writes=True) as connection:
        postgresql.forget_examples(connection)
        postgresql.level(connection)
    for table in postgresql.KEYS:
        with understood(), engine.connect() as connection:
            postgresql.rewrite(connection.execution_options(**{_BEGINNING: _OUTSIDE}), table)


def lacks_to_settle(engine: Engine) -> int:
    """So many bytes are missing on the disk for that; 0 for other databases than SQLite, which judge for themselves."""
    room = room_to_settle(engine)
    return 0 if room is None else max(0, room[0] - room[1])


def room_to_settle(engine: Engine) -> tuple[int, int] | None:
    """How many bytes it takes besides those in use, and how many are free on the disk of a SQLite file."""
    used, path = bytes_used(engine), engine.url.database
    return None if used is None or not path else sqlite.room_to_settle(Path(path), used)


def wipe(engine: Engine) -> None:
    """After rows were deleted: their bytes leave the log, and the file, where they were overwritten.

    Somebody who is reading keeps them there; then the next time does it. Nobody is kept waiting for that.
    """
    if engine.dialect.name == "sqlite":
        sqlite.wipe(engine)


def bytes_used(engine: Engine) -> int | None:
    """What of a SQLite file is in use, without pages that stand free; unknown for other databases."""
    with engine.connect() as connection:
        return pages_used(connection)


def pages_used(connection: Connection) -> int | None:
    """The same, as the transaction of this connection leaves it."""
    return sqlite.pages_used(connection) if connection.dialect.name == "sqlite" else None


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
        return sqlite.settings(connection)
