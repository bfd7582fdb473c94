"""Nobody waits for a whole purge, and where one ends, the next goes on."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event

from crypto.wire.attachments import PART_LENGTH
from crypto.wire.fields import parse_json
from intake import purge
from intake.check import check
from intake.closing import Signer, close_days
from intake.config import Config
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock, jump, standing
from tests.intake.databases import file_of
from tests.intake.purge.rows import LIMIT, TODAY, backed_up, kept
from tests.intake.test_records import VAULTS
from tests.material import Portal

SHORT = 1
"""Days of an operator in a hurry: on the day of these tests, manifest 1 has reached the limit, and manifest 2 not."""


def test_nobody_waits_for_a_whole_purge(
    closed: Store, portal: Portal, signer: Signer, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "MOST_AT_ONCE", 5 * PART_LENGTH)  # an envelope and two parts, twice
    jump(closed, signer, clock, LIMIT)
    ended: list[object] = []
    event.listen(closed.engine, "commit", ended.append)
    lines: list[str] = []
    close_days(closed, signer, clock, say=lines.append)
    assert len(ended) == 1 + 3 + 2  # the closing, six entries by twos, and two that only look
    assert sorted(parse_json(row[2], most=1_000)["count"] for row in kept(closed)["log"][-3:]) == [1, 2, 2]
    assert "5 submissions deleted at the limit" in lines[-1]


class Cut(Exception):
    """The power went."""


def cut_at(store: Store, at: int) -> None:
    """Every statement and every commit counts; before this one the power goes."""
    numbers = count(1)

    def before(*_: object) -> None:
        if next(numbers) == at:
            raise Cut

    event.listen(store.engine, "before_cursor_execute", before)
    event.listen(store.engine, "commit", before)


@ON_BOTH
def test_a_purge_that_is_ended_again_and_again_comes_to_its_end(
    closed: Store,
    portal: Portal,
    signer: Signer,
    clock: SetClock,
    settings: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each attempt comes one statement further than the one before."""
    monkeypatch.setattr(purge, "MOST_AT_ONCE", 7 * PART_LENGTH)
    backed_up(closed, portal, VAULTS[1:])
    backed_up(closed, portal, VAULTS[:1], 2)
    ended = 0
    while cut_off(settings, signer, clock, ended + 1):
        ended += 1
        consistent(closed, settings, portal, TODAY)
    assert ended > 20
    assert sorted(row[1] for row in kept(closed)["gone"]) == ["author"] * 2 + ["purged"] * 6


def test_a_purge_that_was_ended_at_any_statement_leaves_the_same_when_it_is_done_again(
    closed: Store,
    portal: Portal,
    signer: Signer,
    clock: SetClock,
    settings: Config,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(purge, "MOST_AT_ONCE", 7 * PART_LENGTH)
    backed_up(closed, portal, VAULTS[1:])
    closed.settle()
    before = file_of(settings.database).read_bytes()
    close_days(closed, signer, clock, retention_days=SHORT)
    whole = kept(closed)
    for at in count(1):
        path = tmp_path / f"{at}.db"
        path.write_bytes(before)
        again = replace(settings, database=f"sqlite:///{path}")
        if not cut_off(again, signer, clock, at):
            break
        store = Store(again.database, again.limits)
        consistent(store, settings, portal, TODAY)
        close_days(store, signer, clock, retention_days=SHORT)
        assert kept(store) == whole, at
        store.close()
    assert at > 40


def cut_off(settings: Config, signer: Signer, clock: SetClock, at: int) -> bool:
    """Whether the power went at this statement before the day was closed."""
    store = Store(settings.database, settings.limits)
    cut_at(store, at)
    try:
        close_days(store, signer, clock, retention_days=SHORT)
    except Cut:
        return True
    finally:
        store.close()
    return False


def consistent(store: Store, settings: Config, portal: Portal, today: str) -> None:
    """Whatever the end was: what has no bytes is listed as gone, and the log counts what was early."""
    report = check(settings, store, standing(store, portal, today), today)
    assert [reason for reason in report.wrong if "missing or altered" in reason or "public log" in reason] == []
