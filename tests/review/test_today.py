"""What intake holds today so far: read now, never recorded, and skipped when the closed day brings it again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from crypto.sign.sign import signed_note, signing_key
from crypto.wire.day import DayManifest
from review import views
from review.refusals import Refused
from review.store import Store
from tests.material import DAY, Portal, container, make_portal
from tests.review.carried import Day, Parts, Writer, bundle, bundle_members, close_day
from tests.review.conftest import Station
from tests.review.test_bundles import changed, flip, refusal
from tests.review.test_import import everything, hostile

TRIED = ("new", "followup", "double", "foreign", "aside")


def so_far(
    portal: Portal, *envelopes: bytes, before: Sequence[Day] = (), day: str = DAY, parts: Sequence[Parts] = ()
) -> Day:
    """Today, over these envelopes under IDs that count up."""
    ids = [bytes([at]) * 16 for at in range(len(envelopes))]
    return close_day(portal, envelopes, before, day, ids, parts=parts, label="today")


def closed(portal: Portal, today: Day) -> Day:
    """The same entries on the day that was closed."""
    ids = sorted(today.envelopes)
    envelopes = [today.envelopes[name] for name in ids]
    parts = [today.parts.get(name, {}) for name in ids]
    return close_day(portal, envelopes, day=today.manifest.day, ids=ids, parts=parts)


def signed_as_today(portal: Portal, manifest: DayManifest, seed: bytes | None = None) -> Day:
    """Today as somebody claims it to be."""
    note = signed_note("today", portal.name, manifest.encode(), "intake", seed or portal.intake_seed)
    return Day(manifest=manifest, note=note, envelopes={}, parts={})


def tried(figures: Mapping[str, int]) -> dict[str, int]:
    """What was opened, by what came of it."""
    return {name: figures[name] for name in TRIED if figures[name]}


def test_a_message_of_today_is_read_today_and_no_day_is_recorded(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    report = station.take("cat", bundle(portal, [], today=so_far(portal, writer.seal(writer.account()))))
    assert (report.figures["new"], report.figures["days"]) == (1, 0)
    assert station.look("cat", lambda store: store.days()) == {}
    assert station.look("cat", lambda store: views.case(store, 1))["turns"][0]["arrived"] == DAY


def test_the_closed_day_brings_what_is_kept_already_and_it_is_counted_nowhere(station: Station, portal: Portal) -> None:
    writer, other = Writer(portal=portal), Writer(portal=portal, committees=("ced",))
    message = writer.account()
    today = so_far(portal, writer.seal(message), writer.seal(message), other.seal(other.account()))
    first = station.take("cat", bundle(portal, [], today=today))
    assert tried(first.figures) == {"new": 1, "double": 1, "foreign": 1}
    again = station.take("cat", bundle(portal, [closed(portal, today)]))
    assert (tried(again.figures), again.figures["days"], again.figures["absent"]) == ({"foreign": 1}, 1, 0)
    assert station.look("cat", lambda store: (len(store.inbox()), store.handled())) == (1, {})


def test_the_same_today_again_changes_nothing_and_what_came_since_is_taken(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    first = writer.seal(writer.account())
    file = bundle(portal, [], today=so_far(portal, first))
    station.take("cat", file)
    before = station.look("cat", everything)
    assert tried(station.take("cat", file).figures) == {}
    assert station.look("cat", everything) == before
    later = so_far(portal, first, writer.seal(writer.followup("More.")))
    assert tried(station.take("cat", bundle(portal, [], today=later)).figures) == {"followup": 1}


@pytest.mark.parametrize("reason", ["damaged", "not-understood", "misdirected"])
def test_what_would_be_set_aside_is_left_for_the_closed_day(station: Station, portal: Portal, reason: str) -> None:
    today = so_far(portal, hostile(portal)[reason])
    assert tried(station.take("cat", bundle(portal, [], today=today)).figures) == {}
    assert station.look("cat", lambda store: store.aside()) == []
    assert tried(station.take("cat", bundle(portal, [closed(portal, today)])).figures) == {"aside": 1}
    assert station.look("cat", lambda store: [one.reason for one in store.aside()]) == [reason]


def test_what_today_no_key_opened_is_tried_again_with_the_keys_that_came_since(
    station: Station, portal: Portal
) -> None:
    december, day = portal.vaults["cat"].seeds["2026-12"], "2026-12-05"
    with station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("delete from seeds where epoch = '2026-12'")
    writer = Writer(portal=portal)
    envelope = writer.seal(writer.account(), epoch="2026-12")
    early = so_far(portal, envelope)
    assert tried(station.take("cat", bundle(portal, [], today=early), day).figures) == {"foreign": 1}
    with station.vaults["cat"].transaction() as connection:
        Store(connection).add_seed("2026-12", december)
    honest = close_day(portal, [envelope], day=day, ids=[bytes(16)])
    assert tried(station.take("cat", bundle(portal, [honest]), day).figures) == {"new": 1}


def test_other_bytes_under_an_id_that_was_read_are_opened_all_the_same(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    station.take("cat", bundle(portal, [], today=so_far(portal, writer.seal(writer.account()))))
    other = so_far(portal, writer.seal(writer.followup("Other words under the same ID.")))
    assert tried(station.take("cat", bundle(portal, [closed(portal, other)])).figures) == {"followup": 1}


def test_what_its_author_deleted_before_the_day_was_closed_is_no_fault(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    station.take("cat", bundle(portal, [], today=so_far(portal, writer.seal(writer.account()))))
    report = station.take("cat", bundle(portal, [close_day(portal, [])]))
    assert (report.figures["absent"], report.figures["gone"]) == (0, 0)
    assert station.look("cat", lambda store: (len(store.inbox()), store.handled())) == (1, {})


def test_an_old_bundle_whose_today_was_closed_since_changes_nothing(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    today = so_far(portal, writer.seal(writer.account()), hostile(portal)["misdirected"])
    old = bundle(portal, [], today=today)
    station.take("cat", bundle(portal, [closed(portal, today)]))
    before = station.look("cat", everything)
    assert tried(station.take("cat", old).figures) == {}
    assert station.look("cat", everything) == before


def test_an_old_today_does_not_heal_what_is_absent_of_the_closed_day(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    today = so_far(portal, writer.seal(writer.account()))
    station.take("cat", container(bundle_members(portal, [closed(portal, today)])[:-1]))
    assert tried(station.take("cat", bundle(portal, [], today=today)).figures) == {}
    assert station.look("cat", lambda store: len(store.absent())) == 1
    assert tried(station.take("cat", bundle(portal, [closed(portal, today)])).figures) == {"new": 1}


def test_what_is_missing_of_today_is_said_and_not_remembered(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    members = bundle_members(portal, [], today=so_far(portal, writer.seal(writer.account())))
    assert station.take("cat", container(members[:-1])).figures["absent"] == 1
    assert station.look("cat", lambda store: store.absent()) == set()


def test_today_follows_from_the_last_day_or_nothing_of_the_file_is_kept(station: Station, portal: Portal) -> None:
    days = [close_day(portal, [])]
    right = so_far(portal, before=days).manifest
    for code, manifest in (("days-missing", replace(right, n=3)), ("days-broken", replace(right, prev=bytes(32)))):
        assert refusal(station, bundle(portal, days, today=signed_as_today(portal, manifest))) == code
    early = signed_as_today(portal, replace(right, day="2026-11-09"))
    assert refusal(station, bundle(portal, days, today=early)) == "days-key"
    assert refusal(station, bundle(portal, [], today=signed_as_today(portal, right))) == "days-missing"
    station.take("cat", bundle(portal, days, today=signed_as_today(portal, right)))


def test_there_is_one_today_behind_what_is_gone_and_before_the_envelopes(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    today = so_far(portal, writer.seal(writer.account()))
    members = bundle_members(portal, [], today=today)
    assert [name.partition("/")[0] for name, _ in members[-2:]] == ["today", "envelope"]
    assert refusal(station, container([*members[:-2], members[-1], members[-2]])) == "entry-unknown"
    second = ("today/00000002", members[-2][1])
    assert refusal(station, container([*members[:-1], second, members[-1]])) == "file-damaged"
    assert refusal(station, container(changed(members, "today/", flip))) == "file-damaged"
    station.take("cat", container(members))


def test_a_day_does_not_pass_for_today_nor_today_for_a_day(station: Station, portal: Portal) -> None:
    day, today = close_day(portal, []), so_far(portal)
    members = bundle_members(portal, [day])
    assert refusal(station, container(changed(members, "day/", lambda _data: today.note))) == "file-damaged"
    members = bundle_members(portal, [], today=today)
    assert refusal(station, container(changed(members, "today/", lambda _data: day.note))) == "file-damaged"


def test_a_today_by_another_key_than_intakes_keeps_nothing(station: Station, portal: Portal) -> None:
    lie = signed_as_today(portal, so_far(portal).manifest, signing_key())
    assert refusal(station, bundle(portal, [], today=lie)) == "file-damaged"


def test_a_vault_without_the_months_keys_takes_no_today(station: Station, portal: Portal) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("delete from seeds where epoch = '2026-12'")
    station.take("cat", bundle(portal, [], today=so_far(portal)))
    with pytest.raises(Refused) as caught:
        station.take("cat", bundle(portal, [], today=so_far(portal, day="2026-12-03")), "2026-12-04")
    assert caught.value.code == "key-missing"


def test_a_bundle_of_the_first_version_holds_no_today_and_no_parts(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message, parts = writer.with_files(writer.account(), {"a.txt": b"words"})
    today = so_far(portal, writer.seal(writer.account()))
    assert refusal(station, container(bundle_members(portal, [], today=today, version=1))) == "file-damaged"
    day = close_day(portal, [writer.seal(message)], parts=[parts])
    members = bundle_members(portal, [day], version=1)
    assert refusal(station, container(members)) == "file-damaged"
    report = station.take("cat", container(members[:-1]))
    assert (report.figures["new"], report.figures["absent"]) == (1, 1)
    assert refusal(station, container(bundle_members(portal, [day], version=3))) == "file-damaged"


def test_a_second_version_of_another_portal_keeps_nothing(station: Station) -> None:
    other = make_portal("other.sealed-intake")
    assert refusal(station, bundle(other, [], today=so_far(other))) == "other-portal"
