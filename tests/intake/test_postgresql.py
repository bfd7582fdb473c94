"""What only PostgreSQL does: many transactions side by side, settings and a log of its own, drivers of many kinds."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import ModuleType, NoneType

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, text

from intake import drivers, schema
from intake.config import Config
from intake.errors import AwayError, BusyError, FullError, RefusedError
from intake.limits import Limits
from intake.store import Store
from tests.intake.conftest import address, headers, site_of
from tests.intake.databases import POSTGRESQL
from tests.intake.postgres import ROLE, Cluster, name_of, stated_settings
from tests.intake.test_parts import ID
from tests.material import Portal

pytestmark = pytest.mark.databases(POSTGRESQL)


def test_it_runs_as_the_guide_asks_for(store: Store) -> None:
    assert stated_settings()["wal_level"] == "minimal"
    with store.engine.connect() as connection:
        for name, value in stated_settings().items():
            assert connection.exec_driver_sql(f"SHOW {name}").scalar() == value


def test_intakes_role_is_no_superuser(store: Store) -> None:
    with store.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user").one()
        assert tuple(row) == (ROLE, False)


def test_a_statement_that_fails_is_not_in_the_servers_log(store: Store, cluster: Cluster, settings: Config) -> None:
    fail(store, b"\xc5" * 16)
    assert b"c5" * 16 not in cluster.log.read_bytes()
    # the control: with Debian's own settings it is
    cluster.run("ALTER DATABASE {} SET log_min_messages = warning", name_of(settings.database))
    cluster.run("ALTER DATABASE {} SET log_error_verbosity = 'default'", name_of(settings.database))
    store.engine.dispose()
    fail(store, b"\xc6" * 16)
    assert b"c6" * 16 in cluster.log.read_bytes()


def fail(store: Store, submission_id: bytes) -> None:
    """Two rows with one key."""
    row = {"id": submission_id, "reason": "author"}
    with pytest.raises(BusyError), store.change() as change:
        change._connection.execute(insert(schema.gone), [row, row])


def test_a_day_is_closed_though_submissions_never_pause(store: Store) -> None:
    closed, alternate = threading.Event(), [threading.Event() for _ in range(200)]

    def close() -> None:
        alternate[0].wait(20)
        with store.alone():
            closed.set()

    def submit(turn: int) -> None:
        """Holds its transaction until the next one has begun; but not for ever, when that one has to wait."""
        with store.change():
            alternate[turn].set()
            alternate[turn + 1].wait(1)

    with ThreadPoolExecutor(3) as threads:
        closing = threads.submit(close)
        turn, running = 0, threads.submit(submit, 0)
        while not closed.is_set() and turn < len(alternate) - 2:
            alternate[turn].wait(5)
            following = threads.submit(submit, turn + 1)
            running.result(20)
            turn, running = turn + 1, following
        entered = closed.is_set()
        alternate[turn + 1].set()
        closing.result(20)
    assert entered


def test_as_many_connections_are_open_as_requests_are_handled_and_no_more(settings: Config) -> None:
    wide = Store(settings.database, Limits(threads=20, busy_seconds=1))
    with ExitStack() as open_looks:
        for _ in range(20):
            open_looks.enter_context(wide.look())
        with pytest.raises(BusyError), wide.look():
            pass
    wide.close()


def test_whoever_writes_sees_what_others_did_before_whatever_the_server_is_set_to(
    store: Store, cluster: Cluster, settings: Config
) -> None:
    cluster.run("ALTER DATABASE {} SET default_transaction_isolation = serializable", name_of(settings.database))
    store.engine.dispose()
    show = text("SHOW transaction_isolation")
    with store.change(ID) as change:
        assert change._connection.scalar(show) == "read committed"
    with store.alone() as change:
        assert change._connection.scalar(show) == "read committed"
    with store.look() as look:
        assert look._connection.scalar(show) == "repeatable read"


@pytest.mark.parametrize("driver", ["pg8000", "psycopg_async"])
def test_another_driver_whose_errors_nobody_here_knows_is_refused(driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = ModuleType("pg8000")
    installed.__dict__.update(paramstyle="pyformat", __version__="1.31.0")
    monkeypatch.setitem(sys.modules, "pg8000", installed)
    with pytest.raises(RefusedError, match="psycopg alone"):
        Store(f"postgresql+{driver}://db/intake", Limits())


def test_a_submission_takes_six_messages_to_the_server_and_its_end(
    app: Flask, client: FlaskClient, portal: Portal
) -> None:
    statements: list[str] = []
    event.listen(site_of(app).store.engine, "before_cursor_execute", lambda *of: statements.append(of[2].split()[0]))
    for one in range(2):
        statements.clear()
        assert client.put(address(bytes([one] * 16)), data=portal.envelope(), headers=headers()).status_code == 204
    assert statements == ["BEGIN", "SELECT", "SELECT", "SELECT", "DELETE", "INSERT"]


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (psycopg.errors.DiskFull, FullError),
        (psycopg.errors.IoError, FullError),
        (psycopg.errors.ReadOnlySqlTransaction, FullError),
        (psycopg.errors.UniqueViolation, BusyError),
        (psycopg.errors.LockNotAvailable, BusyError),
        (psycopg.errors.OutOfMemory, BusyError),
        (psycopg.errors.QueryCanceled, BusyError),
        (psycopg.errors.AdminShutdown, AwayError),
        (psycopg.errors.ConnectionFailure, AwayError),
        (psycopg.errors.InsufficientPrivilege, NoneType),
        (psycopg.errors.DataCorrupted, NoneType),
    ],
)
def test_what_the_driver_says_is_understood(error: type[psycopg.Error], meaning: type) -> None:
    assert type(drivers.meaning(error())) is meaning
