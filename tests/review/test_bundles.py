"""A fault of the file refuses it whole and keeps nothing; days are a chain without gaps."""

from collections.abc import Callable

import pytest

from crypto.sign.sign import signed_note, signing_key
from crypto.wire.day import DayManifest
from crypto.wire.fields import to_base64url
from review.refusals import Refused
from tests.material import Portal, container, make_portal
from tests.review.carried import Day, Writer, bundle, bundle_members, close_day, gone_member
from tests.review.conftest import Station
from tests.review.test_import import everything

Members = list[tuple[str, bytes]]


def two_days(portal: Portal) -> list[Day]:
    """Two closed days with one message each."""
    writer = Writer(portal=portal)
    first = close_day(portal, [writer.seal(writer.account())])
    return [first, close_day(portal, [writer.seal(writer.followup("More."))], [first])]


def refusal(station: Station, file: bytes) -> str:
    """The code with which the station refuses the file, after which everything is as before."""
    before = station.look("cat", everything)
    with pytest.raises(Refused) as caught:
        station.take("cat", file)
    assert station.look("cat", everything) == before
    return caught.value.code


def changed(members: Members, prefix: str, change: Callable[[bytes], bytes]) -> Members:
    """The last member of this prefix with other bytes."""
    at = max(at for at, (name, _) in enumerate(members) if name.startswith(prefix))
    return [*members[:at], (members[at][0], change(members[at][1])), *members[at + 1 :]]


def flip(data: bytes) -> bytes:
    """The same length with one bit turned."""
    return data[:60] + bytes([data[60] ^ 1]) + data[61:]


@pytest.mark.parametrize("prefix", ["directory/", "keys/", "post-key/", "day/", "gone/", "envelope/"])
def test_one_altered_bit_in_any_member_keeps_nothing(station: Station, portal: Portal, prefix: str) -> None:
    days = two_days(portal)
    members = changed(bundle_members(portal, days, gone=list(days[0].envelopes)), prefix, flip)
    assert refusal(station, container(members)) in ("file-damaged", "entry-altered", "directory-astray")


@pytest.mark.parametrize("cut", [1, 512, 1024, 60_000])
def test_a_file_that_is_cut_short_keeps_nothing(station: Station, portal: Portal, cut: int) -> None:
    assert refusal(station, bundle(portal, two_days(portal))[:-cut]) == "file-damaged"


def test_bytes_behind_the_end_keep_nothing(station: Station, portal: Portal) -> None:
    assert refusal(station, bundle(portal, two_days(portal)) + b"\x00") == "file-damaged"


def test_members_in_another_order_keep_nothing(station: Station, portal: Portal) -> None:
    members = bundle_members(portal, two_days(portal))
    assert refusal(station, container([*members[:-2], members[-1], members[-2]])) == "file-damaged"
    assert refusal(station, container([members[0], members[-1], *members[1:-1]])) == "entry-unknown"


def test_key_files_out_of_order_keep_nothing(station: Station, portal: Portal) -> None:
    members = bundle_members(portal, two_days(portal))
    at = next(at for at, (name, _) in enumerate(members) if name.startswith("keys/"))
    members[at], members[at + 1] = members[at + 1], members[at]
    assert refusal(station, container(members)) == "file-damaged"


def test_a_member_that_nobody_knows_keeps_nothing(station: Station, portal: Portal) -> None:
    assert refusal(station, container([*bundle_members(portal, two_days(portal)), ("notes", b"x")])) == "file-damaged"


def test_an_envelope_that_no_manifest_names_keeps_nothing(station: Station, portal: Portal) -> None:
    stray = ("envelope/00000002/" + to_base64url(b"\xff" * 16), b"x" * 100)
    assert refusal(station, container([*bundle_members(portal, two_days(portal)), stray])) == "entry-unknown"


def test_a_file_of_another_portal_keeps_nothing(station: Station) -> None:
    other = make_portal("other.sealed-intake")
    assert refusal(station, bundle(other, two_days(other))) == "other-portal"


def test_a_portal_of_the_same_name_with_other_roots_keeps_nothing(station: Station, portal: Portal) -> None:
    impostor = make_portal(portal.name)
    assert refusal(station, bundle(impostor, two_days(impostor))) == "directory-astray"


