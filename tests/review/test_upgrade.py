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
CASES = table(
    "cases", *(column(name) for name in ("number", "pseudonym", "thread", "routing", "language", "in_danger"))
)
OF_CASE_1: dict[str, object] = {
    "id": b"i", "number": 1, "turn": 1, "arrived": "2026-11-10", "submission": b"a", "data": b"words",
    "signature": b"s", "read": False,
}  # fmt: skip
MESSAGES = table("messages", *(column(name) for name in OF_CASE_1))
OLD: tuple[tuple[TableClause, dict[str, object]], ...] = (
    (schema.days, {"n": 1, "day": "2026-11-10", "hash": b"h"}),
    (schema.days, {"n": 2, "day": "2026-11-11", "hash": b"h"}),
    (ASIDE, {"n": 1, "submission": b"a", "arrived": "2026-11-10", "reason": "frame", "data": b"one"}),
    (ASIDE, {"n": 1, "submission": b"b", "arrived": "2026-11-10", "reason": "frame", "data": b"two"}),
    (ASIDE, {"n": 2, "submission": b"a", "arrived": "2026-11-11", "reason": "frame", "data": b"one"}),
    (CASES, {"number": 1, "pseudonym": "one", "thread": b"1", "routing": b"r", "language": "en", "in_danger": False}),
    (CASES, {"number": 2, "pseudonym": "two", "thread": b"2", "routing": b"r", "language": "en", "in_danger": False}),
    (MESSAGES, OF_CASE_1),
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


def test_messages_of_an_old_vault_stay_and_an_id_names_one_within_its_case_alone(station: Station) -> None:
    with station.vaults["cat"].transaction() as connection:
        make_old(connection)
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(insert(schema.messages).values({**OF_CASE_1, "number": 2}))
    vault = open_vault(station.folder, "cat", PASSPHRASE)
    with vault.transaction() as connection:
        connection.execute(insert(schema.messages).values({**OF_CASE_1, "number": 2, "data": b"others"}))
        store = Store(connection)
        assert [store.message_data(number, b"i") for number in (1, 2, 3)] == [b"words", b"others", None]
    for fault in ({"turn": 2}, {"id": b"j"}, {"id": b"j", "turn": 2, "read": 7}, {"number": 3}):
        with pytest.raises(IntegrityError), vault.transaction() as connection:
            connection.execute(MESSAGES.insert().values({**OF_CASE_1, **fault}))
