"""Submissions go once every vault concerned has a backup, or at the limit; where one purge ends, the next goes on."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from crypto.sign.sign import signing_key
from crypto.wire.attachments import PART_LENGTH
from crypto.wire.container import read_container
from crypto.wire.day import Gone, GoneEntry
from crypto.wire.directory import Directory
from crypto.wire.fields import parse_json, to_base64url
from crypto.wire.note import Note, body
from intake import purge, schema, transfer
from intake.check import check
from intake.clock import days_later
from intake.closing import Signer, close_days
from intake.config import Config
from intake.errors import RefusedError
from intake.purge import readers
from intake.retention import Readers, Reason
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock, address, code_of, headers, jump, standing, take
from tests.intake.databases import file_of
from tests.intake.test_closing import add
from tests.intake.test_records import VAULTS, named, record, records_file, rekeyed
from tests.intake.test_settling import arrive
from tests.material import DAY, Portal, any_slot

SECOND, TODAY, LATER = "2026-11-11", "2026-11-12", "2026-11-13"
LIMIT = days_later(SECOND, 90)
"""So long after the day on which manifest 1 was closed."""
SHORT = 1
"""Days of an operator in a hurry: on the day of these tests, manifest 1 has reached the limit, and manifest 2 not."""
EVERYBODY = dict.fromkeys(VAULTS, 2)


def directory(portal: Portal, day: str = DAY, status: str = "active", *, without: Sequence[str] = ()) -> Directory:
    """A directory in which vault `ced` has this status, and these do not stand at all."""
    vaults = [
        replace(one, status=status) if one.id == "ced" else one
        for one in portal.directory.vaults
        if one.id not in without
    ]
    return replace(portal.directory, valid_from=day, vaults=tuple(vaults))


def all_but(vault: str) -> Mapping[str, int]:
    """Everybody has a backup of manifest 2 but one."""
    return {name: n for name, n in EVERYBODY.items() if name != vault}


@pytest.mark.parametrize(
    ("directories", "backups", "reason"),
    [
        pytest.param([(DAY, "active", ())], EVERYBODY, "purged", id="everybody"),
        pytest.param([(DAY, "active", ())], {}, None, id="nobody ever recorded"),
        pytest.param([(DAY, "active", ())], all_but("ced"), None, id="one never recorded"),
        pytest.param([(DAY, "active", ())], EVERYBODY | {"ced": 1}, None, id="one recorded an older manifest"),
        pytest.param([(DAY, "active", ())], EVERYBODY | {"ced": 9}, "purged", id="one recorded a newer one"),
        pytest.param([(DAY, "active", ())], EVERYBODY | {"stranger": 1}, "purged", id="a stranger is behind"),
        pytest.param([(DAY, "active", ("ced",)), (TODAY, "active", ())], all_but("ced"), "purged", id="added later"),
        pytest.param([(DAY, "active", ("ced",)), (SECOND, "active", ())], all_but("ced"), None, id="added that day"),
        pytest.param([(DAY, "absent", ()), (TODAY, "active", ())], all_but("ced"), "purged", id="came back later"),
        pytest.param([(DAY, "active", ()), (TODAY, "revoked", ())], all_but("ced"), "purged", id="revoked"),
        pytest.param([(DAY, "active", ()), (TODAY, "retired", ())], all_but("ced"), "purged", id="retired"),
        pytest.param([(DAY, "active", ()), (TODAY, "absent", ())], all_but("ced"), "purged", id="absent"),
        pytest.param([(DAY, "active", ()), (TODAY, "active", ("ced",))], all_but("ced"), "purged", id="dropped"),
        pytest.param([(DAY, "active", ()), (LATER, "revoked", ())], all_but("ced"), None, id="revoked, not yet"),
        pytest.param(
            [(DAY, "active", ()), (SECOND, "absent", ()), (TODAY, "active", ())], all_but("ced"), None, id="was away"
        ),
        pytest.param([(DAY, "absent", VAULTS[:1] + VAULTS[2:])], EVERYBODY, None, id="nobody is left"),
        pytest.param([(LATER, "active", ())], EVERYBODY, None, id="no directory has begun"),
        pytest.param([], EVERYBODY, None, id="no directory at all"),
    ],
)
def test_who_must_have_a_backup_before_a_submission_goes(
    portal: Portal,
    directories: Sequence[tuple[str, str, Sequence[str]]],
    backups: Mapping[str, int],
    reason: Reason | None,
) -> None:
    held = [directory(portal, day, status, without=without) for day, status, without in directories]
    today = Readers(directories=held, backups=backups, today=TODAY, retention_days=90)
    assert today.reason(2, SECOND, SECOND) == reason
    at_the_limit = replace(today, today=days_later(SECOND, 90))
    assert at_the_limit.reason(2, SECOND, SECOND) in (reason or "limit", "purged")
    day_before = replace(today, today=days_later(SECOND, 89))
    assert day_before.reason(2, SECOND, SECOND) != "limit"


def test_the_limit_is_so_many_days_after_a_manifest_can_be_carried(portal: Portal) -> None:
    for days, today, reason in ((90, "2027-02-09", "limit"), (90, "2027-02-08", None), (7, "2026-11-18", "limit")):
        rule = Readers(directories=[directory(portal)], backups={}, today=today, retention_days=days)
        assert rule.reason(1, DAY, SECOND) == reason


@pytest.mark.parametrize(
    ("given", "manifest"),
    [
        ([(1, 1, True)], 1),
        ([(1, 1, True), (2, 2, True)], 2),
        ([(1, 2, True), (2, 1, True)], 1),
        ([(1, 2, True), (2, 1, False)], 1),
        ([(1, 2, True), (2, None, False)], None),
        ([(1, 2, True), (2, 1, False), (3, 2, False)], 1),
        ([(1, 2, True), (2, 1, False), (3, 2, True)], 2),
        ([(1, 1, True), (2, 2, False)], 1),
        ([(1, 2, False)], None),
        ([(1, None, False)], None),
    ],
    ids=[
        "one",
        "two",
        "restored, with another backup",
        "restored",
        "restored to nothing",
        "restored, then imported anew",
        "restored, then backed up anew",
        "the newer one without backup",
        "no backup",
        "nothing imported",
    ],
)
def test_what_is_in_a_backup_counts_for_no_more_than_every_record_since_names(
    store: Store,
    portal: Portal,
    signer: Signer,
    clock: SetClock,
    given: Sequence[tuple[int, int | None, bool]],
    manifest: int | None,
) -> None:
    clock.set(TODAY)
    close_days(store, signer, clock)
    for n, number, backed_up in given:
        one = record(portal, n, manifest=None if number is None else named(store, number))
        take(store, portal, records_file(portal, {"cat": replace(one, backed_up=backed_up)}), TODAY)
    with store.look() as look:
        assert readers(look, portal.name, TODAY, 90).backups == ({} if manifest is None else {"cat": manifest})


def test_a_record_under_a_key_that_a_vault_had_before_purges_nothing(
    store: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    clock.set(TODAY)
    close_days(store, signer, clock)
    backed_up(store, portal, VAULTS)
    later = portal.next(vaults=rekeyed(portal, "cat", signing_key()))
    take(store, portal, later.ceremony_file(), TODAY)
    with store.look() as look:
        assert sorted(readers(look, portal.name, TODAY, 90).backups) == sorted(set(VAULTS) - {"cat"})


@ON_BOTH
def test_a_vault_whose_numbers_went_back_purges_nothing_until_it_has_caught_up(
    closed: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    """Restored from an old state, it counts its records from there, on later days."""

    def records(n: int, manifest: int, day: str) -> list[str]:
        given = record(portal, n, day, manifest=named(closed, manifest))
        return take(closed, portal, records_file(portal, {"cat": given}), day)

    backed_up(closed, portal, VAULTS[1:])
    records(5, 2, TODAY)
    (said,) = records(3, 1, LATER)
    assert "record 3 of cat: new, though record 5 is here: this vault was restored" in said
    clock.set(LATER)
    close_days(closed, signer, clock)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 5, 2: 1}
    records(6, 1, LATER)
    close_days(closed, signer, clock)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 0, 2: 1}


@pytest.fixture
def sent() -> list[tuple[bytes, bytes]]:
    """Eight submissions; what their parts are cut from."""
    dice = random.Random(4)
    return [(dice.randbytes(16), dice.randbytes(57_782)) for _ in range(8)]


@pytest.fixture
def closed(store: Store, signer: Signer, clock: SetClock, sent: list[tuple[bytes, bytes]]) -> Store:
    """Six submissions in manifest 1, two in manifest 2, one of each deleted by its author."""
    arrive(store, sent[:6])
    arrive(store, sent[6:], SECOND)
    for today in (SECOND, TODAY):
        clock.set(today)
        close_days(store, signer, clock)
    with store.change() as change:
        change.drop_submissions([sent[0][0], sent[6][0]], "author")
    return store


def backed_up(store: Store, portal: Portal, vaults: Sequence[str], n: int | None = None, number: int = 1) -> None:
    """These vaults say that a backup holds a manifest, the newest unless a number is given."""
    given = {vault: record(portal, number, manifest=named(store, n)) for vault in vaults}
    take(store, portal, records_file(portal, given), TODAY)


def kept(store: Store) -> dict[str, list[Any]]:
    """Every row of every table but the revision."""
    with store.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in schema.metadata.sorted_tables
        }


def held(store: Store) -> dict[int, int]:
    """How many submissions of each manifest still have their bytes."""
    found: dict[int, int] = {}
    for row in kept(store)["closed"]:
        found[row[1]] = found.get(row[1], 0) + (row[4] is not None)
    return found


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
@pytest.mark.parametrize("days", [102, 92, 4, -1], ids=["wrong clock", "outage", "four days", "behind"])
def test_a_clock_that_jumped_closes_and_deletes_nothing_until_somebody_says_that_it_is_right(
    closed: Store, portal: Portal, signer: Signer, clock: SetClock, days: int
) -> None:
    take(closed, portal, portal.post([(bytes(32), any_slot(1))]))
    before, day = kept(closed), days_later(TODAY, days)
    clock.set(day)
    said = f"the clock of this machine says {day}, and days are closed until {TODAY}: if that is right, run"
    for short in (False, True):
        with pytest.raises(RefusedError, match=f"{said} `intake close-day --after-gap`"):
            close_days(closed, signer, clock, short=short)
    assert kept(closed) == before
    clock.set(days_later(TODAY, 3))
    assert len(close_days(closed, signer, clock)) == 3


@ON_BOTH
def test_after_a_gap_nothing_is_deleted_for_its_age_and_what_it_closed_can_be_carried_for_as_long_as_ever(
    store: Store, portal: Portal, signer: Signer, clock: SetClock, sent: list[tuple[bytes, bytes]]
) -> None:
    arrive(store, sent)
    take(store, portal, portal.post([(bytes(32), any_slot(1))]))
    back = days_later(DAY, 200)
    clock.set(back)
    lines: list[str] = []
    close_days(store, signer, clock, after_gap=True, say=lines.append)
    assert lines[200:] == ["after a gap: this time no reply was deleted, and for 14 days nothing at the limit"]
    assert (len(kept(store)["manifest"]), held(store)[1], len(kept(store)["slot"])) == (200, 8, 1)
    close_days(store, signer, clock)
    assert (held(store)[1], len(kept(store)["slot"])) == (8, 0)
    jump(store, signer, clock, days_later(back, 89))
    close_days(store, signer, clock)
    assert held(store)[1] == 8
    clock.set(days_later(back, 90))
    close_days(store, signer, clock)
    assert held(store)[1] == 0


@ON_BOTH
@pytest.mark.parametrize(("retention_days", "grace"), [(90, 14), (7, 7)])
def test_what_was_closed_before_a_gap_can_be_carried_for_a_while_before_it_goes(
    closed: Store, signer: Signer, clock: SetClock, retention_days: int, grace: int
) -> None:
    back = days_later(TODAY, 92)
    clock.set(back)
    close_days(closed, signer, clock, after_gap=True, retention_days=retention_days)
    jump(closed, signer, clock, days_later(back, grace - 1))
    close_days(closed, signer, clock, retention_days=retention_days)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 5, 2: 1}
    clock.set(days_later(back, grace))
    close_days(closed, signer, clock, retention_days=retention_days)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 0, 2: 0}


@ON_BOTH
def test_what_everybody_has_in_a_backup_goes_after_a_gap_too(
    closed: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    backed_up(closed, portal, VAULTS, 1)
    clock.set(days_later(TODAY, 20))
    close_days(closed, signer, clock, after_gap=True)
    assert {n: held(closed)[n] for n in (1, 2)} == {1: 0, 2: 1}


def test_nobody_waits_for_a_whole_purge(
    closed: Store, portal: Portal, signer: Signer, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "MOST_AT_ONCE", 5 * PART_LENGTH)  # an envelope and two parts, twice
    jump(closed, signer, clock, LIMIT)
    ended: list[object] = []
    event.listen(closed.engine, "commit", ended.append)
    lines: list[str] = []
    close_days(closed, signer, clock, say=lines.append)
    assert len(ended) == 1 + 3 + 2  # the closing, six entries by twos, and two that only look
    assert sorted(parse_json(row[2], most=1_000)["count"] for row in kept(closed)["log"][-3:]) == [1, 2, 2]
    assert "5 submissions deleted at the limit" in lines[-1]


class Cut(Exception):
    """The power went."""


def cut_at(store: Store, at: int) -> None:
    """Every statement and every commit counts; before this one the power goes."""
    numbers = count(1)

    def before(*_: object) -> None:
        if next(numbers) == at:
            raise Cut

    event.listen(store.engine, "before_cursor_execute", before)
    event.listen(store.engine, "commit", before)


@ON_BOTH
def test_a_purge_that_is_ended_again_and_again_comes_to_its_end(
    closed: Store,
    portal: Portal,
    signer: Signer,
    clock: SetClock,
    settings: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each attempt comes one statement further than the one before."""
    monkeypatch.setattr(purge, "MOST_AT_ONCE", 7 * PART_LENGTH)
    backed_up(closed, portal, VAULTS[1:])
    backed_up(closed, portal, VAULTS[:1], 2)
    ended = 0
    while cut_off(settings, signer, clock, ended + 1):
        ended += 1
        consistent(closed, settings, portal, TODAY)
    assert ended > 20
    assert sorted(row[1] for row in kept(closed)["gone"]) == ["author"] * 2 + ["purged"] * 6