def test_days_signed_by_another_key_keep_nothing(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    note = signed_note("day", portal.name, days[1].manifest.encode(), "intake", signing_key())
    members = changed(bundle_members(portal, days), "day/", lambda _data: note)
    assert refusal(station, container(members)) == "file-damaged"


def test_a_day_list_does_not_verify_as_a_list_of_what_is_gone(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    members = changed(bundle_members(portal, days, gone=list(days[0].envelopes)), "gone/", lambda _data: days[0].note)
    assert refusal(station, container(members)) == "file-damaged"


def test_a_gap_between_days_keeps_nothing_and_names_what_is_missing(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    assert refusal(station, bundle(portal, days[1:])) == "days-missing"
    station.take("cat", bundle(portal, days[:1]))
    third = close_day(portal, [], days)
    assert refusal(station, bundle(portal, [third])) == "days-missing"
    station.take("cat", bundle(portal, [days[1], third]))


def test_a_day_that_does_not_follow_from_the_one_before_keeps_nothing(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    manifest = DayManifest(n=2, day="2026-11-10", prev=bytes(32), entries=days[1].manifest.entries)
    note = signed_note("day", portal.name, manifest.encode(), "intake", portal.intake_seed)
    members = changed(bundle_members(portal, days), "day/", lambda _data: note)
    assert refusal(station, container(members)) == "days-broken"


def test_another_version_of_a_day_that_was_read_is_refused(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    station.take("cat", bundle(portal, days))
    assert refusal(station, bundle(portal, two_days(portal))) == "days-differ"


def test_what_the_author_deleted_is_gone_without_a_fault(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    deleted = next(iter(days[0].envelopes))
    report = station.take("cat", bundle(portal, days, gone=[deleted]))
    assert (report.figures["gone"], report.figures["absent"]) == (1, 0)


def without_the_first_envelope(portal: Portal, days: list[Day], *gone: tuple[str, bytes]) -> bytes:
    """A bundle that lacks it, with these notes of what is gone."""
    members = bundle_members(portal, days)
    return container([*members[:-2], *gone, members[-1]])


def test_an_absence_is_excused_by_the_gone_note_of_its_own_manifest_alone(station: Station, portal: Portal) -> None:
    writer, name = Writer(portal=portal), bytes(16)
    first = close_day(portal, [writer.seal(writer.account())], ids=[name])
    days = [first, close_day(portal, [writer.seal(writer.followup("More."))], [first], ids=[name])]
    neither = [*bundle_members(portal, days)[:-2], gone_member(portal, 2, [name])]
    report = station.take("cat", container(neither))
    assert (report.figures["gone"], report.figures["absent"]) == (1, 1)
    assert station.look("cat", lambda store: store.absent()) == {(1, name)}
    again = station.take("cat", without_the_first_envelope(portal, days, gone_member(portal, 1, [name])))
    assert (again.figures["gone"], again.figures["absent"]) == (1, 0)


def test_a_gone_note_under_the_name_of_another_manifest_keeps_nothing(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    lost = list(days[0].envelopes)
    for lie in (gone_member(portal, 1, lost, under=2), gone_member(portal, 2, lost), gone_member(portal, 3, lost)):
        assert refusal(station, without_the_first_envelope(portal, days, lie)) == "file-damaged"
    station.take("cat", without_the_first_envelope(portal, days, gone_member(portal, 1, lost)))


def test_what_is_gone_does_not_stand_in_the_bundle(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    lie = gone_member(portal, 2, days[1].envelopes)
    whole = bundle_members(portal, days)
    assert refusal(station, container([*whole[:-2], lie, *whole[-2:]])) == "file-damaged"
    station.take("cat", container([*whole[:-2], lie, whole[-2]]))


def test_gone_notes_stand_in_order_before_the_envelopes(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    members = bundle_members(portal, days, gone=[name for day in days for name in day.envelopes])
    station.take("cat", container(members))
    assert refusal(station, container([*members[:-2], members[-1], members[-2]])) == "file-damaged"
    whole = bundle_members(portal, days)
    late = gone_member(portal, 1, days[0].envelopes)
    assert refusal(station, container([*whole[:-2], whole[-1], late])) == "file-damaged"


def test_a_day_before_the_day_of_the_list_before_keeps_nothing(station: Station, portal: Portal) -> None:
    first = close_day(portal, [], day="2026-11-12")
    second = close_day(portal, [], [first], day="2026-11-11")
    assert refusal(station, bundle(portal, [first, second])) == "days-broken"
    station.take("cat", bundle(portal, [first]))
    assert refusal(station, bundle(portal, [second])) == "days-broken"


def test_an_absence_without_a_word_is_reported_and_healed_by_a_later_bundle(station: Station, portal: Portal) -> None:
    days = two_days(portal)
    whole = bundle_members(portal, days)
    report = station.take("cat", container(whole[:-1]))
    assert (report.figures["new"], report.figures["absent"]) == (1, 1)
    again = station.take("cat", container(whole))
    assert (again.figures["days"], again.figures["followup"], again.figures["absent"]) == (0, 1, 0)
    assert station.look("cat", lambda store: store.absent()) == set()
