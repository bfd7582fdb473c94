"""Which directory a vault believes, and that it takes no days it could not open."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from crypto.secret import identity
from crypto.sign.sign import signing_key
from review import schema
from review.refusals import Refused
from tests.material import DAY, Portal, make_roots
from tests.review.carried import Writer, bundle, close_day
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


@pytest.mark.parametrize(
    ("day", "why"), [("2026-11-09", "not-yet-valid"), ("2027-02-16", "expired"), ("2027-02-10", "missing-epoch")]
)
def test_a_directory_is_believed_only_on_its_days(station: Station, portal: Portal, day: str, why: str) -> None:
    refused = refusal(station, "cat", portal.ceremony_file(), day)
    assert (refused.code, refused.detail["why"]) == ("directory-refused", why)


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
