"""What only PostgreSQL does: many transactions side by side, a server that may be away, and a log of its own."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import NoneType
from typing import LiteralString

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import insert

from intake import create_app, drivers, schema
from intake.config import Config
from intake.errors import AwayError, BusyError, FullError
from intake.limits import Limits
from intake.store import Store
from tests.intake.conftest import SetClock, address, code_of, headers, site_of
from tests.intake.databases import POSTGRESQL
from tests.intake.postgres import OWNER, ROLE, Cluster, name_of, stated_settings
from tests.intake.test_disk import mounted
from tests.intake.test_parts import DATA, ID, at
from tests.intake.test_parts import name as part_name
from tests.material import Portal

pytestmark = pytest.mark.databases(POSTGRESQL)


@pytest.fixture
def hasty(settings: Config, store: Store, clock: SetClock) -> Iterator[Flask]:
    """An application with two threads that waits a second for others."""
    app = create_app(replace(settings, limits=Limits(threads=2, busy_seconds=1, retry_seconds=3)), clock)
    yield app
    site_of(app).store.close()


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


def test_as_many_connections_are_open_as_requests_are_handled_and_no_more(hasty: Flask, settings: Config) -> None:
    wide = Store(settings.database, Limits(threads=20, busy_seconds=1))
    with ExitStack() as open_looks:
        for _ in range(20):
            open_looks.enter_context(wide.look())
        with pytest.raises(BusyError), wide.look():
            pass
    wide.close()


def test_whoever_asks_while_the_server_is_away_is_told_when_to_come_back(
    hasty: Flask, store: Store, cluster: Cluster, settings: Config, portal: Portal
) -> None:
    client, envelope, name = hasty.test_client(), portal.envelope(), name_of(settings.database)
    assert put(client, bytes(16), envelope) == (204, "")
    cut_off(cluster, name)
    assert put(client, b"\x01" * 16, envelope) == (503, "unavailable")  # its connection was lost
    assert put(client, b"\x01" * 16, envelope) == (204, "")
    cluster.run("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
    cut_off(cluster, name)
    for _ in range(2):
        assert put(client, b"\x02" * 16, envelope) == (503, "unavailable")  # and no other can be made
    with pytest.raises(AwayError, match="cannot be reached"):
        Store.open(settings.database, settings.limits, portal.name)
    cluster.run("ALTER DATABASE {} ALLOW_CONNECTIONS true", name)
    assert put(client, b"\x02" * 16, envelope) == (204, "")
    store.engine.dispose()
    with store.look() as look:
        assert look.count()["arrived"] == 3


def test_a_database_that_may_only_be_read_is_said_so_and_everything_goes_on_when_it_may_be_written(
    hasty: Flask, store: Store, cluster: Cluster, settings: Config, portal: Portal
) -> None:
    client, envelope, name = hasty.test_client(), portal.envelope(), name_of(settings.database)
    assert put(client, bytes(16), envelope) == put_part(client, 1) == (204, "")
    cluster.run("ALTER DATABASE {} SET default_transaction_read_only = on", name)
    cut_off(cluster, name)
    put(client, bytes(16), envelope)  # finds that its connection was lost
    assert put(client, b"\x01" * 16, envelope) == put_part(client, 2) == (507, "storage-full")
    assert client.get("/days").status_code == 200
    cluster.run("ALTER DATABASE {} RESET default_transaction_read_only", name)
    cut_off(cluster, name)
    put(client, bytes(16), envelope)
    assert put(client, b"\x01" * 16, envelope) == put_part(client, 2) == (204, "")
    store.engine.dispose()
    with store.look() as look:
        assert (look.count()["arrived"], look.count()["part"]) == (2, 2)


@contextmanager
def on_a_small_disk(cluster: Cluster, name: str) -> Iterator[Path]:
    """The database lies on a disk of 24 MiB, which root can mount."""

    def move(place: LiteralString) -> None:
        cluster.run("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
        cut_off(cluster, name)
        cluster.run("ALTER DATABASE {} SET TABLESPACE {}", name, place)
        cluster.run("ALTER DATABASE {} ALLOW_CONNECTIONS true", name)

    with mounted(cluster.folder / "small", "24m") as disk:
        shutil.chown(disk, OWNER, OWNER)
        with psycopg.connect(host=str(cluster.folder), user=OWNER, dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(str(disk))))
        move("small")
        try:
            yield disk
        finally:
            move("pg_default")
            cluster.run("DROP TABLESPACE small")


if os.geteuid() == 0:  # nobody else can mount a disk

    def test_a_full_disk_is_said_so_and_everything_goes_on_when_there_is_room(
        hasty: Flask, store: Store, cluster: Cluster, settings: Config, portal: Portal
    ) -> None:
        client, envelope, name = hasty.test_client(), portal.envelope(), name_of(settings.database)
        store.engine.dispose()
        with on_a_small_disk(cluster, name) as disk:
            (disk / "ballast").write_bytes(bytes(4_000_000))
            put(client, bytes(16), envelope)  # finds that its connection was lost
            answers = [put_part(client, number) for number in range(25)]
            taken = answers.index((507, "storage-full"))
            assert answers == [(204, "")] * taken + [(507, "storage-full")] * (25 - taken)
            assert (1 < taken < 20, client.get("/days").status_code) == (True, 200)
            assert len(json.loads(client.get(f"{address(ID)}/parts").data)["parts"]) == taken
            (disk / "ballast").unlink()
            assert put_part(client, taken) == put(client, b"\x01" * 16, envelope) == (204, "")
            with store.look() as look:
                assert {look.part(ID, part_name(number)) == DATA for number in range(taken + 1)} == {True}
                assert (look.count_parts(ID), look.count_staged()) == (taken + 1, taken + 1)
            store.engine.dispose()


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


def cut_off(cluster: Cluster, name: str) -> None:
    """Ends every connection to a database."""
    cluster.run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", values=[name])


def put_part(client: FlaskClient, number: int) -> tuple[int, str]:
    """Status and code of the answer."""
    answer = client.put(at(number), data=DATA)
    return answer.status_code, code_of(answer) if answer.data else ""


def put(client: FlaskClient, submission_id: bytes, envelope: bytes) -> tuple[int, str]:
    """Status and code of the answer."""
    answer = client.put(address(submission_id), data=envelope, headers=headers())
    return answer.status_code, code_of(answer) if answer.data else ""
