"""`intake check` notices what must not be: each fault is made, and seen to be found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from intake import config, database
from intake.check import check
from intake.closing import Signer, close_days
from intake.config import Config
from intake.limits import Limits
from intake.store import Store
from tests.intake.conftest import SetClock, standing
from tests.intake.test_closing import add
from tests.material import Portal

TODAY = "2026-11-12"


@pytest.fixture
def closed(store: Store, portal: Portal, signer: Signer, clock: SetClock) -> Store:
    """Two closed days with three submissions, one of them deleted since."""
    add(store, [(bytes([number]) * 16, bytes([number]) * 57_782) for number in range(3)])
    clock.set(TODAY)
    close_days(store, signer, clock)
    with store.change() as change:
        change.drop_submissions([bytes([2]) * 16], "author")
    return store


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
        ("DELETE FROM log WHERE n = 2", "line 2 of the public log does not follow"),
        ("DELETE FROM key_file", "the key file of 2026-11 is not right (key-file-length)"),
        ("UPDATE key_file SET data = zeroblob(length(data))", "is not right (key-file-mismatch)"),
        ("UPDATE state SET open_from = '2026-11-01'", "days since 2026-11-01 are not closed"),
    ],
)
def test_a_fault_in_the_database_is_found(
    settings: Config, closed: Store, portal: Portal, statement: str, reason: str
) -> None:
    with closed.engine.begin() as connection:
        connection.exec_driver_sql(statement)
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
    assert 50_000 < before - (database.bytes_used(closed.engine) or 0) < 70_000


@pytest.mark.parametrize(("url", "warned"), [("sqlite:///a.db", 0), ("postgresql+psycopg://db/intake", 1)])
def test_another_database_than_sqlite_is_warned_about(
    settings: Config, closed: Store, portal: Portal, url: str, warned: int
) -> None:
    report = check(replace(settings, database=url), closed, standing(closed, portal, TODAY), TODAY)
    assert sum(line.startswith("warning: ") and "order and the time" in line for line in report.state) == warned


def test_an_expired_directory_is_a_closed_form(settings: Config, closed: Store, portal: Portal) -> None:
    assert "no directory is in force (expired): the form is closed" in wrong(settings, closed, portal, "2027-03-01")
