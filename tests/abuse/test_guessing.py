"""Who guesses learns nothing: what is wrong, unknown, deleted or another's is answered alike (behaviours A6, A7)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crypto.public.seal import seal_slot
from crypto.secret import identity
from crypto.wire.age import ENVELOPE_LENGTHS, SLOT_LENGTH, SLOT_PLAINTEXT, check_slot
from crypto.wire.attachments import PART_LENGTH
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from intake import config, create_app
from intake.closing import Signer, close_days
from intake.limits import MOST_TOKENS
from tests.intake.conftest import SetClock, address, headers, make_folder, site_of, take
from tests.material import DAY, Portal, receipt_keys

KEYS = receipt_keys()
SECRET, OTHER = KEYS.mailbox_secret(), b"\x5a" * 32
TOKEN, CLOSED, DELETED = b"t" * 16, b"c" * 16, b"d" * 16
NEW = b"n" * 16
"""An identifier that nobody ever used."""
WITH_PARTS, STAGED, DELETED_STAGED = b"p" * 16, b"s" * 16, b"e" * 16
PART, DATA = b"\x07" * 16, bytes(PART_LENGTH)


@pytest.fixture
def lived_in(tmp_path: Path, portal: Portal) -> Iterator[FlaskClient]:
    """An intake with envelopes of an open and a closed day, one deleted, and two mailboxes, one of them emptied."""
    settings, clock = config.load(make_folder(tmp_path / "intake", portal)), SetClock()
    client = create_app(settings, clock).test_client()
    store = site_of(client.application).store
    take(store, portal, portal.ceremony_file())
    envelope = portal.envelope()
    for token in (CLOSED, DELETED):
        assert client.put(address(sha256(token)[:16]), data=envelope, headers=headers()).status_code == 204
    for token in (DELETED_STAGED, STAGED, WITH_PARTS):
        assert client.put(part_of(token), data=DATA).status_code == 204
    with_part = {**headers(), "Parts": "1"}
    assert client.put(address(sha256(WITH_PARTS)[:16]), data=envelope, headers=with_part).status_code == 204
    assert client.post("/submissions/delete", data=DELETED_STAGED).status_code == 204
    assert client.post("/submissions/delete", data=DELETED).status_code == 204
    key = identity.public_key(KEYS.reply_seed())
    slots = [(where, seal_slot(bytes(SLOT_PLAINTEXT), key)) for where in (KEYS.mailbox_address(), sha256(OTHER))]
    take(store, portal, portal.post(slots))
    assert client.post("/mailbox/delete", data=OTHER).status_code == 204
    clock.set("2026-11-11")
    close_days(store, Signer(portal=portal.name, seed=portal.intake_seed), clock)
    assert client.put(address(sha256(TOKEN)[:16]), data=envelope, headers=headers()).status_code == 204
    yield client
    store.close()


def part_of(token: bytes, part: bytes = PART) -> str:
    """Where a part of the submission of this token is put."""
    return f"{address(sha256(token)[:16])}/parts/{to_base64url(part)}"


def whole(answer: TestResponse) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """All that comes over the wire, in its order."""
    return answer.status_code, tuple(answer.headers), answer.data


def test_mailboxes_that_are_unknown_emptied_full_or_another_s_differ_in_their_random_bytes_only(
    lived_in: FlaskClient,
) -> None:
    secrets = [SECRET, OTHER, bytes(32), b"\xff" * 32, sha256(SECRET), SECRET[::-1], SECRET[:31] + b"\x00"]
    found = [lived_in.post("/mailbox", data=secret + page) for secret in secrets for page in (bytes(2), b"\xff\xff")]
    assert len({(one.status_code, tuple(one.headers), len(one.data)) for one in found}) == 1
    slots = [one.data[at : at + SLOT_LENGTH] for one in found for at in range(0, len(one.data), SLOT_LENGTH)]
    assert len(set(slots)) == len(slots) == 4 * len(found)
    for slot in slots:
        check_slot(slot)


@pytest.mark.parametrize(
    ("path", "bodies"),
    [
        ("/mailbox/delete", [bytes(32), OTHER, sha256(SECRET), SECRET, SECRET]),
        ("/submissions/delete", [bytes(16), DELETED, sha256(TOKEN)[:16], CLOSED, CLOSED, TOKEN, TOKEN]),
        ("/submissions/delete", [bytes(16), STAGED, STAGED, DELETED_STAGED, WITH_PARTS, WITH_PARTS]),
        ("/submissions/delete", [bytes(16) * 2, TOKEN + bytes(16), CLOSED + TOKEN, bytes(16 * MOST_TOKENS)]),
    ],
)
def test_deleting_says_the_same_whatever_was_there(lived_in: FlaskClient, path: str, bodies: list[bytes]) -> None:
    found = [whole(lived_in.post(path, data=body)) for body in bodies]
    assert len(set(found)) == 1
    assert found[0][0] == 204


def test_an_identifier_is_no_token_and_an_address_no_secret(lived_in: FlaskClient) -> None:
    """Who carries bundles and posts knows identifiers and addresses of mailboxes, and can delete nothing with them."""
    lived_in.post("/submissions/delete", data=sha256(TOKEN)[:16] + sha256(CLOSED)[:16])
    lived_in.post("/mailbox/delete", data=sha256(SECRET))
    assert still_there(lived_in) == (True, True, True)
    lived_in.post("/submissions/delete", data=TOKEN + CLOSED)
    lived_in.post("/mailbox/delete", data=SECRET)
    assert still_there(lived_in) == (False, False, False)


def still_there(client: FlaskClient) -> tuple[bool, bool, bool]:
    """The envelope of the open day, that of the closed day, and the reply."""
    with site_of(client.application).store.look() as look:
        return (
            look.held(sha256(TOKEN)[:16]) is not None,
            look.envelope(sha256(CLOSED)[:16]) is not None,
            look.slots(sha256(SECRET), since=DAY, skip=0, most=4) != [],
        )


@pytest.mark.parametrize("token", [bytes(16), DELETED, TOKEN, CLOSED], ids=["unknown", "deleted", "held", "listed"])
@pytest.mark.parametrize("body", ["too short", "no envelope", "bad header"])
def test_a_bad_upload_is_refused_alike_whatever_its_identifier_stands_for(
    lived_in: FlaskClient, token: bytes, body: str
) -> None:
    data = b"x" if body == "too short" else bytes(ENVELOPE_LENGTHS[0])
    extra = {**headers(), "Parts": "x"} if body == "bad header" else headers()
    found = [whole(lived_in.put(address(one), data=data, headers=extra)) for one in (NEW, sha256(token)[:16])]
    assert found[0] == found[1]
    assert found[0][0] == 400


def test_an_upload_under_an_identifier_that_was_deleted_on_its_day_is_like_any_other(
    lived_in: FlaskClient, portal: Portal
) -> None:
    paths = [address(NEW), address(sha256(DELETED)[:16])]
    found = [whole(lived_in.put(path, data=portal.envelope(), headers=headers())) for path in paths]
    assert found[0] == found[1]
    assert found[0][0] == 204


@pytest.mark.parametrize(
    "paths",
    [
        [f"/keys/{to_base64url(bytes(32))}", f"/keys/{to_base64url(sha256(SECRET))}", "/keys/x", "/keys/%00"],
        ["/days/2", "/days/999", "/days/0", "/days/x", "/days/99999999999999999999"],
        ["/directory/2", "/directory/9", "/directory/0", "/directory/x"],
        ["/log/2026-12", "/log/1999-01", "/log/x", "/log/%00"],
        ["/static/x", "/static/intake.toml", "/static/..", "/static/%2e%2e"],
        [f"{address(sha256(one)[:16])}/parts/{end}" for one in (TOKEN, WITH_PARTS) for end in ("", "/", "x/y")],
    ],
)
def test_what_is_not_there_is_not_there_for_any_reason(lived_in: FlaskClient, paths: list[str]) -> None:
    found = {whole(lived_in.get(path)) for path in paths}
    assert len(found) == 1
    assert next(iter(found))[0] == 404


@pytest.mark.parametrize("token", [TOKEN, CLOSED, DELETED, DELETED_STAGED, bytes(16)])
def test_asking_for_the_parts_of_an_identifier_without_any_says_nothing_about_it(
    lived_in: FlaskClient, token: bytes
) -> None:
    expected = lived_in.get(f"{address(NEW)}/parts")
    assert whole(lived_in.get(f"{address(sha256(token)[:16])}/parts")) == whole(expected)
    assert expected.status_code == 200


@pytest.mark.parametrize("token", [STAGED, WITH_PARTS, TOKEN, CLOSED, DELETED_STAGED, bytes(16)])
@pytest.mark.parametrize("length", [0, PART_LENGTH - 1, PART_LENGTH + 1])
def test_a_part_of_another_length_is_refused_alike_whatever_is_there(
    lived_in: FlaskClient, token: bytes, length: int
) -> None:
    found = [whole(lived_in.put(part_of(one), data=bytes(length))) for one in (NEW, token)]
    assert found[0] == found[1]
    assert found[0][0] in (400, 413)


def test_a_part_cannot_be_had_back_by_anybody(lived_in: FlaskClient) -> None:
    found = {whole(lived_in.get(part_of(one))) for one in (STAGED, WITH_PARTS, NEW, TOKEN)}
    assert {status for status, _headers, _body in found} == {405}
    assert len(found) == 1


def test_whoever_knows_an_identifier_of_parts_that_wait_cannot_change_or_end_them_without_all_of_them(
    lived_in: FlaskClient, portal: Portal
) -> None:
    """Junk under another name is what somebody can add who knows the identifier: its author takes another."""
    assert lived_in.put(part_of(STAGED), data=DATA[:-1] + b"x").status_code == 409
    for parts in ("0", "2"):
        answer = lived_in.put(
            address(sha256(STAGED)[:16]), data=portal.envelope(), headers={**headers(), "Parts": parts}
        )
        assert answer.status_code == 409
    lived_in.post("/submissions/delete", data=sha256(STAGED)[:16])
    with site_of(lived_in.application).store.look() as look:
        assert look.part(sha256(STAGED)[:16], PART) == DATA


@pytest.mark.parametrize("token", [TOKEN, CLOSED, DELETED, bytes(16)])
def test_asking_for_an_identifier_says_nothing_about_it(lived_in: FlaskClient, token: bytes) -> None:
    expected = lived_in.get(address(NEW))
    assert whole(lived_in.get(address(sha256(token)[:16]))) == whole(expected)
    assert expected.status_code == 405


def test_answers_that_differ_are_told_apart(lived_in: FlaskClient, portal: Portal) -> None:
    """The control of these tests: what may be told apart, by who holds the envelope, is."""
    held = address(sha256(TOKEN)[:16])
    assert (
        len({whole(lived_in.put(path, data=portal.envelope(), headers=headers())) for path in (held, address(NEW))})
        == 2
    )
