"""What the database may hold, how safely, and what it does when it is full or busy."""

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from crypto.wire.digest import sha256
from intake import config, create_app, database, migrations, schema
from intake.config import Config
from intake.errors import BusyError, FullError, RefusedError
from intake.limits import Limits
from intake.store import Store, Submission
from tests.intake.conftest import SetClock, address, code_of, headers, make_folder, take
from tests.intake.test_closing import add
from tests.material import DAY, Portal

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "2",
    "secure_delete": "1",
    "trusted_schema": "0",
    "cell_size_check": "1",
}


def test_every_connection_has_the_safe_settings(store: Store, client: FlaskClient, app: object) -> None:
    served: Store = app.extensions["site"].store  # type: ignore[attr-defined]
    for one in (store, served):
        assert database.sqlite_settings(one.engine) == PRAGMAS
        with one.look() as look, one.engine.connect() as second:
            look.count()
            assert str(second.exec_driver_sql("PRAGMA secure_delete").scalar()) == "1"


def test_the_migrations_make_exactly_the_tables_of_the_schema(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_the_newest_migration_is_the_version_that_is_asked_for() -> None:
    settings = AlembicConfig()
    settings.set_main_option("script_location", "intake:migrations")
    assert ScriptDirectory.from_config(settings).get_heads() == [schema.VERSION]


def test_no_table_keeps_the_order_of_arrival(store: Store) -> None:
    with store.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
    ours = {name: sql for name, sql in tables if name != "alembic_version"}
    assert set(ours) == set(schema.metadata.tables)
    for name, sql in ours.items():
        assert sql.rstrip().endswith("WITHOUT ROWID"), name
        assert "AUTOINCREMENT" not in sql


def test_there_is_no_column_for_a_moment_an_address_a_word_or_a_private_key() -> None:
    columns = {column.name for table in schema.metadata.tables.values() for column in table.columns}
    assert columns == {
        "one", "portal", "revision", "open_from", "seq", "hash", "note", "sha256", "data", "id", "day", "length",
        "envelope", "n", "reason", "mailbox", "month", "line",
    }  # fmt: skip
    for table in schema.metadata.tables.values():
        for column in table.columns:
            assert type(column.type).__name__ in ("Integer", "LargeBinary", "String")


def test_the_same_tables_can_be_made_in_postgresql() -> None:
    for table in schema.metadata.sorted_tables:
        made = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        assert "BYTEA" in made or table.name == "state"


def test_a_database_of_another_portal_or_release_is_refused(settings: Config, store: Store, portal: Portal) -> None:
    with pytest.raises(RefusedError, match="another portal"):
        Store.open(settings.database, settings.limits, "other.portal")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(RefusedError, match="this release"):
        Store.open(settings.database, settings.limits, portal.name)
    with pytest.raises(RefusedError, match="this release"):
        create_app(settings)


def test_a_database_that_is_in_use_is_not_made_anew(store: Store, portal: Portal) -> None:
    with pytest.raises(RefusedError, match="in use"):
        migrations.create(store, portal.name, DAY)


def test_a_migration_that_breaks_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"sqlite:///{tmp_path / 'new.db'}", Limits())

    def broken(*_: object) -> None:
        raise ArithmeticError

    with monkeypatch.context() as patch:
        patch.setattr("intake.store.Change.begin_portal", broken)
        with pytest.raises(ArithmeticError):
            migrations.create(store, "a.portal", DAY)
    assert database.schema_version(store.engine) is None
    migrations.create(store, "a.portal", DAY)
    assert database.schema_version(store.engine) == schema.VERSION


def test_a_database_of_the_first_release_is_brought_to_this_one_and_forgets_no_reply(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'old.db'}", Limits())
    migrations.create(store, "a.portal", DAY)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE delivered")
        connection.exec_driver_sql(
            "CREATE TABLE delivered (sha256 BLOB NOT NULL PRIMARY KEY, day VARCHAR(10) NOT NULL) WITHOUT ROWID"
        )
        connection.exec_driver_sql("INSERT INTO delivered VALUES (?, ?)", (sha256(b"slot"), "2026-01-02"))
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(RefusedError, match="intake upgrade"):
        Store.open(str(store.engine.url), Limits(), "a.portal")
    assert migrations.bring_up(store) == ("0001", schema.VERSION)
    with store.look() as look:
        assert look.delivered(sha256(b"slot"))
    assert b"2026-01-02" not in (tmp_path / "old.db").read_bytes()
    assert migrations.bring_up(store) == (schema.VERSION, schema.VERSION)


