"""What PostgreSQL lets be seen of a closed day: no order, no transaction of anybody's own, nothing that was deleted.

What remains outside of its tables stands in deploy/INTAKE.md.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from tests.intake.databases import POSTGRESQL, Databases, Kept
from tests.intake.days import Build, Intake, building, closed_twice, everybody, gives_up, mixed
from tests.intake.postgres import OWNER, Cluster, name_of
from tests.material import Portal

pytestmark = pytest.mark.databases(POSTGRESQL)
BY_ID: LiteralString = "SELECT id FROM {} ORDER BY ctid"
BY_NAME: LiteralString = "SELECT id, name FROM {} ORDER BY ctid"
LYING = {"arrived": BY_ID, "closed": BY_ID, "part": BY_NAME, "staging": BY_ID, "gone": BY_ID}
"""The keys of each table, as its rows lie on the disk."""

TOAST_OF_PARTS: LiteralString = (
    "SELECT nspname, long.relname FROM pg_class AS part JOIN pg_class AS long ON long.oid = part.reltoastrelid"
    " JOIN pg_namespace AS space ON space.oid = long.relnamespace WHERE part.relname = 'part'"
)
"""Where what is too long for its row lies."""

Connection = psycopg.Connection[Any]


@pytest.fixture
def build(
    tmp_path: Path, portal: Portal, databases: Databases, after_ceremony: Callable[[Databases], Kept]
) -> Iterator[Build]:
    """Makes intakes, by a name for each."""
    with building(tmp_path, portal, databases, after_ceremony) as build:
        yield build


@contextmanager
def opened(cluster: Cluster, intake: Intake) -> Iterator[Connection]:
    """A connection of the server's owner, who may look at pages."""
    with psycopg.connect(
        host=str(cluster.folder), user=OWNER, dbname=name_of(intake.database), autocommit=True
    ) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pgstattuple")
        yield connection


def asked(connection: Connection, statement: LiteralString, *names: str) -> list[tuple[Any, ...]]:
    """The rows of a statement with these names in its gaps."""
    return connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names))).fetchall()


def dead_rows(connection: Connection, table: str) -> int:
    """Rows that were deleted or moved and still lie there."""
    ((count,),) = connection.execute("SELECT dead_tuple_count FROM pgstattuple(%s)", (table,)).fetchall()
    return int(count)


def test_each_table_lies_in_the_order_of_its_keys_in_whatever_order_things_came(
    build: Build, portal: Portal, cluster: Cluster
) -> None:
    for intake in closed_twice(build, everybody(portal)):
        with opened(cluster, intake) as connection:
            for table, lying in LYING.items():
                found = asked(connection, lying, table)
                assert found == sorted(found), table


def test_parts_that_still_wait_for_their_envelopes_tell_no_order_of_a_day_that_is_over(
    build: Build, portal: Portal, cluster: Cluster
) -> None:
    """Neither by the transactions that they name, nor by the numbers of their long values, which count upwards."""
    dice = random.Random(5)
    waiting, intake = [gives_up(dice) for _ in range(3)], build("one")
    intake.take(mixed([*everybody(portal), *waiting], 1))
    with opened(cluster, intake) as connection:
        assert min(transactions_of_waiting(connection)) > 1  # the control
        intake.close_day()
        assert transactions_of_waiting(connection) == (1, 1)
        ((schema, name),) = asked(connection, TOAST_OF_PARTS)
        beginning = "SELECT substr(chunk_data, 1, 64) FROM {}.{} WHERE chunk_seq = 0 ORDER BY chunk_id"
        of_waiting = asked(connection, "SELECT substr(data, 1, 64) FROM part JOIN staging USING (id) ORDER BY id, name")
        numbered = [one for one in asked(connection, beginning, schema, name) if one in of_waiting]
        assert numbered == of_waiting


def transactions_of_waiting(connection: Connection) -> tuple[int, int]:
    """How many transactions those come from whose envelopes did not come, and their parts."""
    parts = asked(connection, "SELECT DISTINCT part.xmin::text FROM part JOIN staging USING (id)")
    return len(asked(connection, "SELECT DISTINCT xmin::text FROM staging")), len(parts)


def test_nothing_that_was_deleted_or_moved_lies_in_a_table_any_more(
    build: Build, portal: Portal, cluster: Cluster
) -> None:
    intake = build("one")
    intake.take(mixed(everybody(portal), 1))
    with opened(cluster, intake) as connection:
        assert dead_rows(connection, "staging") > 0  # the control
        intake.close_day()
        assert {table: dead_rows(connection, table) for table in LYING} == dict.fromkeys(LYING, 0)


def test_the_planners_statistics_remember_no_identifier(build: Build, portal: Portal, cluster: Cluster) -> None:
    """PostgreSQL notes examples of what stands in a column; what is deleted later would stay in them."""
    intake = build("one")
    intake.take(mixed(everybody(portal), 1))
    with opened(cluster, intake) as connection:
        connection.execute("ANALYZE")
        intake.close_day()
        connection.execute("ANALYZE")
        examples = connection.execute(
            "SELECT tablename, attname FROM pg_stats WHERE schemaname = 'public' AND tablename = ANY(%s)"
            " AND (most_common_vals IS NOT NULL OR histogram_bounds IS NOT NULL)",
            (list(LYING),),
        ).fetchall()
    assert [one for one in examples if one[1] in ("id", "name", "sha256")] == []
