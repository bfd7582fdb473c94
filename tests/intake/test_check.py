"""`intake check` notices what must not be: each fault is made, and seen to be found."""

import random
import re
import shutil
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from intake import closing, config, database
from intake.check import check
from intake.clock import days_later
from intake.closing import Signer, close_days
from intake.config import Config
from intake.limits import Limits
from intake.store import Store
from tests.intake.conftest import SetClock, standing, take
from tests.intake.test_records import VAULTS, named, record, records_file
from tests.intake.test_settling import arrive
from tests.intake.test_today import stage
from tests.material import DAY, Portal

TODAY = "2026-11-12"


@pytest.fixture
def closed(store: Store, portal: Portal, signer: Signer, clock: SetClock) -> Store:
    """Two closed days with three submissions, two parts each, one of them deleted since; and one that waits."""
    arrive(store, [(bytes([number]) * 16, _bytes(number)) for number in range(3)])
    clock.set(TODAY)
    close_days(store, signer, clock)
    with store.change() as change:
        change.drop_submissions([bytes([2]) * 16], "author")
    arrive(store, [(bytes([3]) * 16, _bytes(3))], TODAY)
    stage(store, bytes([4]) * 16, [b"one", b"two"], TODAY)
    return store


def _bytes(number: int) -> bytes:
    return random.Random(number).randbytes(57_782)


def wrong(settings: Config, store: Store, portal: Portal, today: str = TODAY) -> str:
    """All reasons in one line."""
    return "; ".join(check(settings, store, standing(store, portal, today), today).wrong)


def test_nothing_is_wrong_with_an_intake_that_is_right(settings: Config, closed: Store, portal: Portal) -> None:
    assert wrong(settings, closed, portal) == ""


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE closed SET envelope = x'00' WHERE id = zeroblob(16)", "missing or altered"),
        ("UPDATE closed SET envelope = NULL WHERE id = zeroblob(16)", "missing or altered"),
        ("DELETE FROM closed WHERE id = zeroblob(16)", "missing or altered"),
        ("DELETE FROM gone", "missing or altered"),
        ("DELETE FROM manifest WHERE n = 1", "manifest 2 does not follow"),
        ("UPDATE manifest SET hash = x'00' WHERE n = 1", "manifest 1 does not follow"),
        ("UPDATE part SET data = x'00' WHERE id = zeroblob(16)", "a part of manifest 1 is missing or altered"),
        ("UPDATE part SET data = NULL WHERE id = zeroblob(16)", "a part of manifest 1 is missing or altered"),
        ("UPDATE part SET data = x'00' WHERE id = @2", "a part of manifest 1 is missing or altered"),
        ("UPDATE part SET sha256 = zeroblob(32) WHERE id = zeroblob(16)", "has other parts than it lists"),
        ("DELETE FROM part WHERE id = zeroblob(16)", "an entry of manifest 1 has other parts than it lists"),
        ("UPDATE part SET id = zeroblob(16) WHERE id = @4", "manifest 1 has other parts than it lists"),
        ("UPDATE part SET id = @5 WHERE id = @4", "parts of no submission: 2"),
        ("UPDATE staging SET parts = 3 WHERE id = @4", "another number of parts than is here: 1"),
        ("UPDATE staging SET id = @3", "another number of parts than is here: 1"),
        ("UPDATE part SET data = x'00' WHERE id = @4", "missing or altered before their day was closed: 2"),
        ("UPDATE part SET data = NULL WHERE id = @3", "missing or altered before their day was closed: 2"),
        ("UPDATE gone SET reason = 'limit'", "the public log counts other early deletions"),
        ("INSERT INTO record VALUES ('nobody', 1, x'00', '2026-11-11', 0, 0, x'00')", "another number of records"),
        ("DELETE FROM log WHERE n = 2", "line 2 of the public log does not follow"),
        ("DELETE FROM key_file", "the key file of 2026-11 is not right (key-file-length)"),
        ("UPDATE key_file SET data = zeroblob(length(data))", "is not right (key-file-mismatch)"),
        ("UPDATE state SET open_from = '2026-11-11'", "days since 2026-11-11 are not closed"),
        ("UPDATE state SET open_from = '2026-11-08'", "says 2026-11-12, and days are closed until 2026-11-08"),
        ("UPDATE state SET open_from = '2026-11-13'", "says 2026-11-12, and days are closed until 2026-11-13"),
        ("UPDATE manifest SET day = '2026-11-12' WHERE n = 2", "manifest 2 is of 2026-11-11, before or beside"),
    ],
)
def test_a_fault_in_the_database_is_found(
    settings: Config, closed: Store, portal: Portal, statement: str, reason: str
) -> None:
    """`@2` is the ID of sixteen times that byte."""
    with closed.engine.begin() as connection:
        connection.exec_driver_sql(re.sub("@([0-9])", lambda found: f"x'{found[1].zfill(2) * 16}'", statement))
    assert reason in wrong(settings, closed, portal)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: folder.chmod(0o750), "may be read by others"),
        (lambda folder: (folder / config.SETTINGS).chmod(0o644), "intake.toml may be read by others"),
        (lambda folder: (folder / config.KEY).chmod(0o644), "intake.key may be read by others"),
        (lambda folder: (folder / config.KEY).unlink(), "is missing: run `intake key`"),
        (lambda folder: (folder / config.KEY).write_bytes(bytes(32)), "names another intake key"),
    ],
)
def test_a_fault_in_the_folder_is_found(
    settings: Config, closed: Store, portal: Portal, spoil: Callable[[Any], object], reason: str
) -> None:
    spoil(settings.folder)
    assert reason in wrong(settings, closed, portal)


