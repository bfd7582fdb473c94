"""Floods of parts fill what is for parts; envelopes have room of their own, and what waits too long goes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from crypto.wire.attachments import PART_LENGTH
from intake import create_app
from intake.admission import MOST_DROPPED
from intake.closing import Signer, close_days
from intake.config import Config
from intake.limits import Limits
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock, site_of
from tests.intake.test_closing import NEXT
from tests.intake.test_parts import ID, OTHER_ID, counts, end, listed, put, stage
from tests.material import DAY, Portal

pytestmark = ON_BOTH
THIRD = "2026-11-12"
FULL = (507, "storage-full")
MIB = 1024**2


@pytest.fixture(scope="module")
def envelope(portal: Portal) -> bytes:
    """An honest one."""
    return portal.envelope()


@contextmanager
def asking(settings: Config, clock: SetClock, limits: Limits) -> Iterator[FlaskClient]:
    """Asks the application under other limits."""
    app = create_app(replace(settings, limits=limits), clock)
    yield app.test_client()
    site_of(app).store.close()


def stranger(number: int) -> bytes:
    """An identifier; they stand in the order of their numbers."""
    return b"\x0f" + number.to_bytes(15, "big")


def waiting(store: Store, ids: Sequence[bytes]) -> list[int]:
    """How many parts each of these has."""
    with store.look() as look:
        return [look.count_parts(one) for one in ids]


def test_a_flood_of_parts_leaves_room_for_envelopes_and_is_gone_after_the_second_closing(
    settings: Config, store: Store, signer: Signer, clock: SetClock, envelope: bytes
) -> None:
    with asking(settings, clock, Limits(database_bytes=32 * MIB, retry_seconds=7)) as client:
        answers = [put(client, 1, submission_id=stranger(number)) for number in range(30)]
        taken = answers.index(FULL)
        assert 22 <= taken <= 24  # a quarter of 32 is not theirs; SQLite needs some room for itself
        assert answers == [(204, "")] * taken + [FULL] * (30 - taken)
        assert client.put(f"/submissions/{'A' * 22}/parts/{'A' * 22}", data=bytes(MIB)).headers["Retry-After"] == "7"
        assert put(client, 1, submission_id=stranger(0)) == (204, "")  # it is there
        assert [end(client, envelope, 0, bytes([n]) * 16) for n in range(100, 200)] == [(204, "")] * 100
        assert end(client, envelope, 1, stranger(0)) == (204, "")
        clock.set(NEXT)
        close_days(store, signer, clock)
        assert counts(store) == {"closed": 101, "part": taken, "staging": taken - 1}
        clock.set(THIRD)
        close_days(store, signer, clock)
        assert counts(store) == {"closed": 101, "part": 1}
        assert put(client, 1, submission_id=stranger(1)) == (204, "")


def test_without_room_of_their_own_envelopes_would_not_come_in(
    settings: Config, store: Store, clock: SetClock, envelope: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above, where the file has a limit: in SQLite."""
    monkeypatch.setattr(Limits, "part_bytes", 4 * MIB)
    if settings.database.startswith("sqlite"):
        with asking(settings, clock, Limits(database_bytes=4 * MIB)) as client:
            assert FULL in [put(client, 1, submission_id=stranger(number)) for number in range(5)]
            assert FULL in [end(client, envelope, 0, bytes([n]) * 16) for n in range(100, 120)]


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        (Limits(), 7 * 1024),
        (Limits(envelope_bytes=5 * MIB), 8 * 1024 - 5),
        (Limits(database_bytes=2 * MIB), 1.5),
        (Limits(database_bytes=100 * MIB, envelope_bytes=10 * MIB), 90),
        (Limits(database_bytes=100 * MIB, envelope_bytes=90 * MIB), 75),
    ],
)
def test_a_quarter_of_the_room_is_for_envelopes_unless_less_was_set(limits: Limits, left: float) -> None:
    assert limits.part_bytes == left * MIB


