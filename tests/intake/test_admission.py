"""Which envelope may come in when: the rules of protocol.md section 8 as a table."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from intake.admission import refusal
from intake.clock import midnight
from intake.directories import Held, Standing, stand
from tests.material import DAY, EPOCHS, Portal

NOON = midnight(DAY) + timedelta(hours=12)


def standing_of(portal: Portal, day: str = DAY) -> Standing:
    """What this portal's directories mean on a day."""
    return stand(portal.pin, held_of(portal), day)


def held_of(portal: Portal) -> Sequence[Held]:
    """All directories of this portal, as an import takes them apart."""
    return [Held.read(portal.name, note.encode()) for note in portal.notes]


@pytest.mark.parametrize(
    ("seq", "code"),
    [(1, None), (2, None), (3, None), (4, "unknown-directory"), (99, "unknown-directory")],
)
def test_every_directory_from_the_smallest_to_the_newest_is_good(portal: Portal, seq: int, code: str | None) -> None:
    assert refusal(standing_of(portal.next().next()), seq, EPOCHS[0], NOON) == code


@pytest.mark.parametrize(("seq", "code"), [(1, "directory-outdated"), (2, None), (3, None), (4, "unknown-directory")])
def test_a_directory_below_the_smallest_is_outdated(portal: Portal, seq: int, code: str | None) -> None:
    assert refusal(standing_of(portal.next().next(min_seq=2)), seq, EPOCHS[0], NOON) == code


def test_a_directory_that_is_not_valid_yet_is_unknown_and_changes_nothing(portal: Portal) -> None:
    signed_ahead = portal.next(day="2026-12-01", min_seq=2)
    assert refusal(standing_of(signed_ahead), 2, EPOCHS[0], NOON) == "unknown-directory"
    assert refusal(standing_of(signed_ahead), 1, EPOCHS[0], NOON) is None


UNTIL = midnight("2026-12-01")
FROM = midnight("2027-01-01")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("epoch", "now", "code"),
    [
        ("2026-11", UNTIL + timedelta(days=7) - SECOND, None),
        ("2026-11", UNTIL + timedelta(days=7), "epoch-over"),
        ("2027-01", FROM - timedelta(hours=26) - SECOND, "epoch-early"),
        ("2027-01", FROM - timedelta(hours=26), None),
        ("2026-10", NOON, "bad-header"),
        ("2027-02", NOON, "bad-header"),
    ],
)
def test_an_epoch_is_good_from_26_hours_before_until_a_week_after(
    portal: Portal, epoch: str, now: datetime, code: str | None
) -> None:
    standing = standing_of(portal, now.date().isoformat())
    assert refusal(standing, 1, epoch, now) == code


@pytest.mark.parametrize(("day", "reason"), [("2026-11-09", "no-directory"), ("2027-02-16", "expired")])
def test_nothing_comes_in_without_a_directory_in_force(portal: Portal, day: str, reason: str) -> None:
    standing = standing_of(portal, day)
    assert (standing.believed, standing.reason) == (None, reason)
    assert refusal(standing, 1, EPOCHS[0], midnight(day)) == "closed"


def test_the_last_day_of_a_directory_is_the_one_before_it_expires(portal: Portal) -> None:
    assert standing_of(portal, "2027-01-31").believed is not None


def test_a_month_without_keys_closes_the_form(portal: Portal) -> None:
    standing = standing_of(portal, "2027-02-01")
    assert (standing.believed, standing.reason) == (None, "missing-epoch")


def test_an_expired_newest_directory_does_not_bring_back_an_older_one(portal: Portal) -> None:
    shorter = portal.next(expires="2026-11-20")
    assert standing_of(shorter, "2026-11-19").believed is not None
    assert standing_of(shorter, "2026-11-20").reason == "expired"
