"""What the errors of database drivers say about the state of the database, by their codes alone."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from intake.errors import AwayError, BusyError, FullError, StoreError

# Locks, failed serialisation, a row that another transaction added after this one looked for it; and a server that is
# short of memory or was told to stop this statement.
_POSTGRESQL_BUSY = ("40001", "40P01", "55P03", "23505", "53200", "57014")
_SQLITE_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
# No room, also in memory; a database that may only be read; a disk that does not do what it is told.
_SQLITE_FULL = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
)
_POSTGRESQL_FULL = ("53100", "25006", "58030")
# The server is going, gone or not there yet, or has no connection to spare; whoever never got in has no code at all.
_POSTGRESQL_AWAY = ("57P01", "57P02", "57P03", "53300")
_CONNECTION_LOST = "08"


@contextmanager
def understood() -> Iterator[None]:
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


def meaning(error: BaseException | None) -> StoreError | None:
    """What a driver's error says about the state of the database; nothing when it is a fault of ours."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_meaning(error)
    state = getattr(error, "sqlstate", None) or ""
    if state in _POSTGRESQL_BUSY:
        return BusyError()
    if state in _POSTGRESQL_FULL:
        return FullError()
    never_got_in = not state and type(error).__name__ == "OperationalError"
    if never_got_in or state in _POSTGRESQL_AWAY or state.startswith(_CONNECTION_LOST):
        return AwayError()
    return None


def _sqlite_meaning(error: sqlite3.Error) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", -1) & 0xFF
    if code in _SQLITE_BUSY:
        return BusyError()
    return FullError() if code in _SQLITE_FULL else None
