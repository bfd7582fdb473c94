"""The signed bytes that everybody may have, and which of them are in force."""

import json

from flask.testing import FlaskClient

from crypto.public.keys import check_key_file
from crypto.public.trust import believe
from crypto.public.verify import verify_note
from crypto.sign.sign import public
from crypto.wire.day import DayManifest
from crypto.wire.digest import sha256
from crypto.wire.directory import NamedKey
from crypto.wire.fields import from_base64url, parse_json, to_base64url
from crypto.wire.note import Note, body
from intake.closing import Signer, close_days
from intake.store import Store
from tests.intake.conftest import SetClock, address, headers, jump, take
from tests.material import DAY, Portal, make_roots


def test_start_is_all_that_a_browser_needs_to_believe_the_directory(
    client: FlaskClient, store: Store, portal: Portal
) -> None:
    later = portal.next(roots=make_roots(3, first=4)).next()
    take(store, portal, later.ceremony_file())
    start = parse_json(client.get("/start").data, most=1_000_000)
    newest, changes = Note.parse(start["directory"].encode()), [Note.parse(one.encode()) for one in start["changes"]]
    believed = believe(portal.pin, newest, changes, DAY)
    assert believed.directory.seq == 3
    assert [note.text for note in changes] == [later.notes[1].text]
    assert start["records"] == []
    keys = client.get(f"/keys/{to_base64url(believed.epoch.keys)}").data
    assert set(check_key_file(believed.epoch, keys)) == {"cat", "ced", "cmw-1", "cmw-2", "desk"}


def test_a_root_change_that_is_the_newest_directory_is_sent_along(
    client: FlaskClient, store: Store, portal: Portal
) -> None:
    take(store, portal, portal.next(roots=make_roots(3, first=4)).ceremony_file())
    start = json.loads(client.get("/start").data)
    assert start["changes"] == [start["directory"]]
    believe(portal.pin, Note.parse(start["directory"].encode()), [Note.parse(start["directory"].encode())], DAY)


def test_every_directory_can_be_had_by_its_number(client: FlaskClient, store: Store, portal: Portal) -> None:
    later = portal.next()
    take(store, portal, later.ceremony_file())
    for seq, note in enumerate(later.notes, 1):
        assert client.get(f"/directory/{seq}").data == note.encode()
    assert client.get("/directory").data == later.notes[1].encode()
    assert client.get("/directory/3").status_code == 404


def test_a_directory_signed_ahead_is_there_but_not_in_force_before_its_day(
    client: FlaskClient, store: Store, portal: Portal, clock: SetClock
) -> None:
    take(store, portal, portal.next(day="2026-12-01").ceremony_file())
    assert client.get("/directory/2").status_code == 200
    assert json.loads(client.get("/start").data)["directory"].encode() == client.get("/directory/1").data
    clock.set("2026-12-01")
    assert json.loads(client.get("/start").data)["directory"].encode() == client.get("/directory/2").data


def test_an_expired_directory_is_still_shown_so_that_readers_can_say_why(client: FlaskClient, clock: SetClock) -> None:
    clock.set("2027-03-01")
    assert client.get("/start").status_code == 200
    assert client.get("/directory").status_code == 200


def test_an_unknown_key_file_does_not_exist(client: FlaskClient) -> None:
    for name in (to_base64url(bytes(32)), "short", "A" * 43 + "=", "%2e%2e"):
        assert client.get(f"/keys/{name}").status_code == 404


def test_closed_days_are_listed_with_the_hash_of_their_signed_manifest(
    client: FlaskClient, store: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    client.put(address(bytes(16)), data=portal.envelope(), headers=headers())
    clock.set("2026-11-12")
    close_days(store, signer, clock)
    listed = parse_json(client.get("/days").data, most=10_000)
    assert [(one["n"], one["day"], one["limit"]) for one in listed["days"]] == [
        (1, "2026-11-10", 0),
        (2, "2026-11-11", 0),
    ]
    prev = None
    for one in listed["days"]:
        note = Note.parse(client.get(f"/days/{one['n']}").data)
        verify_note(note, NamedKey(name="intake", key=public(portal.intake_seed)))
        manifest = DayManifest.parse(body(note, "day", portal.name))
        assert (manifest.n, manifest.day, manifest.prev) == (one["n"], one["day"], prev)
        assert from_base64url(one["hash"]) == (prev := note.hash())
    assert client.get("/days/3").status_code == 404
    assert client.get("/days/0").status_code == 404


def test_the_log_is_one_chain_over_its_months(
    client: FlaskClient, store: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    jump(store, signer, clock, "2026-12-02")
    take(store, portal, portal.next().ceremony_file(), "2026-12-02")
    lines = b"".join(client.get(f"/log/{month}").data for month in ("2026-11", "2026-12")).splitlines()
    values = [parse_json(line, most=1_000) for line in lines]
    assert [value["n"] for value in values] == list(range(1, 25))
    assert [value["kind"] for value in values] == ["directory", *["day"] * 22, "directory"]
    assert values[0]["prev"] is None
    for before, value in zip(lines, values[1:], strict=False):
        assert from_base64url(value["prev"]) == sha256(before)
    assert from_base64url(values[0]["hash"]) == portal.notes[0].hash()
    assert values[1]["seq"] == 1
    assert client.get("/log/2026-10").status_code == 404
    assert client.get("/log/x").status_code == 404
