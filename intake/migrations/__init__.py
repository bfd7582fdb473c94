"""Brings a database to this release's schema, from the first schema on."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from intake import database, schema
from intake.errors import RefusedError
from intake.store import Change, Store


def create(store: Store, portal: str, day: str) -> None:
    """Makes the tables of a new intake, whose first open day is `day`: all of it or nothing.

    A database in which nothing has happened is taken as it is: whatever ended `intake init`, the same again goes on.
    """
    if database.schema_version(store.engine) is None:
        with database.transaction(store.engine, writes=True) as connection:
            upgrade(connection)
            Change(connection).begin_portal(portal, day)
    else:
        _begin_again(store, portal, day)
    store.settle()


def _begin_again(store: Store, portal: str, day: str) -> None:
    if database.schema_version(store.engine) != schema.VERSION:
        raise RefusedError("the database is in use already")
    with store.alone() as change:
        rows = {name: count for name, count in change.count().items() if name != "state"}
        if change.portal() != portal or any(rows.values()):
            raise RefusedError("the database is in use already")
        change.set_open_from(day)


def bring_up(store: Store) -> tuple[str, str]:
    """Brings the database of an earlier release to this one, all of it or nothing; its version before and now."""
    before = database.schema_version(store.engine)
    if before is None:
        raise RefusedError("the database cannot be read")
    with database.transaction(store.engine, writes=True) as connection:
        upgrade(connection)
    store.settle()
    return before, schema.VERSION


def upgrade(connection: Connection) -> None:
    """Runs what is missing, inside the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", "intake:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
