"""A database under a raw key: SQLCipher's settings, whether a key opens it, and another key for all of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

_BUSY_SECONDS = 30
_SETTINGS = (
    "PRAGMA cipher_compatibility = 4",
    "PRAGMA cipher_page_size = 4096",
    "PRAGMA cipher_use_hmac = ON",
    "PRAGMA cipher_hmac_algorithm = HMAC_SHA512",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    # KiB of pages that stay decrypted meanwhile: an import into a large vault touches the same pages of many indexes.
    "PRAGMA cache_size = -65536",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = EXTRA",
    # A file from elsewhere may bring triggers, views and defaults; none of them may call what reaches beyond it.
    "PRAGMA trusted_schema = OFF",
)


class WrongKeyError(Exception):
    """The key does not open the file; or its first page is damaged: SQLCipher says the same to both."""


@contextmanager
def opened(path: Path, key: bytes) -> Iterator[Engine]:
    """The database of this file and key (32 bytes); forgotten again when the block ends badly, else it stays open."""
    engine = _engine(path, key)
    try:
        try:
            engine.connect().close()
        except OperationalError:
            raise
        except DatabaseError:
            raise WrongKeyError from None
        yield engine
    except BaseException:
        engine.dispose()
        raise


def check_key(path: Path, key: bytes) -> None:
    """Raises `WrongKeyError` when this key does not open the file."""
    with opened(path, key) as engine:
        engine.dispose()


def rekey(path: Path, key: bytes, new: bytes) -> None:
    """Every page of the file under another key. Not safe against a loss of power: for a copy."""
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    try:
        connection.execute(_with_key("key", key))
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_with_key("rekey", new))
    finally:
        connection.close()


def empty() -> Engine:
    """A database in memory, with nothing in it and under no key: to see what tables look like."""
    return _with_begin(
        create_engine(
            "sqlite://",
            module=sqlcipher3.dbapi2,
            creator=lambda: sqlcipher3.connect(":memory:", isolation_level=None),
            poolclass=StaticPool,
        )
    )


def _engine(path: Path, key: bytes) -> Engine:
    def connect() -> object:
        # Autocommit in the driver: SQLAlchemy says BEGIN itself (below), so that tables too are made all or none.
        connection = sqlcipher3.connect(str(path), isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False)
        connection.execute("PRAGMA cipher_memory_security = ON")
        connection.execute(_with_key("key", key))
        for setting in _SETTINGS:
            connection.execute(setting)
        return connection

    return _with_begin(
        create_engine(
            "sqlite://", module=sqlcipher3.dbapi2, creator=connect, poolclass=StaticPool, hide_parameters=True
        )
    )


def _with_begin(engine: Engine) -> Engine:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _with_key(what: str, key: bytes) -> str:
    return f"PRAGMA {what} = \"x'{key.hex()}'\""
