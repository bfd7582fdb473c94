"""Who sends, deletes or makes room at once: whoever comes second waits, and is told what holds."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from flask.testing import FlaskClient

from crypto.wire.digest import sha256
from intake import postgresql
from intake.store import Part, Store
from tests.intake.conftest import ON_BOTH
from tests.intake.databases import POSTGRESQL
from tests.intake.test_closing import NEXT
from tests.intake.test_parts import DATA, ID, OTHER_DATA, OTHER_ID, TOKEN, Told, counts, end, name, put, stage
from tests.material import DAY, Portal

pytestmark = ON_BOTH


@pytest.fixture(scope="module")
def envelope(portal: Portal) -> bytes:
    """An honest one."""
    return portal.envelope()


@pytest.mark.parametrize(
    ("data", "expected"), [(DATA, (204, "")), (OTHER_DATA, (409, "conflict"))], ids=["same", "other"]
)
def test_two_who_send_the_same_part_at_once_are_told_what_holds(
    client: FlaskClient, store: Store, data: bytes, expected: Told
) -> None:
    with ThreadPoolExecutor(1) as threads:
        with store.change(ID) as change:
            change.add_part(Part(id=ID, name=name(1), sha256=sha256(DATA)), DATA, DAY)
            answer = threads.submit(put, client, 1, data)
            assert wait([answer], 0.3).not_done
        assert answer.result(20) == expected
    assert counts(store) == {"part": 1, "staging": 1}


def late_part(client: FlaskClient, store: Store, envelope: bytes) -> Told:
    """What the envelope of one part is told while a second part comes in that was there first."""
    stage(store, ID, 1)
    with ThreadPoolExecutor(1) as threads:
        with store.change(ID) as change:
            change.add_part(Part(id=ID, name=name(1), sha256=bytes(32)), b"x", DAY)
            answer = threads.submit(end, client, envelope, 1)
            wait([answer], 0.5)
        return answer.result(20)


def test_no_part_slips_in_beside_the_envelope(client: FlaskClient, store: Store, envelope: bytes) -> None:
    assert late_part(client, store, envelope) == (409, "conflict")
    assert counts(store) == {"part": 2, "staging": 1}


@pytest.mark.databases(POSTGRESQL)
def test_without_claims_a_part_would_slip_in(
    client: FlaskClient, store: Store, envelope: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: transactions of PostgreSQL do not see each other."""
    monkeypatch.setattr(postgresql, "claims", lambda _ids: ())
    assert late_part(client, store, envelope) == (204, "")


def test_whoever_deletes_waits_for_the_envelope_that_takes_the_parts(
    client: FlaskClient, store: Store, envelope: bytes
) -> None:
    stage(store, ID, 2)
    with ThreadPoolExecutor(1) as threads:
        with store.change(ID) as change:
            assert change.count_parts(ID) == 2
            deleted = threads.submit(client.post, "/submissions/delete", data=TOKEN)
            assert wait([deleted], 0.3).not_done
        assert deleted.result(20).status_code == 204
    assert counts(store) == {}
    assert end(client, envelope, 2) == (409, "parts-missing")


@pytest.mark.databases(POSTGRESQL)
def test_parts_that_somebody_is_busy_with_are_not_dropped_for_others(store: Store) -> None:
    stage(store, ID, 1)
    with store.change(ID), store.change(OTHER_ID) as other:
        assert not other.drop_staged(ID, NEXT)
    with store.change(OTHER_ID) as other:
        assert other.drop_staged(ID, NEXT)
    assert counts(store) == {}
