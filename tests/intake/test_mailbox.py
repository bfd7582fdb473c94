"""An unknown receipt and an empty mailbox look the same; nobody reads another's (behaviours A7, A8)."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from crypto.errors import AgeError, FormatError
from crypto.public.seal import decoy_slot, seal_slot
from crypto.secret import identity
from crypto.secret.unseal import unseal
from crypto.wire.age import SLOT_LENGTH, SLOT_PLAINTEXT, check_slot
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock, take
from tests.material import DAY, Portal, receipt_keys

pytestmark = ON_BOTH
KEYS = receipt_keys()
SECRET, ADDRESS, SEED = KEYS.mailbox_secret(), KEYS.mailbox_address(), KEYS.reply_seed()
DECOYS = "intake.routes.mailbox.decoy_slot"
PAGE_BYTES = 4 * SLOT_LENGTH


def slots(client: FlaskClient, secret: bytes = SECRET, page: int = 0) -> list[bytes]:
    """The slots of one page."""
    answer = client.post("/mailbox", data=secret + page.to_bytes(2, "big"))
    assert answer.status_code == 200
    return [answer.data[at : at + SLOT_LENGTH] for at in range(0, len(answer.data), SLOT_LENGTH)]


def opened(client: FlaskClient, page: int = 0) -> list[int]:
    """The numbers in the slots that this receipt opens, in order."""
    found = []
    for slot in slots(client, page=page):
        try:
            found.append(unseal(slot, [SEED])[0])
        except AgeError:
            continue
    return found


def reply(number: int) -> bytes:
    """A slot for this receipt that holds a number."""
    return seal_slot(bytes([number]).ljust(SLOT_PLAINTEXT, b"\x00"), identity.public_key(SEED))


@pytest.fixture
def deliver(store: Store, portal: Portal) -> Callable[..., None]:
    """Brings replies, one post a day."""

    def bring(*numbers: int, day: str = DAY) -> None:
        take(store, portal, portal.post([(ADDRESS, reply(number)) for number in numbers], day), day)

    return bring


@pytest.mark.parametrize("count", range(6))
def test_there_are_always_four_well_formed_slots(client: FlaskClient, deliver: Callable[..., None], count: int) -> None:
    deliver(*range(count))
    answer = client.post("/mailbox", data=SECRET + bytes(2))
    assert len(answer.data) == PAGE_BYTES
    assert answer.headers["Content-Length"] == str(PAGE_BYTES)
    for slot in slots(client):
        check_slot(slot)
    assert len(opened(client)) == min(count, 4)
    assert len(opened(client, page=1)) == max(count - 4, 0)


def test_an_unknown_secret_an_empty_mailbox_and_an_emptied_one_look_the_same(
    client: FlaskClient, deliver: Callable[..., None]
) -> None:
    deliver(1)
    client.post("/mailbox/delete", data=SECRET)
    seen = [client.post("/mailbox", data=secret + bytes(2)) for secret in (SECRET, bytes(32), b"\xff" * 32)]
    seen.append(client.post("/mailbox", data=SECRET + b"\xff\xff"))
    assert len({(one.status, tuple(one.headers), len(one.data)) for one in seen}) == 1
    for one in seen:
        for at in range(0, PAGE_BYTES, SLOT_LENGTH):
            check_slot(one.data[at : at + SLOT_LENGTH])


def test_decoys_are_never_the_same_twice(client: FlaskClient) -> None:
    assert len({*slots(client), *slots(client)}) == 8


@pytest.mark.parametrize("count", [0, 1, 4])
def test_four_decoys_are_made_whatever_is_there(
    client: FlaskClient, deliver: Callable[..., None], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    made = []

    def noted() -> bytes:
        made.append(decoy_slot())
        return made[-1]

    monkeypatch.setattr(DECOYS, noted)
    deliver(*range(count))
    slots(client)
    assert len(made) == 4


def test_a_mailbox_that_answered_without_decoys_would_be_noticed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the tests above: a server that leaves decoys out, or makes them of random bytes, fails them."""
    monkeypatch.setattr(DECOYS, lambda: b"")
    assert len(client.post("/mailbox", data=SECRET + bytes(2)).data) != PAGE_BYTES
    monkeypatch.setattr(DECOYS, lambda: bytes(SLOT_LENGTH))
    with pytest.raises(FormatError, match="wrong-shape"):
        check_slot(slots(client)[0])


def test_the_newest_day_comes_first_then_the_order_of_hashes(
    client: FlaskClient, deliver: Callable[..., None], clock: SetClock
) -> None:
    deliver(1, 2, day="2026-11-10")
    deliver(3, day="2026-11-12")
    deliver(4, 5, day="2026-11-11")
    clock.set("2026-11-12")
    found = opened(client) + opened(client, page=1)
    assert found[0] == 3
    assert sorted(found[1:3]) == [4, 5]
    assert sorted(found[3:]) == [1, 2]
    assert found == opened(client) + opened(client, page=1)


def test_another_secret_neither_reads_nor_deletes(client: FlaskClient, deliver: Callable[..., None]) -> None:
    deliver(7)
    real = slots(client)[0]
    for guess in (ADDRESS, SECRET[::-1], bytes(32)):
        assert real not in slots(client, guess)
        assert client.post("/mailbox/delete", data=guess).status_code == 204
    assert opened(client) == [7]


def test_deleting_says_the_same_whether_or_not_there_was_a_mailbox(
    client: FlaskClient, deliver: Callable[..., None]
) -> None:
    deliver(7)
    answers = [client.post("/mailbox/delete", data=SECRET) for _ in range(2)]
    assert len({(one.status, one.data, tuple(one.headers)) for one in answers}) == 1
    assert opened(client) == []


@pytest.mark.parametrize(("length", "status"), [(0, 400), (31, 400), (32, 400), (33, 400), (35, 413), (64, 413)])
def test_a_secret_of_another_length_is_refused(client: FlaskClient, length: int, status: int) -> None:
    assert client.post("/mailbox", data=bytes(length)).status_code == status


@pytest.mark.parametrize(("length", "status"), [(0, 400), (31, 400), (33, 413), (34, 413)])
def test_deleting_takes_exactly_a_secret(client: FlaskClient, length: int, status: int) -> None:
    assert client.post("/mailbox/delete", data=bytes(length)).status_code == status


def test_a_reply_waits_180_days_and_not_one_more(
    client: FlaskClient, deliver: Callable[..., None], clock: SetClock
) -> None:
    deliver(9)
    clock.set("2027-05-09")
    assert opened(client) == [9]
    clock.set("2027-05-10")
    assert opened(client) == []
