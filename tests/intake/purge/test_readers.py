"""Who must have a backup before anything goes, and which records say that somebody has one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from crypto.sign.sign import signing_key
from crypto.wire.directory import Directory
from intake.clock import days_later
from intake.closing import Signer, close_days
from intake.purge import readers
from intake.retention import Readers, Reason
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock, take
from tests.intake.purge.rows import LATER, SECOND, TODAY, backed_up, held
from tests.intake.test_records import VAULTS, named, record, records_file, rekeyed
from tests.material import DAY, Portal

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
    for n, number, safe in given:
        one = record(portal, n, manifest=None if number is None else named(store, number))
        take(store, portal, records_file(portal, {"cat": replace(one, backed_up=safe)}), TODAY)
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
