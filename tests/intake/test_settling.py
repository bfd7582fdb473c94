"""What a closed day leaves in PostgreSQL's tables: no order, no number of a transaction, no deleted byte."""

import random
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from crypto.wire.digest import sha256
from intake.check import check
from intake.closing import Signer, close_days
from intake.config import Config
from intake.errors import BusyError
from intake.limits import Limits
from intake.postgresql import SETTINGS
from intake.store import Change, Part, Store
from tests.intake.conftest import SetClock, standing
from tests.intake.databases import POSTGRESQL
from tests.intake.postgres import OWNER, Cluster, name_of, stated_settings
from tests.intake.test_closing import add
from tests.material import DAY, Portal

pytestmark = pytest.mark.databases(POSTGRESQL)
NEXT = "2026-11-11"
Server = psycopg.Connection[Any]


@pytest.fixture
def server(cluster: Cluster, settings: Config) -> Iterator[Server]:
    """The owner of the server looks into intake's database."""
    name = name_of(settings.database)
    with closing(psycopg.connect(host=str(cluster.folder), user=OWNER, dbname=name, autocommit=True)) as connection:
        yield connection


@pytest.fixture
def sent() -> list[tuple[bytes, bytes]]:
    """Ten submissions, not in the order of their IDs."""
    dice = random.Random(9)
    return [(dice.randbytes(16), dice.randbytes(57_782)) for _ in range(10)]


def add_parts(store: Store, submission_id: bytes, parts: Sequence[bytes], day: str = DAY) -> None:
    """Parts come one after the other, before their envelope; their names do not follow their order."""
    for data in parts:
        with store.change(submission_id) as change:
            change.add_part(Part(id=submission_id, name=sha256(data)[:16], sha256=sha256(data)), data, day)


def arrive(store: Store, sent: Sequence[tuple[bytes, bytes]], day: str = DAY) -> dict[bytes, bytes]:
    """Each submission comes after two parts, cut from its envelope; gives the first bytes of each part by its key."""
    begins: dict[bytes, bytes] = {}
    for submission_id, envelope in sent:
        parts = [envelope[at : at + 20_000] for at in (0, 20_000)]
        add_parts(store, submission_id, parts, day)
        begins |= {submission_id + sha256(data)[:16]: data[:1_000] for data in parts}
        add(store, [(submission_id, envelope)], day)
        with store.change(submission_id) as change:
            change.unstage(submission_id)
    return begins


def drop(store: Store, submission_id: bytes) -> None:
    """Its author deletes it."""
    with store.change(submission_id) as change:
        change.drop_submissions([submission_id], "author")


def rows(server: Server, statement: LiteralString, *names: str) -> list[tuple[Any, ...]]:
    """What a statement gives, with these names in its gaps."""
    return server.execute(sql.SQL(statement).format(*map(sql.Identifier, names))).fetchall()


def lies(server: Server, table: str, *key: str) -> list[bytes]:
    """The keys of a table's rows, as they lie on the disk."""
    columns = sql.SQL(" || ").join(map(sql.Identifier, key))
    query = sql.SQL("SELECT {} FROM {} ORDER BY ctid").format(columns, sql.Identifier(table))
    return [one for (one,) in server.execute(query).fetchall()]


def transactions(server: Server, table: str) -> int:
    """How many transactions the rows of a table come from."""
    return len(rows(server, "SELECT DISTINCT xmin::text FROM {}", table))


def numbered(server: Server) -> list[bytes]:
    """The first bytes of every part, in the order of the numbers that the server gave to their bytes."""
    ((name,),) = rows(server, "SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'part'")
    query = sql.SQL("SELECT substr(chunk_data, 1, 1000) FROM {} WHERE chunk_seq = 0 ORDER BY chunk_id")
    return [begin for (begin,) in server.execute(query.format(sql.Identifier(*name.split(".")))).fetchall()]


def tables(server: Server, cluster: Cluster) -> bytes:
    """All files of the database, as they are on the disk."""
    server.execute("CHECKPOINT")
    ((path,),) = rows(server, "SELECT pg_relation_filepath('closed')")
    files = [file for file in (cluster.folder / "data" / path).parent.iterdir() if file.is_file()]
    return b"".join(map(_bytes, files))


def _bytes(file: Path) -> bytes:
    with suppress(FileNotFoundError):
        return file.read_bytes()
    return b""


def test_a_closed_day_keeps_no_order_and_no_number_of_a_transaction(
    store: Store, server: Server, signer: Signer, clock: SetClock, sent: list[tuple[bytes, bytes]]
) -> None:
    begins = arrive(store, sent)
    clock.set(NEXT)
    close_days(store, signer, clock)
    assert lies(server, "closed", "id") == sorted(one for one, _ in sent)
    assert lies(server, "part", "id", "name") == sorted(begins)
    assert numbered(server) == [begins[key] for key in sorted(begins)]
    assert (transactions(server, "closed"), transactions(server, "part")) == (1, 1)