def test_what_waits_since_an_earlier_day_goes_for_what_comes_oldest_first(
    settings: Config, store: Store, clock: SetClock
) -> None:
    ids = [stranger(number) for number in range(4)]
    for one, day in zip(ids, (NEXT, DAY, NEXT, "2026-11-09"), strict=True):
        stage(store, one, 2, day)
    clock.set(THIRD)
    with asking(settings, clock, Limits(staged_parts=8)) as client:
        assert put(client, 1) == (204, "")
        assert waiting(store, ids) == [2, 2, 2, 0]
        assert [put(client, 2), put(client, 3)] == [(204, "")] * 2
        assert waiting(store, ids) == [2, 0, 2, 0]
        assert [put(client, 4), put(client, 5), put(client, 6)] == [(204, "")] * 3
        assert waiting(store, ids) == [0, 0, 2, 0]


def test_parts_of_today_and_of_the_same_submission_go_for_nobody(
    settings: Config, store: Store, clock: SetClock, envelope: bytes
) -> None:
    stage(store, ID, 2, DAY)
    stage(store, OTHER_ID, 2, NEXT)
    clock.set(NEXT)
    with asking(settings, clock, Limits(staged_parts=4)) as client:
        assert put(client, 9) == FULL
        assert waiting(store, [ID, OTHER_ID]) == [2, 2]
        assert put(client, 9, submission_id=OTHER_ID) == (204, "")
        assert waiting(store, [ID, OTHER_ID]) == [0, 3]
        assert put(client, 9) == (204, "")
        assert put(client, 8) == FULL
        assert end(client, envelope, 3, OTHER_ID) == (204, "")  # and waits no longer
        assert put(client, 8) == (204, "")


def test_a_part_makes_few_others_go_at_once_and_does_not_come_in_before_enough_went(
    settings: Config, store: Store, clock: SetClock
) -> None:
    """Whoever comes pays with the time that removing takes."""
    count = 2 * MOST_DROPPED
    for number in range(count):
        stage(store, stranger(number), 1, DAY)
    clock.set(NEXT)
    with asking(settings, clock, Limits(staged_parts=4)) as client:
        assert put(client, 1) == FULL
        assert sum(waiting(store, [stranger(number) for number in range(count)])) == count - MOST_DROPPED
        assert put(client, 1) == (204, "")


def test_a_refused_part_is_not_half_there(settings: Config, store: Store, clock: SetClock) -> None:
    with asking(settings, clock, Limits(staged_parts=1)) as client:
        assert [put(client, 1), put(client, 2), put(client, 1)] == [(204, ""), FULL, (204, "")]
        assert len(listed(client)) == 1
    assert counts(store) == {"part": 1, "staging": 1}


@pytest.mark.parametrize(
    ("came", "closed", "left"),
    [
        (DAY, DAY, 1),
        (DAY, NEXT, 1),
        (DAY, THIRD, 0),
        (NEXT, THIRD, 1),
        (THIRD, THIRD, 1),
        (DAY, "2026-11-13", 0),
    ],
)
def test_parts_without_envelope_go_with_the_second_closing_of_a_day(
    store: Store, signer: Signer, clock: SetClock, came: str, closed: str, left: int
) -> None:
    stage(store, ID, 1, came)
    clock.set(closed)
    close_days(store, signer, clock)
    assert (counts(store).get("staging", 0), counts(store).get("part", 0)) == (left, left)


def test_room_in_use_grows_with_each_part_and_shrinks_when_it_is_gone(client: FlaskClient, store: Store) -> None:
    def used() -> int:
        with store.look() as look:
            return look.bytes_used()

    before = used()
    assert put(client, 1) == (204, "")
    assert PART_LENGTH <= used() - before < PART_LENGTH + 20_000
    with store.change() as change:
        change.drop_submissions([ID], "author")
        assert change.bytes_used() <= before + 20_000
    assert used() <= before + 20_000
