"""SQLite behind an intake: how its file is opened, and left without traces.

Write-ahead log, every commit on the disk before it counts, deleted bytes overwritten. Transactions that write take
their lock at the start, and are alone.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPICursor

from intake.drivers import meaning
from intake.errors import BusyError
from intake.limits import Limits

PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "secure_delete": "ON",
    "trusted_schema": "OFF",
    "cell_size_check": "ON",
}
_WIPE_MILLISECONDS = 500
_AGAIN_SECONDS = 0.02


def connect(url: str, limits: Limits, *, capped: bool) -> Engine:
    """An engine on which nothing has run yet; `capped` ones refuse to grow beyond the limit for submissions."""
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=limits.threads,
        connect_args={"timeout": limits.busy_seconds, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")
        if capped:
            (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {limits.database_bytes // page_bytes}")

    return engine


def beginning(*, writes: bool) -> str:
    """How a transaction begins."""
    return "BEGIN IMMEDIATE" if writes else "BEGIN"


def settings(connection: Connection) -> dict[str, str]:
    """The settings in force on a connection, by name."""
    return {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in PRAGMAS}


def pages_used(connection: Connection) -> int:
    """Bytes of the file that are in use, without pages that stand free, as this transaction leaves them."""
    size, free, page = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (size - free) * page


def room_to_settle(path: Path, used: int) -> tuple[int, int]:
    """How many bytes it takes besides the `used` ones, and how many are free on the disk of the file.

    SQLite writes what is in use beside the file and then, page by page with some more bytes each, into its log.
    """
    return 2 * used + used // 64, shutil.disk_usage(path.parent).free


def settle(engine: Engine) -> None:
    """Writes the file anew, in the order of its keys.

    Overwriting what was deleted is not enough: the order in which SQLite gave its pages away, and took them back,
    would still tell the order of arrival.
    """
    with _cursor(engine) as cursor:
        try:
            _empty_log(cursor)  # or its index would keep, behind what this writes, the order of what it held
            cursor.execute("VACUUM")
            _empty_log(cursor)
        except sqlite3.OperationalError as error:
            raise meaning(error) or error from None


def _empty_log(cursor: DBAPICursor) -> None:
    """SQLite waits for whoever reads or writes, but not for others who empty the log too: that is asked for again."""
    until = time.monotonic() + _patience(cursor) / 1_000
    while True:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, _pages, _moved = cursor.fetchone() or (1, 0, 0)
        if not busy:
            return
        if time.monotonic() >= until:
            raise BusyError
        time.sleep(_AGAIN_SECONDS)


def wipe(engine: Engine) -> None:
    """Empties the log, and waits for nobody."""
    with _cursor(engine) as cursor:
        patience = _patience(cursor)
        cursor.execute(f"PRAGMA busy_timeout = {_WIPE_MILLISECONDS}")
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {patience}")


def _patience(cursor: DBAPICursor) -> int:
    """For how many milliseconds this connection waits for others."""
    cursor.execute("PRAGMA busy_timeout")
    (milliseconds,) = cursor.fetchone() or (0,)
    return int(milliseconds)


@contextmanager
def _cursor(engine: Engine) -> Iterator[DBAPICursor]:
    """A connection outside of any transaction."""
    with closing(engine.raw_connection()) as connection:
        yield connection.cursor()
