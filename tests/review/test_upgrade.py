"""A vault that an older release made opens with everything in it, and has what this release needs."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, TableClause, column, insert, inspect, table, text, update
from sqlalchemy.exc import IntegrityError

import review
from crypto.wire.digest import sha256
from crypto.wire.note import Note
from review import schema, views
from review.process import KeeperProcess
from review.store import Store
from review.vault import open_vault
from tests.material import DAY, Portal
from tests.review.carried import WORDS, Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_import import framed

# The index of words and the tables that FTS5 makes for it.
WORDS_TABLES = ("words", *(f"words_{part}" for part in ("config", "data", "docsize", "idx")))
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


def empty_tables(connection: Connection, release: str) -> None:
    """The tables of an older release, and nothing in them."""
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for name in inspect(connection).get_table_names():
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    config = Config()
    config.set_main_option("script_location", str(Path(review.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, release)


def make_old(connection: Connection) -> None:
    """The tables of the first release, with rows of its time."""
    empty_tables(connection, "0001")
    for where, row in OLD:
        connection.execute(insert(where).values(row))


def test_an_old_vault_opens_with_what_was_set_aside_each_bytes_once(station: Station) -> None:
    with station.vaults["cat"].transaction() as connection:
        make_old(connection)
        assert "sha256" not in {one["name"] for one in inspect(connection).get_columns("aside")}
    with open_vault(station.folder, "cat", PASSPHRASE).transaction() as connection:
        options = {"include_name": lambda name, kind, _parents: kind != "table" or name not in WORDS_TABLES}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata) == []
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


def make_second(connection: Connection, aside: list[dict[str, object]]) -> None:
    """The tables of the second release, with what the vault is and believes, one day, and this aside."""
    kept = ("own", "seeds", "directories", "key_files", "post_keys", "journal")
    rows = {name: [row._asdict() for row in connection.execute(schema.metadata.tables[name].select())] for name in kept}
    empty_tables(connection, "0002")
    for row in rows["own"]:
        del row["record"], row["judged"], row["indexed"]
    for name, stored in {**rows, "days": [{"n": 1, "day": DAY, "hash": bytes(32)}], "aside": aside}.items():
        for row in stored:
            connection.execute(insert(table(name, *(column(one) for one in row))).values(row))


def stood_aside(submission: bytes, reason: str, data: bytes) -> dict[str, object]:
    """A row of the second release."""
    return {"n": 1, "submission": submission, "arrived": DAY, "reason": reason, "data": data, "sha256": sha256(data)}


def opened(station: Station) -> None:
    """Opens the vault as the desk does, once."""
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, "2026-11-12")
    keeper.end()


def test_what_an_older_release_set_aside_for_its_files_reaches_its_case(station: Station, portal: Portal) -> None:
    writer, other = Writer(portal=portal), Writer(portal=portal)
    message, _ = writer.with_files(writer.account(), {"a.txt": b"words"}, b"s" * 32)
    reused, _ = other.with_files(other.account("Other words."), {"a.txt": b"words"}, b"s" * 32)
    newer = framed(writer, message.encode().replace(b'{"v":1,', b'{"v":2,', 1))
    rows = [
        stood_aside(b"a", "not-understood", writer.frame(message)),
        stood_aside(b"b", "seed-reused", other.frame(reused)),
        stood_aside(b"c", "not-understood", newer),
        stood_aside(b"d", "misdirected", b"not judged again"),
    ]
    with station.vaults["cat"].transaction() as connection:
        make_second(connection, rows)
    opened(station)
    cases = station.look("cat", lambda store: [views.case(store, number) for number in (1, 2)])
    assert [case["turns"][0]["answers"]["account"] for case in cases] == [WORDS, "Other words."]
    assert [(case["turns"][0]["missing"], case["turns"][0]["seed_reused"]) for case in cases] == [(1, True)] * 2
    left = station.look("cat", lambda store: [(one.submission, one.reason) for one in store.aside()])
    assert left == [(b"c", "not-understood"), (b"d", "misdirected")]
    said = station.look("cat", lambda store: [(one.what, one.about) for one, _ in store.journal()][-1])
    assert said == ("judged-again", "2 taken")


def test_what_stands_aside_is_judged_again_once(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message, _ = writer.with_files(writer.account(), {"a.txt": b"words"})
    opened(station)
    with station.vaults["cat"].transaction() as connection:
        store = Store(connection)
        store.add_day(1, DAY, bytes(32))
        store.set_aside(1, b"a", DAY, "not-understood", writer.frame(message))
    opened(station)
    assert station.look("cat", lambda store: store.count_aside()) == 1


def test_parts_of_what_was_judged_again_come_with_a_bundle_of_a_day_that_was_imported(
    station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    message, parts = writer.with_files(writer.account(), {"a.txt": b"words"})
    day = close_day(portal, [writer.seal(message)], ids=[bytes(16)], parts=[parts])
    with station.vaults["cat"].transaction() as connection:
        make_second(connection, [stood_aside(bytes(16), "not-understood", writer.frame(message))])
        connection.execute(update(schema.days).values(hash=Note.parse(day.note).hash()))
    opened(station)
    assert station.look("cat", lambda store: len(store.absent())) == 0
    report = station.take("cat", bundle(portal, [day]))
    assert (report.figures["parts"], report.figures["double"], report.figures["days"]) == (1, 0, 0)
    assert station.look("cat", lambda store: views.case(store, 1))["turns"][0]["missing"] == 0
