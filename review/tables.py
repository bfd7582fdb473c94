"""The tables of a vault: brought to this release, and compared with what a release makes."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from review.cipher import empty

_MIGRATIONS = Path(__file__).parent / "migrations"
_TOLD = ("alembic_version", "table", "alembic_version", "CREATETABLEalembic_version")
"""How the table of the release is listed: no view, and none that a module makes up."""


class NewerTablesError(Exception):
    """They are of a release that this one does not know."""


class ForeignTablesError(Exception):
    """There is something in the database that no release puts there, or something lacks that it does."""


def upgrade(connection: Connection) -> None:
    """Brings them to this release."""
    if _release(connection) != newest_release():
        _upgrade(connection, "head")


def newest_release() -> str:
    """How the last of the migrations is called: by the beginning of its file's name."""
    return max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py")).partition("_")[0]


def check_tables(connection: Connection) -> None:
    """Raises `ForeignTablesError` unless tables, indexes, triggers and views are those of the release they say.

    Nothing is read but the list of them and the plain table of the release, so that no trigger or view of the file runs
    before.
    """
    release = _release(connection)
    if release is None or _listed(connection) != _made(release):
        raise ForeignTablesError


def _release(connection: Connection) -> str | None:
    if all(one[:4] != _TOLD for one in _listed(connection)):
        return None
    told = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    return told[0] if len(told) == 1 else None


@cache
def _made(release: str) -> list[tuple[str, ...]]:
    engine = empty()
    try:
        with engine.begin() as connection:
            _upgrade(connection, release)
            return _listed(connection)
    finally:
        engine.dispose()


def _listed(connection: Connection) -> list[tuple[str, ...]]:
    """All that the database is made of, sorted: name, kind, table, and the parts of the statement.

    Two may have one name: SQLite lets a trigger be called like a table.
    """
    rows = connection.exec_driver_sql("SELECT name, type, tbl_name, coalesce(sql, '') FROM sqlite_master")
    return sorted((name, kind, table, *_parts(sql)) for name, kind, table, sql in rows)


def _parts(statement: str) -> list[str]:
    """Without regard to spaces and quotes, and to the order of what commas part: Alembic draws that of constraints."""
    before, _, rest = "".join(statement.split()).replace('"', "").partition("(")
    inside, _, after = rest.rpartition(")")
    return [before, after, *sorted(inside.split(","))]


def _upgrade(connection: Connection, release: str) -> None:
    # Here, for it takes long to load, and whoever unlocks a vault of this release waits for it in vain.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, release)
    except CommandError:
        raise NewerTablesError from None
