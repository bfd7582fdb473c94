"""A vault that an older release made opens with everything in it, and has what this release needs."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, TableClause, column, insert, inspect, table, text
from sqlalchemy.exc import IntegrityError

import review
from crypto.wire.digest import sha256
from review import schema
from review.store import Store
from review.vault import open_vault
from tests.review.conftest import PASSPHRASE, Station

ASIDE = table("aside", *(column(name) for name in ("n", "submission", "arrived", "reason", "data")))
OLD: tuple[tuple[TableClause, dict[str, object]], ...] = (
    (schema.days, {"n": 1, "day": "2026-11-10", "hash": b"h"}),
    (schema.days, {"n": 2, "day": "2026-11-11", "hash": b"h"}),
    (ASIDE, {"n": 1, "submission": b"a", "arrived": "2026-11-10", "reason": "frame", "data": b"one"}),
    (ASIDE, {"n": 1, "submission": b"b", "arrived": "2026-11-10", "reason": "frame", "data": b"two"}),
    (ASIDE, {"n": 2, "submission": b"a", "arrived": "2026-11-11", "reason": "frame", "data": b"one"}),
)


def make_old(connection: Connection) -> None:
    """The tables of the first release, with rows of its time."""
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for name in inspect(connection).get_table_names():
        connection.execute(text(f"DROP TABLE {name}"))
    config = Config()
    config.set_main_option("script_location", str(Path(review.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    for where, row in OLD:
        connection.execute(insert(where).values(row))


def test_an_old_vault_opens_with_what_was_set_aside_each_bytes_once(station: Station) -> None:
    with station.vaults["cat"].transaction() as connection:
        make_old(connection)
        assert "sha256" not in {one["name"] for one in inspect(connection).get_columns("aside")}
    with open_vault(station.folder, "cat", PASSPHRASE).transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        rows = connection.execute(schema.aside.select().order_by(schema.aside.c.submission)).all()
        assert [(row.n, row.submission, row.data, row.sha256) for row in rows] == [
            (1, b"a", b"one", sha256(b"one")),
            (1, b"b", b"two", sha256(b"two")),
        ]
        assert not Store(connection).set_aside(2, b"c", "2026-11-11", "frame", b"two")
        assert Store(connection).set_aside(2, b"c", "2026-11-11", "frame", b"three")


def test_an_upgraded_vault_keeps_its_rules(station: Station) -> None:
    with station.vaults["cat"].transaction() as connection:
        make_old(connection)
    vault = open_vault(station.folder, "cat", PASSPHRASE)
    with pytest.raises(IntegrityError), vault.transaction() as connection:
        Store(connection).set_aside(9, b"c", "2026-11-11", "frame", b"of no day")
