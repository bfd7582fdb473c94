"""Envelopes come in whole and once, or not at all (protocol.md section 8; behaviours A3, A4, A6)."""

import io
import secrets
from collections.abc import Callable, Mapping

import pytest
from flask.testing import FlaskClient

from crypto.public.seal import seal
from crypto.wire.age import ENVELOPE_LENGTHS, MOST_STANZAS
from crypto.wire.frame import MESSAGE_FRAMES
from intake import config, create_app
from intake.closing import Signer, close_days
from intake.config import Config
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock, address, code_of, headers, make_folder, take
from tests.material import DAY, Portal

ID = bytes(range(16))


@pytest.fixture(scope="module")
def envelopes(portal: Portal) -> tuple[bytes, ...]:
    """One of each size."""
    return tuple(portal.envelope(size) for size in range(4))


@pytest.fixture(scope="module")
def envelope(envelopes: tuple[bytes, ...]) -> bytes:
    """The smallest."""
    return envelopes[0]


def put(
    client: FlaskClient, body: bytes, submission_id: bytes = ID, changes: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and code of the answer."""
    answer = client.put(address(submission_id), data=body, headers={**headers(), **(changes or {})})
    return answer.status_code, code_of(answer) if answer.data else ""


def stored(store: Store) -> int:
    """How many submissions are held."""
    with store.look() as look:
        counts = look.count()
    return counts["arrived"] + counts["closed"]


@ON_BOTH
@pytest.mark.parametrize("size", range(4))
def test_an_envelope_of_each_of_the_four_sizes_is_stored_as_it_is(
    client: FlaskClient, store: Store, envelopes: tuple[bytes, ...], size: int
) -> None:
    assert len(envelopes[size]) == ENVELOPE_LENGTHS[size]
    answer = client.put(address(ID), data=envelopes[size], headers=headers())
    assert (answer.status_code, answer.data) == (204, b"")
    with store.look() as look:
        assert [one.length for one in look.waiting(DAY, 9)] == [ENVELOPE_LENGTHS[size]]


@pytest.mark.parametrize("change", [-1, 1])
@pytest.mark.parametrize("size", range(4))
def test_one_byte_more_or_less_than_a_size_is_refused(
    client: FlaskClient, store: Store, envelopes: tuple[bytes, ...], size: int, change: int
) -> None:
    body = envelopes[size][:-1] if change < 0 else envelopes[size] + b"\x00"
    expected = (413, "too-large") if len(body) > max(ENVELOPE_LENGTHS) else (400, "wrong-length")
    assert put(client, body) == expected
    assert stored(store) == 0


def test_a_body_that_is_shorter_or_longer_than_it_says_is_refused(client: FlaskClient, envelope: bytes) -> None:
    for body in (envelope[:-1], b""):
        answer = client.put(
            address(ID),
            input_stream=io.BytesIO(body),
            headers={**headers(), "Content-Length": str(len(envelope))},
        )
        assert (answer.status_code, code_of(answer)) == (400, "wrong-length")


@pytest.mark.parametrize(
    "length", ["", "-57782", "+57782", "57782 ", "0x10", "5_7782", "\u0665\u0667\u0667\u0668\u0662"]
)
def test_a_length_that_is_no_plain_number_is_refused(client: FlaskClient, envelope: bytes, length: str) -> None:
    answer = client.put(
        address(ID), input_stream=io.BytesIO(envelope), headers=headers(), environ_overrides={"CONTENT_LENGTH": length}
    )
    assert (answer.status_code, code_of(answer)) == (400, "wrong-length")


def test_a_body_without_a_length_or_in_chunks_is_refused_before_it_is_read(
    client: FlaskClient, envelope: bytes
) -> None:
    class Unreadable(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

    for extra in ({"CONTENT_LENGTH": ""}, {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": str(len(envelope))}):
        answer = client.put(address(ID), input_stream=Unreadable(envelope), headers=headers(), environ_overrides=extra)
        assert code_of(answer) == "wrong-length"


def _with_stanzas(count: int) -> Callable[[Portal], bytes]:
    """An age file to so many keys, of exactly the length of an envelope."""

    def make(portal: Portal) -> bytes:
        keys = [portal.key_file("2026-11")[:1216]] * count
        spare = (16 - count) * (len(seal(b"", keys[:1] * 2)) - len(seal(b"", keys[:1])))
        body = seal(bytes(MESSAGE_FRAMES[0] + spare), keys)
        missing = ENVELOPE_LENGTHS[0] - len(body)
        return seal(bytes(MESSAGE_FRAMES[0] + spare + missing), keys)

    return make


def _altered(old: bytes, new: bytes) -> Callable[[Portal], bytes]:
    def make(portal: Portal) -> bytes:
        return portal.envelope().replace(old, new, 1)

    return make


@ON_BOTH
@pytest.mark.parametrize(
    "make",
    [
        lambda _portal: bytes(ENVELOPE_LENGTHS[0]),
        lambda _portal: secrets.token_bytes(ENVELOPE_LENGTHS[0]),
        lambda _portal: b"I was threatened. ".ljust(ENVELOPE_LENGTHS[0]),
        lambda _portal: b"-----BEGIN PGP MESSAGE-----\n".ljust(ENVELOPE_LENGTHS[0], b"A"),
        lambda portal: portal.envelope()[1:] + b"\n",
        _altered(b"age-encryption.org/v1", b"age-encryption.org/v2"),
        _altered(b"-> mlkem768x25519 ", b"-> mlkem768x25518 "),
        _altered(b"-> mlkem768x25519 ", b"-> X25519 xxxxxxx "),
        _altered(b"\n--- ", b"\n-- -"),
        _with_stanzas(15),
        _with_stanzas(17),
        _with_stanzas(MOST_STANZAS),
    ],
    ids=lambda _: "",
)
def test_what_is_not_sixteen_sealed_stanzas_is_refused(
    client: FlaskClient, store: Store, portal: Portal, make: Callable[[Portal], bytes]
) -> None:
    body = make(portal)
    assert len(body) == ENVELOPE_LENGTHS[0]
    assert put(client, body) == (400, "wrong-shape")
    assert stored(store) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"Parts": "5"},
        {"Parts": "+1"},
        {"Parts": "\u0661"},
        {"Parts": "1,024"},
        {"Parts": "1536"},
        {"Parts": "00"},
        {"Parts": ""},
        {"Directory": "0"},
        {"Directory": "01"},
        {"Directory": "-1"},
        {"Directory": "1.0"},
        {"Directory": "9" * 17},
        {"Directory": ""},
        {"Epoch": "2026-13"},
        {"Epoch": "2026-1"},
        {"Epoch": "2026-11-10"},
        {"Epoch": ""},
        {"Epoch": "2030-01"},
    ],
)
def test_a_header_out_of_form_is_refused(client: FlaskClient, envelope: bytes, changes: dict[str, str]) -> None:
    assert put(client, envelope, changes=changes) == (400, "bad-header")


@pytest.mark.parametrize("missing", ["Parts", "Directory", "Epoch"])
def test_a_missing_header_is_refused(client: FlaskClient, envelope: bytes, missing: str) -> None:
    left = {name: value for name, value in headers().items() if name != missing}
    answer = client.put(address(ID), data=envelope, headers=left)
    assert (answer.status_code, code_of(answer)) == (400, "bad-header")


@pytest.mark.parametrize(
    "name", ["A" * 21, "A" * 23, "A" * 21 + "B", "A" * 21 + "=", "A" * 21 + "+", "..%2F..", "%00" * 22]
)
def test_an_identifier_that_is_not_16_bytes_in_base64url_is_refused(
    client: FlaskClient, envelope: bytes, name: str
) -> None:
    answer = client.put(f"/submissions/{name}", data=envelope, headers=headers())
    assert code_of(answer) in ("bad-id", "not-found")
    assert answer.status_code in (400, 404)


@ON_BOTH
def test_the_same_upload_again_is_welcome_and_stored_once(client: FlaskClient, store: Store, envelope: bytes) -> None:
    assert [put(client, envelope) for _ in range(3)] == [(204, "")] * 3
    assert stored(store) == 1


@ON_BOTH
def test_other_bytes_under_the_same_identifier_are_a_conflict(
    client: FlaskClient, store: Store, portal: Portal, envelope: bytes
) -> None:
    put(client, envelope)
    assert put(client, portal.envelope()) == (409, "conflict")
    with store.look() as look:
        assert look.waiting(DAY, 9)[0].length == len(envelope)


@ON_BOTH
def test_an_identifier_in_a_manifest_stays_taken(
    client: FlaskClient, portal: Portal, store: Store, signer: Signer, clock: SetClock, envelope: bytes
) -> None:
    put(client, envelope)
    clock.set("2026-11-11")
    close_days(store, signer, clock)
    assert put(client, envelope) == (204, "")
    assert put(client, portal.envelope()) == (409, "conflict")
    assert stored(store) == 1


@ON_BOTH
def test_a_replay_is_welcome_even_when_its_epoch_is_over(
    client: FlaskClient, portal: Portal, clock: SetClock, envelope: bytes
) -> None:
    put(client, envelope)
    clock.set("2026-12-20")
    assert put(client, envelope) == (204, "")
    assert put(client, portal.envelope()) == (409, "conflict")
    assert put(client, envelope, bytes(16)) == (409, "epoch-over")


@ON_BOTH
@pytest.mark.parametrize(
    ("day", "changes", "expected"),
    [
        (DAY, {"Epoch": "2027-01"}, (409, "epoch-early")),
        (DAY, {"Directory": "2"}, (409, "unknown-directory")),
        ("2026-11-09", {}, (503, "closed")),
        ("2027-02-20", {}, (503, "closed")),
    ],
)
def test_what_may_not_come_in_stores_nothing(
    client: FlaskClient,
    store: Store,
    clock: SetClock,
    envelope: bytes,
    day: str,
    changes: dict[str, str],
    expected: tuple[int, str],
) -> None:
    clock.set(day)
    assert put(client, envelope, changes=changes) == expected
    assert stored(store) == 0


@ON_BOTH
def test_a_directory_imported_meanwhile_is_in_force_for_the_next_request(
    client: FlaskClient, store: Store, portal: Portal, envelope: bytes
) -> None:
    assert put(client, envelope) == (204, "")
    take(store, portal, portal.next(min_seq=2).ceremony_file())
    assert put(client, envelope, bytes(16)) == (409, "directory-outdated")
    assert put(client, envelope, bytes(16), {"Directory": "2"}) == (204, "")


def test_an_intake_without_a_directory_is_closed(
    tmp_path_factory: pytest.TempPathFactory, portal: Portal, clock: SetClock, envelope: bytes
) -> None:
    settings: Config = config.load(make_folder(tmp_path_factory.mktemp("bare") / "intake", portal))
    client = create_app(settings, clock).test_client()
    assert put(client, envelope) == (503, "closed")
    assert code_of(client.get("/start")) == "closed"
    assert client.get("/en/write").status_code == 200


@ON_BOTH
def test_the_day_of_a_submission_is_the_day_it_was_stored_on(
    client: FlaskClient, store: Store, clock: SetClock, envelope: bytes
) -> None:
    clock.set("2026-11-10", hours=23.999)
    put(client, envelope)
    clock.set("2026-11-11", hours=0)
    put(client, envelope, bytes(16))
    with store.look() as look:
        assert look.open_days() == ["2026-11-10", "2026-11-11"]


def test_no_answer_sets_a_cookie_or_looks_at_one(client: FlaskClient, envelope: bytes) -> None:
    answer = client.put(address(ID), data=envelope, headers={**headers(), "Cookie": "session=abc"})
    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