def test_a_database_that_nobody_made_is_not_brought_to_any_release(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="cannot be read"):
        migrations.bring_up(Store(f"sqlite:///{tmp_path / 'none.db'}", Limits()))


def test_a_failed_statement_shows_no_values(store: Store) -> None:
    one = (b"canary-canary-ca", b"canary")
    add(store, [one])
    with pytest.raises(Exception, match="UNIQUE") as raised:
        add(store, [one])
    assert "canary" not in str(raised.value)


def test_a_transaction_that_breaks_changes_nothing(store: Store) -> None:
    def half() -> None:
        with store.change() as change:
            change.add_submission(Submission(id=bytes(16), length=1, sha256=bytes(32)), DAY, b"x")
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        half()
    with store.look() as look:
        assert look.held(bytes(16)) is None


@pytest.fixture
def small(tmp_path: Path, portal: Portal, clock: SetClock) -> FlaskClient:
    """Asks an intake with room for about ten envelopes."""
    folder = make_folder(tmp_path / "small", portal)
    with (folder / config.SETTINGS).open("a") as settings:
        settings.write("[limits]\ndatabase_bytes = 1000000\nretry_seconds = 7\n")
    loaded = config.load(folder)
    store = Store.open(loaded.database, loaded.limits, portal.name)
    take(store, portal, portal.ceremony_file())
    store.close()
    return create_app(loaded, clock).test_client()


def test_a_full_database_refuses_more_and_keeps_what_it_has(small: FlaskClient, portal: Portal) -> None:
    envelope = portal.envelope()
    answers = [small.put(address(bytes([n]) * 16), data=envelope, headers=headers()) for n in range(20)]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {204, 507}
    taken = statuses.index(507)
    assert 8 <= taken <= 17
    assert statuses == [204] * taken + [507] * (20 - taken)
    assert (code_of(answers[-1]), answers[-1].headers["Retry-After"]) == ("storage-full", "7")
    assert small.put(address(bytes(16)), data=envelope, headers=headers()).status_code == 204
    assert small.post("/mailbox", data=bytes(34)).status_code == 200
    tokenless = small.post("/submissions/delete", data=bytes(16))
    assert tokenless.status_code == 204


def test_the_limit_is_for_submissions_and_closing_has_room(tmp_path: Path, portal: Portal) -> None:
    url = f"sqlite:///{tmp_path / 'one.db'}"
    store = Store(url, Limits(database_bytes=200_000))
    migrations.create(store, portal.name, DAY)
    capped = Store.open(url, Limits(database_bytes=200_000), portal.name, capped=True)
    with pytest.raises(FullError):
        add(capped, [(bytes([n]) * 16, bytes(57_782)) for n in range(9)])
    add(store, [(bytes([n]) * 16, bytes(57_782)) for n in range(100, 109)])


def test_whoever_waits_too_long_for_others_is_told_when_to_come_back(
    settings: Config, store: Store, portal: Portal, clock: SetClock
) -> None:
    client = create_app(replace(settings, limits=Limits(busy_seconds=1, retry_seconds=3)), clock).test_client()
    envelope = portal.envelope()
    with store.change():
        answer = client.put(address(bytes(16)), data=envelope, headers=headers())
        assert (answer.status_code, code_of(answer)) == (429, "too-many")
        assert answer.headers["Retry-After"] == "3"
        assert client.get("/start").status_code == 200  # who only reads waits for nobody
    assert client.put(address(bytes(16)), data=envelope, headers=headers()).status_code == 204


def test_a_day_is_not_closed_while_a_submission_is_being_stored(settings: Config, store: Store) -> None:
    order = []
    inside, closing = threading.Event(), threading.Event()

    def close() -> None:
        inside.wait(5)
        closing.set()
        with store.alone():
            order.append("closed")

    thread = threading.Thread(target=close)
    thread.start()
    with store.change() as change:
        inside.set()
        closing.wait(5)
        change.add_submission(Submission(id=bytes(16), length=1, sha256=sha256(b"x")), DAY, b"x")
        order.append("stored")
    thread.join(10)
    assert order == ["stored", "closed"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("SQLITE_BUSY", BusyError), ("SQLITE_LOCKED", BusyError), ("SQLITE_FULL", FullError), ("SQLITE_CORRUPT", None)],
)
def test_what_a_driver_says_is_understood(name: str, expected: type | None) -> None:
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = getattr(sqlite3, name)
    assert type(database._meaning(error)) is (expected or type(None))
