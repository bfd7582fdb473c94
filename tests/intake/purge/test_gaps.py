"""A clock that jumped deletes nothing, and after a gap everything can be carried for a while before it goes."""

import pytest

from intake.clock import days_later
from intake.closing import Signer, close_days
from intake.errors import RefusedError
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock, jump, take
from tests.intake.purge.rows import TODAY, backed_up, held, kept
from tests.intake.test_records import VAULTS
from tests.intake.test_settling import arrive
from tests.material import DAY, Portal, any_slot


@ON_BOTH
@pytest.mark.parametrize("days", [102, 92, 4, -1], ids=["wrong clock", "outage", "four days", "behind"])
def test_a_clock_that_jumped_closes_and_deletes_nothing_until_somebody_says_that_it_is_right(
    closed: Store, portal: Portal, signer: Signer, clock: SetClock, days: int
) -> None:
    take(closed, portal, portal.post([(bytes(32), any_slot(1))]))
    before, day = kept(closed), days_later(TODAY, days)
    clock.set(day)
    said = f"the clock of this machine says {day}, and days are closed until {TODAY}: if that is right, run"
    for short in (False, True):
        with pytest.raises(RefusedError, match=f"{said} `intake close-day --after-gap`"):
            close_days(closed, signer, clock, short=short)
    assert kept(closed) == before
    clock.set(days_later(TODAY, 3))
    assert len(close_days(closed, signer, clock)) == 3


@ON_BOTH
def test_after_a_gap_nothing_is_deleted_for_its_age_and_what_it_closed_can_be_carried_for_as_long_as_ever(
    store: Store, portal: Portal, signer: Signer, clock: SetClock, sent: list[tuple[bytes, bytes]]
) -> None:
    arrive(store, sent)
    take(store, portal, portal.post([(bytes(32), any_slot(1))]))
    back = days_later(DAY, 200)
    clock.set(back)
    lines: list[str] = []
    close_days(store, signer, clock, after_gap=True, say=lines.append)
    assert lines[200:] == ["after a gap: this time no reply was deleted, and for 14 days nothing at the limit"]
    assert (len(kept(store)["manifest"]), held(store)[1], len(kept(store)["slot"])) == (200, 8, 1)
    close_days(store, signer, clock)
    assert (held(store)[1], len(kept(store)["slot"])) == (8, 0)
    jump(store, signer, clock, days_later(back, 89))
    close_days(store, signer, clock)
    assert held(store)[1] == 8
    clock.set(days_later(back, 90))
    close_days(store, signer, clock)
    assert held(store)[1] == 0


@ON_BOTH
@pytest.mark.parametrize(("retention_days", "grace"), [(90, 14), (7, 7)])
def test_what_was_closed_before_a_gap_can_be_carried_for_a_while_before_it_goes(
    closed: Store, signer: Signer, clock: SetClock, retention_days: int, grace: int
) -> None:
    back = days_later(TODAY, 92)
    clock.set(back)
    close_days(closed, signer, clock, after_gap=True, retention_days=retention_days)
    jump(closed, signer, clock, days_later(back, grace - 1))
    close_days(closed, signer, clock, retention_days=retention_days)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 5, 2: 1}
    clock.set(days_later(back, grace))
    close_days(closed, signer, clock, retention_days=retention_days)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 0, 2: 0}


@ON_BOTH
def test_what_everybody_has_in_a_backup_goes_after_a_gap_too(
    closed: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    backed_up(closed, portal, VAULTS, 1)
    clock.set(days_later(TODAY, 20))
    close_days(closed, signer, clock, after_gap=True)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 0, 2: 1}