def test_a_purge_that_was_ended_at_any_statement_leaves_the_same_when_it_is_done_again(
    closed: Store,
    portal: Portal,
    signer: Signer,
    clock: SetClock,
    settings: Config,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(purge, "MOST_AT_ONCE", 7 * PART_LENGTH)
    backed_up(closed, portal, VAULTS[1:])
    closed.settle()
    before = file_of(settings.database).read_bytes()
    close_days(closed, signer, clock, retention_days=SHORT)
    whole = kept(closed)
    for at in count(1):
        path = tmp_path / f"{at}.db"
        path.write_bytes(before)
        again = replace(settings, database=f"sqlite:///{path}")
        if not cut_off(again, signer, clock, at):
            break
        store = Store(again.database, again.limits)
        consistent(store, settings, portal, TODAY)
        close_days(store, signer, clock, retention_days=SHORT)
        assert kept(store) == whole, at
        store.close()
    assert at > 40


def cut_off(settings: Config, signer: Signer, clock: SetClock, at: int) -> bool:
    """Whether the power went at this statement before the day was closed."""
    store = Store(settings.database, settings.limits)
    cut_at(store, at)
    try:
        close_days(store, signer, clock, retention_days=SHORT)
    except Cut:
        return True
    finally:
        store.close()
    return False


def consistent(store: Store, settings: Config, portal: Portal, today: str) -> None:
    """Whatever the end was: what has no bytes is listed as gone, and the log counts what was early."""
    report = check(settings, store, standing(store, portal, today), today)
    assert [reason for reason in report.wrong if "missing or altered" in reason or "public log" in reason] == []


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
