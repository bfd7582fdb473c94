"""The tables of a vault: brought to this release, and compared with what a release makes."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection

from review.cipher import empty


class NewerTablesError(Exception):
    """They are of a release that this one does not know."""


class ForeignTablesError(Exception):
    """There is something in the database that no release puts there, or something lacks that it does."""


def upgrade(connection: Connection) -> None:
    """Brings them to this release."""
    _upgrade(connection, "head")


def check_tables(connection: Connection) -> None:
    """Raises `ForeignTablesError` unless tables, indexes, triggers and views are those of the release they say.

    Nothing is read but the list of them, so that no trigger or view of the file runs before.
    """
    found = _listed(connection)
    release = MigrationContext.configure(connection).get_current_revision() if "alembic_version" in found else None
    if release is None or found != _made(release):
        raise ForeignTablesError


@cache
def _made(release: str) -> dict[str, tuple[str, ...]]:
    engine = empty()
    try:
        with engine.begin() as connection:
            _upgrade(connection, release)
            return _listed(connection)
    finally:
        engine.dispose()


def _listed(connection: Connection) -> dict[str, tuple[str, ...]]:
    """What the database is made of by its names: kind, table, and the parts of the statement."""
    rows = connection.exec_driver_sql("SELECT name, type, tbl_name, coalesce(sql, '') FROM sqlite_master")
    return {name: (kind, table, *_parts(sql)) for name, kind, table, sql in rows}


def _parts(statement: str) -> list[str]:
    """Without regard to spaces and quotes, and to the order of what commas part: Alembic draws that of constraints."""
    before, _, rest = "".join(statement.split()).replace('"', "").partition("(")
    inside, _, after = rest.rpartition(")")
    return [before, after, *sorted(inside.split(","))]


def _upgrade(connection: Connection, release: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, release)
    except CommandError:
        raise NewerTablesError from None
