"""What a submission costs with PostgreSQL, the database's own processes included, beside a bare insert into the same.

The database writes without fsync here: what that takes is the disk's time, and no processor's.
"""

import secrets
import statistics
from collections.abc import Callable
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import psutil
import psycopg
from sqlalchemy.engine import make_url

from deploy.commands import Commands
from deploy.serving import HOST, choose_port, server
from intake import config
from tests.bench.figure import Figure
from tests.bench.portal import TODAY, make_intake
from tests.bench.submissions import A_ROUND, ROUNDS, TARGET_MS, WARM_UP, cpu_seconds, send
from tests.intake import postgres
from tests.material import Portal

HEADERS = {"Parts": "0", "Directory": "1", "Epoch": TODAY[:7]}


def measure(commands: Commands, base: Path, portal: Portal) -> list[Figure]:
    """CPU milliseconds of intake and database for one submission, and of the database for a bare insert."""
    envelopes = [portal.envelope(epoch=TODAY[:7]) for _ in range(10)]
    with postgres.running() as cluster:
        folder = make_intake(base / "on-postgresql", portal, cluster)
        database = psutil.Process(int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0]))
        port = choose_port(0)
        with (
            server(commands, port, "intake", "serve", folder, "--workers", 1, "--port", port) as ours,
            closing(_bare(config.load(folder).database)) as bare,
            closing(HTTPConnection(HOST, port, timeout=30)) as connection,
        ):
            intake = psutil.Process(ours.process.pid)
            submit = partial(send, connection, envelopes, HEADERS)
            insert = partial(_insert, bare, envelopes[0])
            rounds = [(_round(submit, intake, database), _round(insert, database)) for _ in range(ROUNDS)]
    ours_ms, bare_ms = (statistics.median(values) for values in zip(*rounds, strict=True))
    return [
        Figure(metric="PostgreSQL: CPU for one submission, its own too", value=ours_ms, unit="ms", target=TARGET_MS),
        Figure(metric="PostgreSQL: its CPU for a bare insert of the same bytes", value=bare_ms, unit="ms"),
    ]


def _bare(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    parsed = make_url(url)
    host = str(parsed.query["host"])
    connection = psycopg.connect(host=host, user=parsed.username, dbname=parsed.database, autocommit=True)
    connection.execute("CREATE TABLE bare (id bytea PRIMARY KEY, envelope bytea NOT NULL)")
    return connection


def _insert(connection: "psycopg.Connection[tuple[object, ...]]", envelope: bytes, count: int) -> None:
    for _ in range(count):
        connection.execute("INSERT INTO bare VALUES (%s, %s)", (secrets.token_bytes(16), envelope))


def _round(act: Callable[[int], None], *processes: psutil.Process) -> float:
    """CPU milliseconds of these processes and their children for one of many."""
    act(WARM_UP)
    before = sum(cpu_seconds(process) for process in processes)
    act(A_ROUND)
    return (sum(cpu_seconds(process) for process in processes) - before) * 1000 / A_ROUND
