"""What the database may hold, and who waits for whom; what only one kind of database does has files of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from crypto.wire.digest import sha256
from intake import create_app, database, migrations, schema
from intake.closing import Signer, close_days
from intake.config import Config
from intake.errors import BusyError, RefusedError
from intake.limits import Limits
from intake.store import Store, Submission
from tests.intake.conftest import ON_BOTH, SetClock, address, code_of, headers, site_of
from tests.intake.databases import Databases
from tests.intake.test_closing import add
from tests.material import DAY, Portal

pytestmark = ON_BOTH


def test_the_migrations_make_exactly_the_tables_of_the_schema(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_the_newest_migration_is_the_version_that_is_asked_for() -> None:
    settings = AlembicConfig()
    settings.set_main_option("script_location", "intake:migrations")
    assert ScriptDirectory.from_config(settings).get_heads() == [schema.VERSION]


def test_there_is_no_column_for_a_moment_an_address_a_word_or_a_private_key() -> None:
    columns = {column.name for table in schema.metadata.tables.values() for column in table.columns}
    assert columns == {
        "one", "portal", "revision", "open_from", "seq", "hash", "note", "sha256", "data", "id", "day", "length",
        "envelope", "n", "reason", "mailbox", "month", "line", "parts", "name", "vault", "manifest", "backed_up",
        "closed_on",
    }  # fmt: skip
    for table in schema.metadata.tables.values():
        for column in table.columns:
            assert type(column.type).__name__ in ("Integer", "BigInteger", "LargeBinary", "String")


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


def test_a_new_database_in_which_nothing_happened_is_taken_as_it_is(tmp_path: Path, databases: Databases) -> None:
    store = Store(databases.place(tmp_path), Limits())
    migrations.create(store, "a.portal", "2026-11-01")
    migrations.create(store, "a.portal", DAY)
    with store.look() as look:
        assert look.open_from() == DAY
    with pytest.raises(RefusedError, match="in use"):
        migrations.create(store, "other.portal", DAY)
    store.close()


def test_a_transaction_sees_what_it_changed_of_the_portal_itself(store: Store) -> None:
    with store.alone() as change:
        revision = change.revision()
        assert change.open_from() == DAY
        change.set_open_from("2027-01-01")
        assert (change.open_from(), change.open_day(DAY)) == ("2027-01-01", "2027-01-01")
        change.add_directory(9, bytes(32), b"")
        assert change.revision() == revision + 1


def test_a_migration_that_breaks_leaves_nothing(
    tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(databases.place(tmp_path), Limits())

    def broken(*_: object) -> None:
        raise ArithmeticError

    with monkeypatch.context() as patch:
        patch.setattr("intake.store.Change.begin_portal", broken)
        with pytest.raises(ArithmeticError):
            migrations.create(store, "a.portal", DAY)
    assert database.schema_version(store.engine) is None
    migrations.create(store, "a.portal", DAY)
    assert database.schema_version(store.engine) == schema.VERSION
    store.close()


def test_a_failed_statement_shows_no_values(store: Store) -> None:
    def add_key_file() -> None:
        with store.change() as change:
            change.add_key_file(b"canary-canary-canary-canary-cana", b"canary")

    with store.alone() as change:
        change.add_key_file(b"canary-canary-canary-canary-cana", b"canary")
    with pytest.raises((IntegrityError, BusyError)) as raised:
        add_key_file()
    assert "canary" not in str(raised.value)
    assert raised.value.__cause__ is None or "canary" not in str(raised.value.__cause__)


def test_a_transaction_that_breaks_changes_nothing(store: Store) -> None:
    def half() -> None:
        with store.change() as change:
            change.add_submission(Submission(id=bytes(16), length=1, sha256=bytes(32)), DAY, b"x")
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        half()
    with store.look() as look:
        assert look.held(bytes(16)) is None


def test_whoever_waits_too_long_for_others_is_told_when_to_come_back(
    settings: Config, store: Store, portal: Portal, clock: SetClock
) -> None:
    app = create_app(replace(settings, limits=Limits(busy_seconds=1, retry_seconds=3)), clock)
    client = app.test_client()
    envelope = portal.envelope()
    with store.alone():
        answer = client.put(address(bytes(16)), data=envelope, headers=headers())
        assert (answer.status_code, code_of(answer)) == (429, "too-many")
        assert answer.headers["Retry-After"] == "3"
        assert client.get("/start").status_code == 200  # who only reads waits for nobody
    assert client.put(address(bytes(16)), data=envelope, headers=headers()).status_code == 204
    site_of(app).store.close()


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


@pytest.mark.parametrize(("other", "status"), [(False, 204), (True, 409)], ids=["same bytes", "other bytes"])
def test_two_who_send_under_one_identifier_at_once_are_told_what_holds(
    client: FlaskClient, store: Store, portal: Portal, other: bool, status: int
) -> None:
    first = portal.envelope()
    second = portal.envelope() if other else first
    with ThreadPoolExecutor(1) as threads:
        with store.change() as change:
            assert change.held(bytes(16)) is None
            change.add_submission(Submission(id=bytes(16), length=len(first), sha256=sha256(first)), DAY, first)
            answer = threads.submit(client.put, address(bytes(16)), data=second, headers=headers())
            assert wait([answer], 0.3).not_done  # it must see the end of this transaction first
        assert answer.result(20).status_code == status
    with store.look() as look:
        assert [one.sha256 for one in look.waiting(DAY, 9)] == [sha256(first)]


def test_two_who_delete_the_same_at_once_are_told_the_same(
    client: FlaskClient, store: Store, signer: Signer, clock: SetClock
) -> None:
    token = bytes(16)
    submission_id = sha256(token)[:16]
    add(store, [(submission_id, b"x")])
    clock.set("2026-11-11")
    close_days(store, signer, clock)
    with ThreadPoolExecutor(1) as threads:
        with store.change() as change:
            assert change.drop_submissions([submission_id], "author")
            answer = threads.submit(client.post, "/submissions/delete", data=token)
            assert wait([answer], 0.3).not_done
        assert answer.result(20).status_code == 204
    with store.look() as look:
        assert look.gone(1) == [(submission_id, "author")]
