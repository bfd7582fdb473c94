"""Parts come before their envelope, which takes them all at once or not at all (FORMAT.md 12.3)."""

import io
import json
import random
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from crypto.wire.attachments import PART_LENGTH, SIZES
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url, to_base64url
from intake import create_app
from intake.closing import Signer, close_days
from intake.config import Config
from intake.limits import Limits
from intake.store import Part, Store, Submission
from tests.intake.conftest import ON_BOTH, SetClock, address, code_of, headers, site_of
from tests.material import DAY, Portal, receipt_keys

pytestmark = ON_BOTH
KEYS = receipt_keys()
TOKEN, ID = KEYS.delete_token(DAY, 3), KEYS.submission_id(DAY, 3)
OTHER_ID = b"\xee" * 16
DATA, OTHER_DATA = random.Random(1).randbytes(PART_LENGTH), random.Random(2).randbytes(PART_LENGTH)
NEXT, THIRD = "2026-11-11", "2026-11-12"
Told = tuple[int, str]


@pytest.fixture(scope="module")
def envelope(portal: Portal) -> bytes:
    """An honest one."""
    return portal.envelope()


def name(number: int) -> bytes:
    """Of a part; the larger the number, the earlier it stands."""
    return bytes([255 - number]) * 16


def at(part: int | bytes, submission_id: bytes = ID) -> str:
    """Where a part is put."""
    return f"{address(submission_id)}/parts/{to_base64url(part if isinstance(part, bytes) else name(part))}"


def put(client: FlaskClient, part: int, data: bytes = DATA, submission_id: bytes = ID) -> Told:
    """Status and code of the answer."""
    answer = client.put(at(part, submission_id), data=data)
    return answer.status_code, code_of(answer) if answer.data else ""


def end(client: FlaskClient, envelope: bytes, parts: int, submission_id: bytes = ID) -> Told:
    """Sends the envelope of so many parts: status and code of the answer."""
    answer = client.put(address(submission_id), data=envelope, headers={**headers(), "Parts": str(parts)})
    return answer.status_code, code_of(answer) if answer.data else ""


def listed(client: FlaskClient, submission_id: bytes = ID) -> list[bytes]:
    """The names that are said to be there."""
    document = json.loads(client.get(f"{address(submission_id)}/parts").data)
    assert list(document) == ["parts", "v"]
    assert document["v"] == 1
    return [from_base64url(one, 16) for one in document["parts"]]


def counts(store: Store) -> dict[str, int]:
    """How many rows there are of what belongs to submissions."""
    with store.look() as look:
        count = look.count()
    return {table: count[table] for table in ("arrived", "closed", "part", "staging") if count[table]}


def stage(store: Store, submission_id: bytes, parts: int, day: str = DAY) -> None:
    """So many short parts that came on a day, as the routes store them."""
    with store.change(submission_id) as change:
        for number in range(parts):
            one = Part(id=submission_id, name=name(number), sha256=sha256(b"part %d" % number))
            change.add_part(one, b"part %d" % number, day)


def submission(submission_id: bytes) -> Submission:
    """One whose envelope is an x."""
    return Submission(id=submission_id, length=1, sha256=sha256(b"x"))


def test_a_part_is_stored_as_it_is_and_the_same_again_is_welcome(client: FlaskClient, store: Store) -> None:
    assert [put(client, 1) for _ in range(3)] == [(204, "")] * 3
    assert put(client, 1, OTHER_DATA) == (409, "conflict")
    assert put(client, 2, OTHER_DATA) == (204, "")
    with store.look() as look:
        assert (look.part(ID, name(1)), look.part(ID, name(2))) == (DATA, OTHER_DATA)
    assert counts(store) == {"part": 2, "staging": 1}


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0, (400, "wrong-length")),
        (1, (400, "wrong-length")),
        (57_782, (400, "wrong-length")),
        (PART_LENGTH - 1, (400, "wrong-length")),
        (PART_LENGTH, (204, "")),
        (PART_LENGTH + 1, (413, "too-large")),
        (2 * PART_LENGTH, (413, "too-large")),
    ],
)
def test_a_part_has_exactly_one_mebibyte(client: FlaskClient, store: Store, length: int, expected: Told) -> None:
    assert put(client, 1, bytes(length)) == expected
    assert counts(store) == ({"part": 1, "staging": 1} if expected[0] == 204 else {})


