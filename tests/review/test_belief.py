"""Which directory a vault believes, and that it takes no days it could not open."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from crypto.secret import identity
from crypto.sign.sign import public, signing_key
from crypto.wire.directory import NamedKey
from review import schema, views
from review.refusals import Refused
from tests.material import DAY, Portal, container, make_roots
from tests.review.carried import Writer, bundle, bundle_members, close_day, gone_member
from tests.review.conftest import Station


def refusal(station: Station, name: str, file: bytes, day: str = DAY) -> Refused:
    """How the vault refuses the file."""
    with pytest.raises(Refused) as caught:
        station.take(name, file, day)
    return caught.value


def one_day(portal: Portal, day: str = DAY) -> bytes:
    """A bundle with one message to `cat`."""
    writer = Writer(portal=portal)
    return bundle(portal, [close_day(portal, [writer.seal(writer.account())], day=day)])


def test_a_vault_without_a_pin_believes_nothing(station: Station, portal: Portal) -> None:
    station.add_untold("ced")
    assert refusal(station, "ced", portal.ceremony_file()).code == "no-trust"


def test_a_later_directory_replaces_the_one_before_and_an_old_file_does_not_bring_it_back(
    station: Station, portal: Portal
) -> None:
    station.take("cat", portal.next().ceremony_file())
    assert station.take("cat", portal.ceremony_file()).directory == 2


def test_a_root_change_is_followed_from_the_pin(station: Station, portal: Portal) -> None:
    changed = portal.next(roots=make_roots(3, first=4))
    assert station.take("cat", changed.next().ceremony_file()).directory == 3


def test_a_directory_is_not_believed_before_its_first_day(station: Station, portal: Portal) -> None:
    refused = refusal(station, "cat", portal.ceremony_file(), "2026-11-09")
    assert (refused.code, refused.detail["why"]) == ("directory-refused", "not-yet-valid")


@pytest.mark.parametrize(("day", "expired"), [("2027-02-10", None), ("2027-02-16", "2027-02-16")])
def test_a_directory_without_a_month_or_expired_still_lets_closed_days_be_read(
    station: Station, portal: Portal, day: str, expired: str | None
) -> None:
    report = station.take("cat", one_day(portal), day)
    assert (report.figures["new"], report.expired) == (1, expired)
    assert station.look("cat", lambda store: views.state(store, day))["expired"] is (expired is not None)


def test_an_expired_directory_that_the_roots_did_not_sign_is_still_refused(station: Station, portal: Portal) -> None:
    forged = replace(portal, roots=make_roots(3)).next()
    assert refusal(station, "cat", forged.ceremony_file(), "2027-03-01").detail["why"] == "root-change-unsigned"


def test_a_directory_that_leaves_a_number_out_is_refused(station: Station, portal: Portal) -> None:
    skipped = portal.next(seq=3)
    refused = refusal(station, "cat", skipped.ceremony_file())
    assert (refused.code, refused.detail["why"]) == ("directory-refused", "sequence-gap")


def test_a_directory_signed_ahead_is_kept_and_comes_into_force_on_its_day(station: Station, portal: Portal) -> None:
    ahead = portal.next(day="2026-11-20")
    assert station.take("cat", one_day(ahead)).directory == 1
    assert station.look("cat", lambda store: sorted(store.directories())) == [1, 2]
    on = {day: station.look("cat", lambda store: views.state(store, day)["directory"]) for day in (DAY, "2026-11-20")}  # noqa: B023
    assert on == {DAY: 1, "2026-11-20": 2}
    assert station.take("cat", portal.ceremony_file(), "2026-11-20").directory == 2


def test_a_directory_signed_ahead_by_others_than_the_roots_is_refused(station: Station, portal: Portal) -> None:
    forged = replace(portal, roots=make_roots(3)).next(day="2026-11-20")
    assert refusal(station, "cat", forged.ceremony_file()).detail["why"] == "root-change-unsigned"
    assert station.look("cat", lambda store: sorted(store.directories())) == [1]


def new_intake_key(portal: Portal, day: str) -> Portal:
    """The same portal with another intake key from this day on."""
    seed = signing_key()
    return replace(portal.next(day=day, intake=NamedKey(name="intake", key=public(seed))), intake_seed=seed)


@pytest.mark.parametrize("is_new_key", [False, True])
@pytest.mark.parametrize(
    ("day", "keys"), [("2026-11-19", {False}), ("2026-11-20", {False, True}), ("2026-11-21", {True})]
)
def test_a_day_is_believed_under_the_intake_key_of_that_day(
    station: Station, portal: Portal, day: str, keys: set[bool], is_new_key: bool
) -> None:
    changed = new_intake_key(portal, "2026-11-20")
    file = bundle(changed, [close_day(changed if is_new_key else portal, [], day=day)])
    if is_new_key in keys:
        assert station.take("cat", file, "2026-11-22").figures["days"] == 1
    else:
        assert refusal(station, "cat", file, "2026-11-22").code == "days-key"


def test_a_day_that_was_read_stays_read_after_the_key_has_changed(station: Station, portal: Portal) -> None:
    closed = close_day(portal, [], day="2026-11-12")
    station.take("cat", bundle(portal, [closed]), "2026-11-13")
    changed = new_intake_key(portal, "2026-11-11")
    assert station.take("cat", bundle(changed, [closed]), "2026-11-14").figures["days"] == 0


def test_a_replaced_intake_key_cannot_say_that_something_is_gone(station: Station, portal: Portal) -> None:
    writer, changed = Writer(portal=portal), new_intake_key(portal, "2026-11-20")
    closed = close_day(portal, [writer.seal(writer.account())])
    members = bundle_members(changed, [closed])[:-1]
    stale, fresh = (gone_member(signer, 1, closed.envelopes) for signer in (portal, changed))
    assert refusal(station, "cat", container([*members, stale]), "2026-11-22").code == "file-damaged"
    assert station.take("cat", container([*members, fresh]), "2026-11-22").figures["gone"] == 1


def test_another_note_under_a_known_number_is_refused(station: Station, portal: Portal) -> None:
    station.take("cat", portal.next().ceremony_file())
    assert refusal(station, "cat", portal.next(min_seq=2).ceremony_file()).code == "directory-astray"


def test_a_directory_out_of_the_line_is_refused(station: Station, portal: Portal) -> None:
    later = portal.next().next()
    assert refusal(station, "cat", later.ceremony_file(later.notes[-1:])).code == "directory-astray"


def test_a_vault_of_the_same_name_with_another_signing_key_is_refused(station: Station, portal: Portal) -> None:
    vault = station.add_untold("ced")
    station.trust("ced")
    with vault.transaction() as connection:
        connection.execute(update(schema.own).values(signing_seed=signing_key()))
    assert refusal(station, "ced", portal.ceremony_file()).code == "not-this-vault"


def test_a_vault_that_no_directory_names_is_refused(station: Station, portal: Portal) -> None:
    vault = station.add_untold("ced")
    station.trust("ced")
    with vault.transaction() as connection:
        connection.execute(update(schema.own).values(name="crc"))
    assert refusal(station, "ced", portal.ceremony_file()).code == "not-in-directory"


def test_a_restored_vault_that_lacks_a_key_refuses_the_days_it_could_not_open(station: Station, portal: Portal) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.execute(delete(schema.seeds).where(schema.seeds.c.epoch == "2026-11"))
    refused = refusal(station, "cat", one_day(portal))
    assert (refused.code, refused.detail) == ("key-missing", {"epoch": "2026-11", "vault": "cat"})
    assert station.look("cat", lambda store: (store.days(), store.inbox())) == ({}, [])


def test_a_vault_with_another_key_for_the_month_refuses_too(station: Station, portal: Portal) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.execute(update(schema.seeds).values(seed=identity.new_seed()))
    assert refusal(station, "cat", one_day(portal)).code == "key-missing"


def test_a_key_of_a_month_far_away_may_be_missing(station: Station, portal: Portal) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.execute(delete(schema.seeds).where(schema.seeds.c.epoch == "2027-01"))
    assert station.take("cat", one_day(portal)).figures["new"] == 1


def test_the_month_after_counts_from_two_days_before_it_begins(station: Station, portal: Portal) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.execute(delete(schema.seeds).where(schema.seeds.c.epoch == "2026-12"))
    assert station.take("cat", one_day(portal, "2026-11-28")).figures["new"] == 1
    assert refusal(station, "cat", one_day(portal, "2026-11-29")).code in ("key-missing", "days-differ")


def test_a_key_that_an_earlier_directory_named_must_be_there_too(portal: Portal, station: Station) -> None:
    fresh = replace(
        portal,
        vaults={
            name: replace(secrets, seeds={epoch: identity.new_seed() for epoch in secrets.seeds})
            for name, secrets in portal.vaults.items()
        },
    )
    later = fresh.next()
    with station.vaults["cat"].transaction() as connection:
        for epoch, seed in later.vaults["cat"].seeds.items():
            connection.execute(update(schema.seeds).where(schema.seeds.c.epoch == epoch).values(seed=seed))
    assert refusal(station, "cat", one_day(later)).code == "key-missing"
