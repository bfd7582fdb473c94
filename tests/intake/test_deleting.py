"""Whoever shows a token deletes what belongs to it; nobody else can, and nobody learns whether it was there."""

import pytest
from flask.testing import FlaskClient

from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from intake.closing import Signer, close_days
from intake.store import Part, Store
from tests.intake.conftest import ON_BOTH, SetClock, address, headers
from tests.intake.test_closing import NEXT
from tests.intake.test_parts import counts, end, listed, name, put, stage, submission
from tests.material import DAY, Portal, receipt_keys

pytestmark = ON_BOTH
KEYS = receipt_keys()
TOKEN, ID = KEYS.delete_token(DAY, 3), KEYS.submission_id(DAY, 3)
OTHER_TOKEN, OTHER_ID = KEYS.delete_token(DAY, 4), KEYS.submission_id(DAY, 4)


@pytest.fixture
def sent(client: FlaskClient, portal: Portal) -> bytes:
    """An envelope that was stored under the identifier of that token."""
    envelope = portal.envelope()
    assert client.put(address(ID), data=envelope, headers=headers()).status_code == 204
    return envelope


def delete(client: FlaskClient, *tokens: bytes) -> int:
    """The status of the answer."""
    return client.post("/submissions/delete", data=b"".join(tokens)).status_code


def test_on_the_day_itself_nothing_of_it_is_left(client: FlaskClient, store: Store, sent: bytes) -> None:
    assert delete(client, TOKEN) == 204
    with store.look() as look:
        assert {**look.count(), "directory": 0} == {**dict.fromkeys(look.count(), 0), "state": 1, "log": 1, **_keys()}


def _keys() -> dict[str, int]:
    return {"key_file": 3, "post_key": 1}


def test_all_sixteen_slots_of_a_day_are_deleted_in_one_request(client: FlaskClient, store: Store, sent: bytes) -> None:
    assert delete(client, *(KEYS.delete_token(DAY, slot) for slot in range(16))) == 204
    with store.look() as look:
        assert look.held(ID) is None


def test_on_a_closed_day_the_bytes_go_and_the_bundle_says_so(
    client: FlaskClient, store: Store, portal: Portal, signer: Signer, clock: SetClock, sent: bytes
) -> None:
    clock.set("2026-11-11")
    close_days(store, signer, clock)
    assert delete(client, TOKEN) == 204
    assert delete(client, TOKEN) == 204
    with store.look() as look:
        assert look.envelope(ID) is None
        assert look.gone(1) == [(ID, "author")]
        assert look.held(ID) == sha256(sent)
    again = client.put(address(ID), data=sent, headers=headers())
    other = client.put(address(ID), data=portal.envelope(), headers=headers())
    assert (again.status_code, other.status_code) == (204, 409)
    with store.look() as look:
        assert look.envelope(ID) is None


@pytest.mark.parametrize("token", [ID, ID[::-1], to_base64url(TOKEN).encode()[:16], bytes(16)])
def test_the_identifier_and_other_guesses_delete_nothing(
    client: FlaskClient, store: Store, sent: bytes, token: bytes
) -> None:
    assert delete(client, token) == 204
    with store.look() as look:
        assert look.held(ID) is not None


@pytest.mark.parametrize(("length", "status"), [(0, 400), (15, 400), (17, 400), (512 * 16, 204), (513 * 16, 413)])
def test_from_1_to_512_whole_tokens_are_taken(client: FlaskClient, length: int, status: int) -> None:
    assert client.post("/submissions/delete", data=bytes(length)).status_code == status


def test_the_answer_does_not_tell_whether_there_was_anything(client: FlaskClient, sent: bytes) -> None:
    there = client.post("/submissions/delete", data=TOKEN)
    not_there = client.post("/submissions/delete", data=TOKEN)
    assert (there.status, there.data, list(there.headers)) == (
        not_there.status,
        not_there.data,
        list(not_there.headers),
    )


@pytest.mark.parametrize("whole", [False, True], ids=["without envelope", "with envelope"])
def test_on_an_open_day_the_author_leaves_nothing_of_any_part(
    client: FlaskClient, store: Store, portal: Portal, whole: bool
) -> None:
    stage(store, ID, 2)
    stage(store, OTHER_ID, 1)
    if whole:
        assert end(client, portal.envelope(), 2) == (204, "")
    assert delete(client, TOKEN) == 204
    assert counts(store) == {"part": 1, "staging": 1}
    assert listed(client) == []
    assert put(client, 1) == (204, "")  # as if it had never been


def test_on_a_closed_day_the_bytes_of_the_parts_go_and_their_hashes_stay(
    client: FlaskClient, store: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    for one in (ID, OTHER_ID):
        stage(store, one, 2)
        assert end(client, portal.envelope(), 2, one) == (204, "")
    clock.set(NEXT)
    close_days(store, signer, clock)
    assert delete(client, TOKEN) == 204
    with store.look() as look:
        assert [look.part(ID, name(number)) for number in (0, 1)] == [None, None]
        assert [look.part(OTHER_ID, name(number)) for number in (0, 1)] == [b"part 0", b"part 1"]
        assert [one.sha256 for one in look.parts(ID)] == [sha256(b"part 1"), sha256(b"part 0")]
        assert look.gone(1) == [(ID, "author")]


def test_thousands_are_dropped_at_once_open_staged_and_closed(store: Store, signer: Signer, clock: SetClock) -> None:
    ids = [number.to_bytes(2, "big") * 8 for number in range(1_200)]
    with store.change() as change:
        for number, one in enumerate(ids):
            change.add_part(Part(id=one, name=name(0), sha256=bytes(32)), b"x", DAY)
            if number % 3:
                change.unstage(one)
                change.add_submission(submission(one), DAY if number % 3 == 1 else NEXT, b"x")
    clock.set(NEXT)
    close_days(store, signer, clock)
    with store.alone() as change:
        assert change.drop_submissions([*ids, OTHER_ID], "purged")
        assert not change.drop_submissions([*ids, OTHER_ID], "purged")
    assert counts(store) == {"closed": 400, "part": 400}
    with store.look() as look:
        assert look.gone(1) == [(one, "purged") for one in ids if one in {*ids[1::3]}]
        assert {look.part(one, name(0)) for one in ids} == {None}