@pytest.mark.parametrize(("share", "warned", "refused"), [(0.4, 0, 0), (0.51, 1, 0), (0.89, 1, 0), (0.91, 0, 1)])
def test_a_database_that_gets_full_is_said_in_time(
    settings: Config, closed: Store, portal: Portal, share: float, warned: int, refused: int
) -> None:
    closed.settle()
    used = (settings.folder / "intake.db").stat().st_size
    settings = replace(settings, limits=Limits(database_bytes=int(used / share)))
    report = check(settings, closed, standing(closed, portal, TODAY), TODAY)
    said = f"the database holds {int(share * 100)} % of what it may"
    assert sum(line.startswith(f"warning: {said}") for line in report.state) == warned
    assert sum(reason.startswith(said) for reason in report.wrong) == refused


def test_room_that_deleted_bytes_left_is_room(settings: Config, closed: Store) -> None:
    before = database.bytes_used(closed.engine) or 0
    with closed.change() as change:
        change.drop_submissions([bytes(16)], "author")
    assert 90_000 < before - (database.bytes_used(closed.engine) or 0) < 110_000  # the envelope, and two parts


@pytest.mark.parametrize(("url", "warned"), [("sqlite:///a.db", 0), ("postgresql+psycopg://db/intake", 1)])
def test_another_database_than_sqlite_is_warned_about(
    settings: Config, closed: Store, portal: Portal, url: str, warned: int
) -> None:
    report = check(replace(settings, database=url), closed, standing(closed, portal, TODAY), TODAY)
    assert sum(line.startswith("warning: ") and "order and the time" in line for line in report.state) == warned


def test_an_expired_directory_is_a_closed_form(settings: Config, closed: Store, portal: Portal) -> None:
    assert "no directory is in force (expired): the form is closed" in wrong(settings, closed, portal, "2027-03-01")


def test_days_that_decrease_are_found(settings: Config, closed: Store, portal: Portal, signer: Signer) -> None:
    """As an earlier release made them under a wrong clock; no station takes them."""
    with closed.alone() as change:
        for day in (TODAY, DAY):
            assert len(list(closing._close(change, signer, day, TODAY))) == 1
    assert "manifest 4 is of 2026-11-10, before or beside the days around it" in wrong(settings, closed, portal)


@pytest.mark.parametrize(("free", "warned"), [(1.9, 1), (2.1, 0)])
def test_a_disk_without_room_to_write_the_database_anew_is_said_in_time(
    settings: Config, closed: Store, portal: Portal, monkeypatch: pytest.MonkeyPatch, free: float, warned: int
) -> None:
    used = database.bytes_used(closed.engine) or 0
    monkeypatch.setattr("shutil.disk_usage", lambda _path: shutil._ntuple_diskusage(10**9, 0, int(free * used)))
    said = [line for line in state(settings, closed, portal) if "closing a day takes" in line]
    assert len(said) == warned


def state(settings: Config, store: Store, portal: Portal, today: str = TODAY) -> list[str]:
    """How things are."""
    return list(check(settings, store, standing(store, portal, today), today).state)


def test_parts_without_an_envelope_and_early_deletions_are_counted(
    settings: Config, closed: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    settings = replace(settings, limits=Limits(staged_parts=8))
    assert "parts that wait for their envelope: 2, 25 % of what may" in state(settings, closed, portal)
    assert "deleted at the limit, before every vault had a backup: 0" in state(settings, closed, portal)
    clock.set("2026-11-13")
    close_days(closed, signer, clock, retention_days=1)
    assert "deleted at the limit, before every vault had a backup: 2" in state(settings, closed, portal, "2026-11-13")
    assert wrong(settings, closed, portal, "2026-11-13") == ""


@pytest.mark.parametrize(("days", "warned", "refused"), [(19, 0, 0), (20, 1, 0), (77, 1, 0), (78, 0, 1), (91, 0, 1)])
def test_a_vault_without_a_backup_is_warned_about_in_time(
    settings: Config, closed: Store, portal: Portal, days: int, warned: int, refused: int
) -> None:
    given = {vault: record(portal, manifest=named(closed)) for vault in VAULTS if vault != "ced"}
    take(closed, portal, records_file(portal, given), TODAY)
    today = days_later(DAY, days)
    said = (
        f"vault ced has not recorded a backup of manifest 1, {days} days old; it is deleted on 2027-02-10 at the latest"
    )
    report = check(settings, closed, standing(closed, portal, today), today)
    assert list(report.state).count(f"warning: {said}") == warned
    assert list(report.wrong).count(said) == refused
    assert sum("has not recorded" in line for line in (*report.state, *report.wrong)) == warned + refused


def test_what_nobody_is_left_to_read_is_said(settings: Config, closed: Store, portal: Portal) -> None:
    later = portal.next(vaults=tuple(replace(one, status="absent") for one in portal.directory.vaults))
    take(closed, portal, later.ceremony_file(), TODAY)
    said = "warning: no vault is left that has a backup of manifest 1, 21 days old; it is deleted on 2027-02-10"
    assert f"{said} at the latest" in state(settings, closed, portal, "2026-12-01")


def test_a_shorter_limit_is_warned_about_in_time_too(settings: Config, closed: Store, portal: Portal) -> None:
    settings = replace(settings, limits=Limits(retention_days=10))
    assert "vault cat has not recorded a backup of manifest 1, 2 days old" in wrong(settings, closed, portal)


def test_the_memory_does_not_grow_with_parts(settings: Config, closed: Store, portal: Portal) -> None:
    def most() -> int:
        tracemalloc.start()
        assert wrong(settings, closed, portal) == ""
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    stage(closed, bytes([5]) * 16, [bytes([0]) * 2**20], TODAY)
    few = most()
    stage(closed, bytes([6]) * 16, [bytes([number]) * 2**20 for number in range(1, 24)], TODAY)
    assert most() < few + 2**20