def test_parts_that_were_not_laid_anew_would_tell_their_order(
    store: Store,
    server: Server,
    signer: Signer,
    clock: SetClock,
    sent: list[tuple[bytes, bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control of the test above."""
    monkeypatch.setattr(Change, "lay_parts", lambda *_: None)
    begins = arrive(store, sent)
    clock.set(NEXT)
    close_days(store, signer, clock)
    assert numbered(server) == list(begins.values())
    assert transactions(server, "part") == 20


def test_what_was_deleted_one_by_one_shows_no_order_after_the_next_closing(
    store: Store, server: Server, signer: Signer, clock: SetClock, sent: list[tuple[bytes, bytes]]
) -> None:
    arrive(store, sent)
    clock.set(NEXT)
    close_days(store, signer, clock)
    for submission_id, _envelope in sent[:4]:
        drop(store, submission_id)
    assert lies(server, "gone", "id") == [one for one, _ in sent[:4]]
    assert transactions(server, "gone") == 4
    clock.set("2026-11-12")
    close_days(store, signer, clock)
    assert lies(server, "gone", "id") == sorted(one for one, _ in sent[:4])
    assert lies(server, "closed", "id") == sorted(one for one, _ in sent)
    assert transactions(server, "gone") == 1
    assert (transactions(server, "closed"), transactions(server, "part")) == (2, 2)  # what is left, and what is gone


def test_deleted_bytes_leave_the_tables_with_the_next_closing(
    store: Store,
    server: Server,
    cluster: Cluster,
    signer: Signer,
    clock: SetClock,
    sent: list[tuple[bytes, bytes]],
) -> None:
    arrive(store, sent)
    clock.set(NEXT)
    close_days(store, signer, clock)
    submission_id, envelope = sent[0]
    drop(store, submission_id)
    assert envelope[1_000:1_100] in tables(server, cluster)
    store.settle()
    assert envelope[1_000:1_100] not in tables(server, cluster)
    assert sent[1][1][1_000:1_100] in tables(server, cluster)


def test_a_table_that_others_keep_is_said_to_be_busy_and_settled_the_next_time(
    settings: Config, store: Store, server: Server, sent: list[tuple[bytes, bytes]]
) -> None:
    arrive(store, sent)
    hasty = Store(settings.database, Limits(busy_seconds=1))
    with server.transaction():
        server.execute("LOCK TABLE arrived IN ACCESS SHARE MODE")
        with pytest.raises(BusyError):
            hasty.settle()
    assert lies(server, "arrived", "id") == [one for one, _ in sent]
    hasty.settle()
    assert lies(server, "arrived", "id") == sorted(one for one, _ in sent)
    hasty.close()


def test_whoever_reads_an_older_state_still_reads_it_after_the_tables_were_written_anew(
    store: Store, sent: list[tuple[bytes, bytes]]
) -> None:
    arrive(store, sent)
    with store.look() as look:
        look.revision()
        drop(store, sent[0][0])
        store.settle()
        assert len(look.waiting(DAY, 99)) == 10
    with store.look() as look:
        assert len(look.waiting(DAY, 99)) == 9


def test_identifiers_that_the_planner_noted_are_forgotten_and_not_noted_again(
    store: Store, server: Server, sent: list[tuple[bytes, bytes]]
) -> None:
    def noted() -> set[str]:
        server.execute("ANALYZE")
        statement = "SELECT attname FROM pg_stats WHERE tablename = 'arrived' AND histogram_bounds IS NOT NULL"
        return {name for (name,) in server.execute(statement).fetchall()}

    arrive(store, sent)
    server.execute("ALTER TABLE arrived ALTER COLUMN id SET STATISTICS 100")  # as in a database of an earlier release
    assert noted() == {"id"}
    store.settle()
    assert noted() == set()


def test_check_names_every_setting_that_writes_down_too_much(
    settings: Config, store: Store, portal: Portal, cluster: Cluster
) -> None:
    def wrong() -> list[str]:
        store.engine.dispose()
        report = check(settings, store, standing(store, portal), DAY)
        return [reason for reason in report.wrong if "PostgreSQL" in reason]

    assert wrong() == []
    name = name_of(settings.database)
    cluster.run("ALTER DATABASE {} SET log_statement = 'all'", name)
    cluster.run("ALTER DATABASE {} SET log_min_duration_statement = 250", name)
    assert wrong() == [
        "PostgreSQL's log_min_duration_statement is 250ms, and must be -1 (deploy/INTAKE.md)",
        "PostgreSQL's log_statement is all, and must be none (deploy/INTAKE.md)",
    ]


def test_the_guide_asks_for_what_check_looks_at() -> None:
    assert stated_settings() == SETTINGS
