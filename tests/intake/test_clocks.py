"""Whatever the clock of an intake did for some days, its stations can take what it closed (review/days.py)."""

from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from crypto.public.verify import verify_note
from crypto.sign.sign import public
from crypto.wire.attachments import PART_LENGTH
from crypto.wire.container import read_container
from crypto.wire.day import DayManifest
from crypto.wire.directory import NamedKey
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note, body
from intake import transfer
from intake.check import check
from intake.closing import Signer, close_days
from intake.config import Config
from intake.errors import RefusedError
from intake.store import Store
from review.days import Signed, check_chain
from review.refusals import Refused
from tests.intake.conftest import ON_BOTH, SetClock, address, headers, standing
from tests.material import DAY, Portal

pytestmark = ON_BOTH
AHEAD, TRUE, AFTER = "2026-11-13", "2026-11-11", "2026-11-14"
"""Until when a clock that was ahead had the days closed; the day it was in truth; the first day after both."""
FIRST, SECOND = bytes(16), b"\x01" * 16


def put(client: FlaskClient, submission_id: bytes, envelope: bytes, parts: int = 0) -> int:
    """The status of the answer to an envelope."""
    told = headers() | {"Parts": str(parts)}
    return client.put(address(submission_id), data=envelope, headers=told).status_code


def put_part(client: FlaskClient, submission_id: bytes) -> int:
    """The status of the answer to a part."""
    path = f"{address(submission_id)}/parts/{to_base64url(bytes(16))}"
    return client.put(path, data=bytes(PART_LENGTH)).status_code


def closed(store: Store, portal: Portal) -> list[Signed]:
    """Every day, as a station reads it."""
    found = []
    with store.look() as look:
        for n, _day, digest in look.manifest_heads():
            note = Note.parse(look.manifest(n) or b"")
            verify_note(note, NamedKey(name="intake", key=public(portal.intake_seed)))
            found.append((DayManifest.parse(body(note, "day", portal.name)), digest))
    return found


@pytest.fixture
def ahead(store: Store, signer: Signer, clock: SetClock) -> Store:
    """Its clock was two days ahead when the days were closed, and is right again."""
    clock.set(AHEAD)
    close_days(store, signer, clock)
    clock.set(TRUE)
    return store


def test_what_comes_after_a_clock_was_ahead_stands_in_a_day_that_stations_take(
    client: FlaskClient, ahead: Store, portal: Portal, signer: Signer, clock: SetClock, settings: Config
) -> None:
    envelope = portal.envelope()
    assert put(client, FIRST, envelope) == 204
    with pytest.raises(RefusedError, match=f"says {TRUE}, and days are closed until {AHEAD}"):
        close_days(ahead, signer, clock)
    clock.set(AFTER)
    close_days(ahead, signer, clock)
    manifests = closed(ahead, portal)
    check_chain(manifests, {}, [])
    assert [one.day for one, _ in manifests] == [DAY, TRUE, "2026-11-12", AHEAD]
    assert [entry.id for entry in manifests[-1][0].entries] == [FIRST]
    assert check(settings, ahead, standing(ahead, portal, AFTER), AFTER).wrong == ()


def test_stations_refuse_for_good_what_is_of_an_earlier_day_than_the_one_before(
    ahead: Store, portal: Portal, signer: Signer
) -> None:
    """The control of the test above: days as an earlier release made them."""
    manifests = closed(ahead, portal)
    note = Note.parse(signer.sign("day", DayManifest(n=4, day=TRUE, prev=manifests[-1][1], entries=()).encode()))
    with pytest.raises(Refused) as raised:
        check_chain([*manifests, (DayManifest.parse(body(note, "day", portal.name)), note.hash())], {}, [])
    assert raised.value.code == "days-broken"


def test_a_part_that_comes_while_the_clock_stands_before_the_open_day_waits_as_long_as_others(
    client: FlaskClient, ahead: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    assert put_part(client, SECOND) == 204
    clock.set(AFTER)
    close_days(ahead, signer, clock)
    assert put(client, SECOND, portal.envelope(), 1) == 204
    clock.set("2026-11-15")
    (manifest,) = close_days(ahead, signer, clock)
    assert (manifest.day, [entry.id for entry in closed(ahead, portal)[-1][0].entries]) == (AFTER, [SECOND])


def test_a_bundle_is_taken_whatever_the_clock_says(
    client: FlaskClient, ahead: Store, portal: Portal, signer: Signer, tmp_path: Path
) -> None:
    """Today is in it again once the day has come that is open."""
    assert put(client, FIRST, portal.envelope()) == 204
    days = {}
    for today in (TRUE, AHEAD):
        transfer.export(ahead, signer, tmp_path / today, today)
        with (tmp_path / today).open("rb") as source:
            found = {
                name: data for name, data in read_container(source, most_member=2**26) if name[:5] in ("day/0", "today")
            }
        notes = [(name.partition("/")[0], Note.parse(data)) for name, data in found.items()]
        read = [DayManifest.parse(body(note, label, portal.name)) for label, note in notes]  # type: ignore[arg-type]
        assert all(before.day <= after.day for before, after in pairwise(read))
        days[today] = [label for label, _ in notes]
    assert days == {TRUE: ["day"] * 3, AHEAD: ["day"] * 3 + ["today"]}
