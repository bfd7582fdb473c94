"""Submissions go once every vault concerned has a backup, or at the limit, and never come back."""

import json
from dataclasses import replace
from pathlib import Path

from flask.testing import FlaskClient

from crypto.wire.container import read_container
from crypto.wire.day import Gone, GoneEntry
from crypto.wire.fields import parse_json, to_base64url
from crypto.wire.note import Note, body
from intake import transfer
from intake.check import check
from intake.clock import days_later
from intake.closing import Signer, close_days
from intake.config import Config
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock, address, code_of, headers, jump, standing, take
from tests.intake.purge.rows import LIMIT, SECOND, TODAY, backed_up, held, kept
from tests.intake.test_closing import add
from tests.intake.test_records import VAULTS
from tests.material import DAY, Portal


@ON_BOTH
def test_what_everybody_has_in_a_backup_is_gone_with_its_parts_and_stands_in_the_bundle_as_purged(
    closed: Store,
    portal: Portal,
    signer: Signer,
    clock: SetClock,
    sent: list[tuple[bytes, bytes]],
    tmp_path: Path,
) -> None:
    backed_up(closed, portal, VAULTS, 1)
    lines: list[str] = []
    close_days(closed, signer, clock, say=lines.append)
    assert lines == ["manifest 1 of 2026-11-10: 5 submissions deleted, every vault concerned has a backup of them"]
    assert held(closed) == {1: 0, 2: 1}
    assert [row[3] for row in kept(closed)["part"]].count(None) == 14
    transfer.export(closed, signer, tmp_path / "bundle", TODAY)
    with (tmp_path / "bundle").open("rb") as source:
        found = dict(read_container(source, most_member=40_000_000))
    gone = Gone.parse(body(Note.parse(found["gone/00000001"]), "gone", portal.name))
    reasons = {one: "author" if one == sent[0][0] else "purged" for one, _ in sent[:6]}
    assert gone.entries == tuple(GoneEntry(id=one, reason=reasons[one]) for one in sorted(reasons))
    assert sum(name.startswith("envelope/") for name in found) == 1
    assert sum(name.startswith("part/") for name in found) == 2
    assert close_days(closed, signer, clock, say=lines.append) == []
    assert len(lines) == 1


def test_nothing_goes_while_one_vault_concerned_has_no_backup(
    closed: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    backed_up(closed, portal, VAULTS[1:])
    jump(closed, signer, clock, days_later(LIMIT, -1))
    close_days(closed, signer, clock)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 5, 2: 1}
    backed_up(closed, portal, VAULTS[:1], 1)
    close_days(closed, signer, clock)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 0, 2: 1}


@ON_BOTH
def test_what_goes_at_the_limit_before_everybody_has_it_is_counted_in_public(
    client: FlaskClient, closed: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    backed_up(closed, portal, VAULTS[1:])
    jump(closed, signer, clock, LIMIT)
    lines: list[str] = []
    close_days(closed, signer, clock, say=lines.append)
    assert lines[-1] == (
        "manifest 1 of 2026-11-10: 5 submissions deleted at the limit of 90 days,"
        " before every vault concerned had a backup of them"
    )
    days = json.loads(client.get("/days").data)["days"]
    assert [one["limit"] for one in days[:3]] == [5, 0, 0]
    assert list(days[0]) == ["n", "day", "hash", "limit"]
    line = parse_json(client.get(f"/log/{LIMIT[:7]}").data.splitlines()[-1], most=1_000)
    assert list(line) == ["n", "prev", "kind", "seq", "count"]
    assert (line["kind"], line["seq"], line["count"]) == ("limit", 1, 5)
    assert held(closed)[2] == 1
    clock.set(days_later(LIMIT, 1))
    close_days(closed, signer, clock)
    assert [one["limit"] for one in json.loads(client.get("/days").data)["days"][:3]] == [5, 1, 0]


def test_what_everybody_has_is_not_counted_as_early_however_old(
    client: FlaskClient, closed: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    backed_up(closed, portal, VAULTS)
    jump(closed, signer, clock, days_later(LIMIT, 30))
    close_days(closed, signer, clock)
    assert {one["limit"] for one in json.loads(client.get("/days").data)["days"]} == {0}
    assert not any(b'"limit"' in row[2] for row in kept(closed)["log"])


def test_a_shorter_limit_of_the_operators_holds(closed: Store, signer: Signer, clock: SetClock) -> None:
    jump(closed, signer, clock, "2026-11-18")
    close_days(closed, signer, clock, retention_days=8)
    assert held(closed)[1] == 5
    close_days(closed, signer, clock, retention_days=7)
    assert held(closed)[1] == 0


@ON_BOTH
def test_nothing_that_was_purged_comes_back(
    client: FlaskClient, store: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    envelope, part = portal.envelope(), bytes(1024 * 1024)
    where, sent_with = address(bytes(16)), headers() | {"Parts": "1"}
    part_at = f"{where}/parts/{to_base64url(bytes(16))}"
    assert client.put(part_at, data=part).status_code == 204
    assert client.put(where, data=envelope, headers=sent_with).status_code == 204
    clock.set(SECOND)
    close_days(store, signer, clock)
    backed_up(store, portal, VAULTS)
    close_days(store, signer, clock)
    before = kept(store)
    assert [row[3] for row in before["part"]] == [None]
    assert client.put(part_at, data=part).status_code == 204
    assert client.put(where, data=envelope, headers=sent_with).status_code == 204
    for data, to, given in ((portal.envelope(), where, sent_with), (bytes(1024 * 1023) + b"x" * 1024, part_at, {})):
        answer = client.put(to, data=data, headers=given)
        assert (answer.status_code, code_of(answer)) == (409, "conflict")
    assert client.post("/submissions/delete", data=bytes(16)).status_code == 204
    assert kept(store) == before


@ON_BOTH
def test_a_vault_that_was_away_for_100_days_finds_a_whole_bundle(
    store: Store, portal: Portal, signer: Signer, clock: SetClock, settings: Config, tmp_path: Path
) -> None:
    """A submission a day, closed every third day; no vault ever records. Nothing is left older than the limit."""
    today = days_later(DAY, 100)
    for passed in range(1, 101):
        day = days_later(DAY, passed)
        add(store, [(passed.to_bytes(16, "big"), b"x" * 57_782)], days_later(day, -1))
        if passed % 3 == 0 or day == today:
            clock.set(day)
            close_days(store, signer, clock)
    later = portal.next(day="2027-02-01", epochs=(replace(portal.directory.epochs[0], until_day="2027-12-01"),))
    take(store, portal, later.ceremony_file(), "2027-02-01")
    assert transfer.export(store, signer, tmp_path / "bundle", today).manifests == 100
    with (tmp_path / "bundle").open("rb") as source:
        names = [name for name, _ in read_container(source, most_member=40_000_000)]
    assert sum(name.startswith("day/") for name in names) == 100
    assert [name for name in names if name.startswith("gone/")] == [f"gone/{n:08}" for n in range(1, 10)]
    assert [name[:17] for name in names if name.startswith("envelope/")] == [f"envelope/{n:08}" for n in range(10, 101)]
    assert f"today/{101:08}" in names
    reasons = check(settings, store, standing(store, portal, today), today).wrong
    assert all("has not recorded a backup of manifest 10" in one for one in reasons)
