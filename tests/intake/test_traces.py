"""After a day is closed, what is left is the same in whatever order things came: of it there is nothing to be read.

Two intakes get the same requests of many people, each person's in their order, all of them mixed in two ways: envelopes
of all sizes, parts, the same again, deletions, parts without an envelope. Then each closes the day.
"""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crypto.wire.attachments import PART_LENGTH
from tests.intake.databases import Databases, Kept
from tests.intake.days import Build, Intake, building, closed_twice, deletes, everybody, mixed, writes
from tests.material import Portal

INDEX_HEADER = 136
"""Bytes of a `-shm` file before the page numbers (sqlite.org/walformat.html 2.1): counts, and random salts."""

COUNTERS = (slice(24, 28), slice(92, 96))
"""The count of changes in the head of a database, twice (sqlite.org/fileformat.html 1.3)."""

HOUR = 3_600 * 10**9
"""Nanoseconds."""


@pytest.fixture
def build(
    tmp_path: Path, portal: Portal, databases: Databases, after_ceremony: Callable[[Databases], Kept]
) -> Iterator[Build]:
    """Makes intakes, by a name for each."""
    with building(tmp_path, portal, databases, after_ceremony) as build:
        yield build


def test_two_orders_leave_the_same_bytes_in_the_file_its_log_and_its_index(build: Build, portal: Portal) -> None:
    first, second = closed_twice(build, everybody(portal))
    assert first.file.read_bytes() == second.file.read_bytes()
    assert (first.beside("-wal").read_bytes(), second.beside("-wal").read_bytes()) == (b"", b"")
    assert pages_named(first) == pages_named(second)


def test_what_was_deleted_on_its_own_day_leaves_no_trace_but_a_count_of_changes(build: Build, portal: Portal) -> None:
    """SQLite counts transactions that changed anything since the file was made, and tells nothing of any of them."""
    people = everybody(portal)
    first, second = build("first"), build("second")
    first.take(mixed(people, 1))
    second.take(mixed([*people, deletes(portal.envelope(), bytes(PART_LENGTH))], 2))
    for one in (first, second):
        one.close_day()
    files = [bytearray(one.file.read_bytes()) for one in (first, second)]
    for file in files:
        for counter in COUNTERS:
            file[counter] = bytes(4)
    assert files[0] == files[1]
    assert pages_named(first) == pages_named(second)


def pages_named(intake: Intake) -> bytes:
    """The index of the log without its header: the pages that its frames hold, in their order, also long ago."""
    return intake.beside("-shm").read_bytes()[INDEX_HEADER:]


def test_the_index_of_the_log_tells_the_order_of_sizes_until_the_day_is_closed(build: Build, portal: Portal) -> None:
    """The control: a small message before a large one leaves other bytes there than a large one before a small one."""
    small, large = (writes(random.Random(size), portal.envelope(size), parts=0, again=False) for size in (0, 3))
    first, second = build("first"), build("second")
    first.take([*small, *large])
    second.take([*large, *small])
    assert pages_named(first) != pages_named(second)
    for one in (first, second):
        one.close_day()
    assert pages_named(first) == pages_named(second)


def test_the_file_has_no_page_that_stands_free_and_each_table_lies_in_the_order_of_its_keys(
    build: Build, portal: Portal
) -> None:
    intake = build("one")
    intake.take(mixed(everybody(portal), 3))
    intake.close_day()
    with closing(sqlite3.connect(intake.file)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        tables = connection.execute(
            "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        ).fetchall()
    assert {name for name, without_rowid in tables if not without_rowid} == {"alembic_version", "sqlite_schema"}


def test_no_file_keeps_a_time_of_the_day_that_was_closed(build: Build, portal: Portal) -> None:
    """Neither of writing nor of reading: every file that the day has touched says when it was closed."""
    intake = build("one")
    intake.take(mixed(everybody(portal), 3))
    touched = [intake.file, intake.beside("-wal"), intake.beside("-shm")]
    written = time.time_ns() - HOUR
    read = written + HOUR // 2
    for file in touched:
        os.utime(file, ns=(read, written))
    intake.close_day()
    told = {file.name: {file.stat().st_atime_ns, file.stat().st_mtime_ns} for file in touched}
    assert [name for name, times in told.items() if times & {read, written}] == []
