"""A PostgreSQL that is away, was restarted, may not be written, or has no room: who asks is told so, or served."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import Connection

from intake import create_app, database
from intake.config import Config
from intake.errors import AwayError
from intake.limits import Limits
from intake.store import Part, Store
from tests.intake.conftest import SetClock, address, code_of, headers, site_of
from tests.intake.databases import POSTGRESQL
from tests.intake.postgres import OWNER, Cluster, name_of
from tests.intake.test_disk import mounted
from tests.intake.test_parts import DATA, ID, at
from tests.intake.test_parts import name as part_name
from tests.material import DAY, Portal

pytestmark = pytest.mark.databases(POSTGRESQL)


@pytest.fixture
def hasty(settings: Config, store: Store, clock: SetClock) -> Iterator[Flask]:
    """An application with two threads that waits a second for others."""
    app = create_app(replace(settings, limits=Limits(threads=2, busy_seconds=1, retry_seconds=3)), clock)
    yield app
    site_of(app).store.close()


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


def test_whoever_asks_while_the_server_is_away_is_told_when_to_come_back(
    hasty: Flask, store: Store, cluster: Cluster, settings: Config, portal: Portal
) -> None:
    client, envelope, name = hasty.test_client(), portal.envelope(), name_of(settings.database)
    assert put(client, bytes(16), envelope) == (204, "")
    cut_off(cluster, name)
    assert put(client, b"\x01" * 16, envelope) == (204, "")  # by another connection
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


def use_both(store: Store) -> None:
    """Looks through two connections at once: all that the application has."""
    with store.look() as one, store.look() as other:
        assert one.count() == other.count()


def test_whoever_asks_after_a_restart_of_the_server_is_served(
    hasty: Flask, cluster: Cluster, settings: Config, portal: Portal
) -> None:
    client, served = hasty.test_client(), site_of(hasty).store
    use_both(served)
    with closing(psycopg.connect(host=str(cluster.folder), user=OWNER, dbname=name_of(settings.database))) as other:
        cluster.restart()
        with pytest.raises(psycopg.OperationalError):
            other.execute("SELECT 1")
    use_both(served)
    cluster.restart()
    assert put(client, bytes(16), portal.envelope()) == (204, "")
    cluster.restart()
    assert client.get("/days").status_code == 200


def test_without_another_attempt_a_restart_would_turn_somebody_away(
    hasty: Flask, cluster: Cluster, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    monkeypatch.setattr(database, "_begun", Connection.begin)
    use_both(site_of(hasty).store)
    cluster.restart()
    assert put(hasty.test_client(), bytes(16), portal.envelope()) == (503, "unavailable")


def test_what_a_restart_interrupts_is_not_kept_by_halves_and_not_begun_again(store: Store, cluster: Cluster) -> None:
    attempts = []

    def interrupted() -> None:
        with store.change(ID) as change:
            attempts.append(change.count_parts(ID))
            change.add_part(Part(id=ID, name=bytes(16), sha256=bytes(32)), b"x", DAY)
            cluster.restart()
            change.unstage(ID)

    with pytest.raises(AwayError):
        interrupted()
    with store.look() as look:
        assert (attempts, look.count_parts(ID), look.count_staged()) == ([0], 0, 0)


def test_a_database_that_may_only_be_read_is_said_so_and_everything_goes_on_when_it_may_be_written(
    hasty: Flask, store: Store, cluster: Cluster, settings: Config, portal: Portal
) -> None:
    client, envelope, name = hasty.test_client(), portal.envelope(), name_of(settings.database)
    assert put(client, bytes(16), envelope) == put_part(client, 1) == (204, "")
    cluster.run("ALTER DATABASE {} SET default_transaction_read_only = on", name)
    cut_off(cluster, name)
    assert put(client, b"\x01" * 16, envelope) == put_part(client, 2) == (507, "storage-full")
    assert client.get("/days").status_code == 200
    cluster.run("ALTER DATABASE {} RESET default_transaction_read_only", name)
    cut_off(cluster, name)
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