class Unreadable(io.BytesIO):
    """Nobody has a reason to look into it."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")


@pytest.mark.parametrize(
    "extra",
    [
        {"CONTENT_LENGTH": str(PART_LENGTH + 1)},
        {"CONTENT_LENGTH": str(PART_LENGTH - 1)},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "9" * 4_000},
        {"CONTENT_LENGTH": str(PART_LENGTH), "HTTP_TRANSFER_ENCODING": "chunked"},
        {"CONTENT_LENGTH": str(PART_LENGTH), "HTTP_CONTENT_ENCODING": "gzip"},
        {"CONTENT_LENGTH": str(PART_LENGTH), "HTTP_CONTENT_ENCODING": "identity"},
    ],
    ids=range(7),
)
def test_what_says_to_be_no_part_is_refused_before_any_of_it_is_read(
    client: FlaskClient, extra: dict[str, str]
) -> None:
    answer = client.put(at(1), input_stream=Unreadable(DATA), environ_overrides=extra)
    assert (answer.status_code, code_of(answer)) in ((400, "wrong-length"), (413, "too-large"), (400, "bad-header"))


def test_a_part_that_ends_before_its_length_is_refused(client: FlaskClient, store: Store) -> None:
    length = {"CONTENT_LENGTH": str(PART_LENGTH)}
    answer = client.put(at(1), input_stream=io.BytesIO(DATA[:-1]), environ_overrides=length)
    assert (answer.status_code, code_of(answer)) == (400, "wrong-length")
    assert counts(store) == {}


@pytest.mark.parametrize("part", ["A" * 21, "A" * 23, "A" * 21 + "B", "A" * 21 + ".", "delete", "x"])
def test_identifier_and_name_are_16_bytes_in_base64url(client: FlaskClient, store: Store, part: str) -> None:
    for path in (f"{address(ID)}/parts/{part}", f"/submissions/{part}/parts/{to_base64url(name(1))}"):
        answer = client.put(path, data=DATA)
        assert (answer.status_code, code_of(answer)) == (400, "bad-id")
    assert code_of(client.get(f"/submissions/{part}/parts")) == "bad-id"
    assert counts(store) == {}


@pytest.mark.parametrize("day", ["2026-11-09", "2027-02-20"])
def test_without_a_directory_in_force_no_part_comes_in(
    client: FlaskClient, store: Store, clock: SetClock, day: str
) -> None:
    assert put(client, 1) == (204, "")
    clock.set(day)
    assert put(client, 1) == put(client, 2) == (503, "closed")
    assert counts(store) == {"part": 1, "staging": 1}


def test_the_names_that_came_are_listed_in_the_order_of_their_bytes(client: FlaskClient, store: Store) -> None:
    stage(store, ID, 3)
    stage(store, OTHER_ID, 1)
    assert listed(client) == [name(2), name(1), name(0)]
    assert listed(client, OTHER_ID) == [name(0)]


def test_an_unknown_identifier_looks_like_one_without_parts(client: FlaskClient, envelope: bytes) -> None:
    assert end(client, envelope, 0) == (204, "")
    known, unknown = (client.get(f"{address(one)}/parts") for one in (ID, OTHER_ID))
    assert (known.status, list(known.headers), known.data) == (unknown.status, list(unknown.headers), unknown.data)
    assert known.data == b'{"parts":[],"v":1}'


@pytest.mark.parametrize(
    ("here", "said", "expected"),
    [
        (0, 1, (409, "parts-missing")),
        (1, 2, (409, "parts-missing")),
        (3, 32, (409, "parts-missing")),
        (1, 0, (409, "conflict")),
        (3, 2, (409, "conflict")),
        (0, 0, (204, "")),
        (1, 1, (204, "")),
        (3, 3, (204, "")),
        (32, 32, (204, "")),
    ],
)
def test_an_envelope_is_taken_with_exactly_its_parts_or_not_at_all(
    client: FlaskClient, store: Store, envelope: bytes, here: int, said: int, expected: Told
) -> None:
    stage(store, OTHER_ID, 2)
    before = counts(store)
    stage(store, ID, here)
    waiting = {"part": 2 + here, "staging": 2 if here else 1}
    assert end(client, envelope, said) == expected
    taken = {"arrived": 1, "part": 2 + here, "staging": 1}
    assert counts(store) == (taken if expected[0] == 204 else waiting)
    assert before == {"part": 2, "staging": 1}


@pytest.mark.parametrize("said", [5, 7, 9, 20, 33, 1_023, 1_025, 1_536])
def test_a_number_that_no_stream_has_is_no_header(
    client: FlaskClient, store: Store, envelope: bytes, said: int
) -> None:
    assert said not in SIZES
    assert end(client, envelope, said) == (400, "bad-header")


@pytest.mark.parametrize("said", [48, 64, 1_024])
def test_more_parts_than_the_limit_are_too_many_whatever_is_here(
    client: FlaskClient, envelope: bytes, said: int
) -> None:
    assert end(client, envelope, said) == (413, "too-many-parts")


def test_an_operator_sets_how_many_parts_a_submission_may_have(
    settings: Config, store: Store, clock: SetClock, envelope: bytes
) -> None:
    app = create_app(replace(settings, limits=Limits(parts=2)), clock)
    client = app.test_client()
    assert [put(client, 1), put(client, 2)] == [(204, "")] * 2
    assert put(client, 3) == (413, "too-many-parts")
    assert put(client, 2) == (204, "")
    assert put(client, 3, submission_id=OTHER_ID) == (204, "")
    assert end(client, envelope, 3) == (413, "too-many-parts")
    assert end(client, envelope, 2) == (204, "")
    site_of(app).store.close()


def test_a_whole_submission_takes_no_other_part_and_welcomes_its_own(
    client: FlaskClient, store: Store, envelope: bytes
) -> None:
    assert [put(client, 1), put(client, 2), end(client, envelope, 2)] == [(204, "")] * 3
    before = counts(store)
    assert [put(client, 1), put(client, 2), end(client, envelope, 2)] == [(204, "")] * 3
    assert put(client, 1, OTHER_DATA) == put(client, 3) == (409, "conflict")
    assert end(client, envelope, 1) == end(client, envelope, 3) == end(client, envelope, 0) == (409, "conflict")
    assert counts(store) == before == {"arrived": 1, "part": 2}


def test_a_replay_with_its_parts_is_welcome_even_when_intake_let_go_of_them(
    client: FlaskClient, store: Store, signer: Signer, clock: SetClock, portal: Portal, envelope: bytes
) -> None:
    assert [put(client, 1), end(client, envelope, 1)] == [(204, "")] * 2
    clock.set(NEXT)
    close_days(store, signer, clock)
    for _ in range(2):
        assert [put(client, 1), end(client, envelope, 1)] == [(204, "")] * 2
        assert put(client, 1, OTHER_DATA) == put(client, 2) == end(client, envelope, 0) == (409, "conflict")
        assert end(client, portal.envelope(), 1) == (409, "conflict")
        assert listed(client) == [name(1)]
        with store.change() as change:
            change.drop_submissions([ID], "purged")
    with store.look() as look:
        assert (look.part(ID, name(1)), look.envelope(ID)) == (None, None)
        assert look.parts(ID) == [Part(id=ID, name=name(1), sha256=sha256(DATA))]
        assert look.gone(1) == [(ID, "purged")]


def test_after_a_refused_envelope_its_parts_still_wait(
    client: FlaskClient, store: Store, clock: SetClock, envelope: bytes
) -> None:
    assert put(client, 1) == (204, "")
    answer = client.put(address(ID), data=envelope, headers={**headers(directory=7), "Parts": "1"})
    assert code_of(answer) == "unknown-directory"
    assert counts(store) == {"part": 1, "staging": 1}
    assert end(client, envelope, 1) == (204, "")
