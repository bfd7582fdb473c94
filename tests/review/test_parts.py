"""Sealed parts: those of messages that are kept are kept as they came, and who sends a message on can hide no files."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crypto.wire.attachments import PART_LENGTH
from crypto.wire.digest import sha256
from review import schema, views
from review.judging import RULES, judge_again
from review.store import Store
from review.transfer import receive
from tests.material import DAY, Portal, container
from tests.memory import watched
from tests.review.carried import Day, Parts, Writer, bundle, bundle_members, close_day
from tests.review.conftest import Station
from tests.review.test_bundles import Members, changed, flip, refusal
from tests.review.test_import import framed
from tests.review.test_today import closed, so_far, tried

FILES = {"a.txt": b"words", "b.txt": b"x" * 1_500_000}


def kept(station: Station) -> dict[bytes, bytes]:
    """Every part of the vault, by its name."""
    with station.vaults["cat"].transaction() as connection:
        return {row.name: row.data for row in connection.execute(select(schema.parts))}


def shown(station: Station, number: int = 1) -> list[dict[str, object]]:
    """The turns of a case."""
    turns: list[dict[str, object]] = station.look("cat", lambda store: views.case(store, number))["turns"]
    return turns


def with_files(portal: Portal, files: dict[str, bytes] | None = None) -> tuple[Writer, bytes, Parts]:
    """Somebody's message with files: its envelope and its parts."""
    writer = Writer(portal=portal)
    message, parts = writer.with_files(writer.account(), files or FILES)
    return writer, writer.seal(message), parts


def test_a_message_with_files_stands_in_its_case_and_its_parts_are_kept_as_they_came(
    station: Station, portal: Portal
) -> None:
    _, envelope, parts = with_files(portal)
    report = station.take("cat", bundle(portal, [close_day(portal, [envelope], parts=[parts])]))
    assert (report.figures["new"], report.figures["parts"], report.figures["absent"]) == (1, 2, 0)
    assert kept(station) == parts
    assert shown(station)[0]["files"] == [
        {"name": "a.txt", "type": "text/plain", "length": 5},
        {"name": "b.txt", "type": "text/plain", "length": 1_500_000},
    ]
    assert shown(station)[0]["missing"] == 0


def test_parts_of_others_and_parts_that_no_message_names_are_dropped(station: Station, portal: Portal) -> None:
    writer, envelope, parts = with_files(portal)
    for_others = Writer(portal=portal, committees=("ced",))
    message, their_parts = for_others.with_files(for_others.account(), FILES)
    strange = {**parts, bytes(16): bytes(PART_LENGTH)}
    envelopes = [envelope, for_others.seal(message), writer.seal(writer.followup("No files."))]
    day = close_day(portal, envelopes, parts=[strange, their_parts, {b"\x01" * 16: bytes(PART_LENGTH)}])
    report = station.take("cat", bundle(portal, [day]))
    assert kept(station) == parts
    assert (report.figures["parts"], report.figures["absent"]) == (2, 0)


def one_message(portal: Portal) -> Members:
    """A bundle of one message whose files take two parts."""
    _, envelope, parts = with_files(portal)
    return bundle_members(portal, [close_day(portal, [envelope], ids=[bytes(16)], parts=[parts])])


def named(members: Members, name: str) -> Members:
    """The last part under another name."""
    return [*members[:-1], (f"part/00000001/{name}", members[-1][1])]


SPOILT: dict[str, tuple[str, Callable[[Members], Members]]] = {
    "altered": ("entry-altered", lambda members: changed(members, "part/", flip)),
    "shorter": ("file-damaged", lambda members: changed(members, "part/", lambda data: data[:-1])),
    "longer": ("file-damaged", lambda members: changed(members, "part/", lambda data: data + b"x")),
    "out of order": ("file-damaged", lambda members: [*members[:-2], members[-1], members[-2]]),
    "before the envelopes": ("file-damaged", lambda members: [*members[:-3], members[-1], members[-3]]),
    "of no entry": ("entry-unknown", lambda members: named(members, f"{'_' * 21}w/{'A' * 22}")),
    "of no part": ("entry-unknown", lambda members: named(members, f"{'A' * 22}/{'_' * 21}w")),
    "without a name": ("file-damaged", lambda members: named(members, "A" * 22)),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_part_that_is_not_in_its_place_keeps_nothing_of_the_file(station: Station, portal: Portal, how: str) -> None:
    members = one_message(portal)
    code, spoil = SPOILT[how]
    assert refusal(station, container(spoil(members))) == code
    assert kept(station) == {}
    assert station.take("cat", container(members)).figures["parts"] == 2


def test_parts_of_what_is_gone_do_not_stand_in_a_bundle(station: Station, portal: Portal) -> None:
    _, envelope, parts = with_files(portal)
    day = close_day(portal, [envelope], parts=[parts])
    whole, without = bundle_members(portal, [day]), bundle_members(portal, [day], gone=list(day.envelopes))
    assert refusal(station, container([*without, whole[-1]])) == "file-damaged"
    assert station.take("cat", container(without)).figures["gone"] == 1


def test_an_entry_that_lacks_a_part_is_absent_its_message_is_read_and_a_later_bundle_brings_the_rest(
    station: Station, portal: Portal
) -> None:
    _, envelope, parts = with_files(portal)
    other = Writer(portal=portal, committees=("ced",))
    theirs, their_parts = other.with_files(other.account(), FILES)
    day = close_day(portal, [envelope, other.seal(theirs)], ids=[b"\x01" * 16, bytes(16)], parts=[parts, their_parts])
    members = bundle_members(portal, [day])
    without_first_of_each = [*members[:-4], members[-3], members[-1]]
    first = station.take("cat", container(without_first_of_each))
    assert (tried(first.figures), first.figures["absent"]) == ({"new": 1, "foreign": 1}, 2)
    assert shown(station)[0]["missing"] == 1
    again = station.take("cat", container(members))
    assert (tried(again.figures), again.figures["parts"], again.figures["absent"]) == ({"foreign": 1}, 1, 0)
    assert (shown(station)[0]["missing"], kept(station)) == (0, parts)
    assert station.look("cat", lambda store: (store.absent(), store.handled())) == (set(), {})


def test_the_rest_may_be_gone_and_then_it_is_no_longer_absent(station: Station, portal: Portal) -> None:
    _, envelope, parts = with_files(portal)
    day = close_day(portal, [envelope], parts=[parts])
    station.take("cat", container(bundle_members(portal, [day])[:-1]))
    report = station.take("cat", container(bundle_members(portal, [day], gone=list(day.envelopes))))
    assert (report.figures["gone"], report.figures["absent"]) == (1, 0)
    assert shown(station)[0]["missing"] == 1
    assert station.look("cat", lambda store: store.handled()) == {}


def test_parts_that_today_lacks_come_with_the_closed_day(station: Station, portal: Portal) -> None:
    _, envelope, parts = with_files(portal)
    today = so_far(portal, envelope, parts=[parts])
    members = bundle_members(portal, [], today=today)
    assert tried(station.take("cat", container(members[:-1])).figures) == {"new": 1}
    report = station.take("cat", bundle(portal, [closed(portal, today)]))
    assert (tried(report.figures), report.figures["parts"], report.figures["absent"]) == ({}, 1, 0)
    assert kept(station) == parts


def test_files_that_are_here_whole_are_not_taken_a_second_time(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message, parts = writer.with_files(writer.account(), FILES)
    day = close_day(portal, [writer.seal(message)], parts=[parts])
    assert station.take("cat", bundle(portal, [day])).figures["parts"] == 2
    again = close_day(portal, [writer.seal(message)], [day], parts=[parts])
    report = station.take("cat", bundle(portal, [day, again]))
    assert (tried(report.figures), report.figures["parts"]) == ({"double": 1}, 0)


def test_what_a_newer_release_wrote_keeps_its_parts_until_somebody_understands_it(
    station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    message, parts = writer.with_files(writer.account(), FILES)
    newer = portal.seal(framed(writer, message.encode().replace(b'{"v":1,', b'{"v":2,', 1)))
    report = station.take("cat", bundle(portal, [close_day(portal, [newer], parts=[parts])]))
    assert (report.figures["aside"], report.figures["parts"]) == (1, 2)
    assert kept(station) == parts


def test_a_seed_that_two_writers_used_is_said_in_both_cases_and_keeps_nothing_out(
    station: Station, portal: Portal
) -> None:
    writers = [Writer(portal=portal) for _ in range(3)]
    seeds = [b"s" * 32, b"s" * 32, b"t" * 32]
    sealed = [one.with_files(one.account(), FILES, seed) for one, seed in zip(writers, seeds, strict=True)]
    envelopes = [writer.seal(message) for writer, (message, _) in zip(writers, sealed, strict=True)]
    ids = [bytes([at]) * 16 for at in range(3)]
    day = close_day(portal, envelopes, ids=ids, parts=[parts for _, parts in sealed])
    report = station.take("cat", bundle(portal, [day]))
    assert (report.figures["new"], report.figures["aside"], report.figures["parts"]) == (3, 0, 6)
    assert [shown(station, number)[0]["seed_reused"] for number in (1, 2, 3)] == [True, True, False]


def test_a_writer_who_uses_a_seed_again_in_the_own_thread_is_told_of_nowhere(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    (one, parts), (two, more) = (writer.with_files(writer.account(), FILES, b"s" * 32) for _ in range(2))
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(one), writer.seal(two)], parts=[parts, more])]))
    assert [turn["seed_reused"] for turn in shown(station)] == [False, False]


def test_a_vault_that_was_away_for_a_hundred_days_goes_on_with_what_is_left(station: Station, portal: Portal) -> None:
    writer, days, start = Writer(portal=portal), list[Day](), date.fromisoformat(DAY)
    for at in range(100):
        message = writer.account() if at == 0 else writer.followup(f"Day {at}.")
        days.append(close_day(portal, [writer.seal(message)], days, f"{start + timedelta(at)}"))
    early = [name for day in days[:10] for name in day.envelopes]
    file = container(bundle_members(portal, days, gone=early, reason="limit"))
    figures = station.take("cat", file, days[-1].manifest.day).figures
    assert (figures["days"], figures["gone"], figures["absent"]) == (100, 10, 0)
    assert figures["new"] + figures["followup"] == 90
    assert station.look("cat", lambda store: (len(store.days()), store.inbox()[0].messages)) == (100, 90)
    next_day = close_day(portal, [writer.seal(writer.followup("Still here."))], days, days[-1].manifest.day)
    assert tried(station.take("cat", bundle(portal, [next_day]), next_day.manifest.day).figures) == {"followup": 1}


def spoilt(parts: Parts, *which: int) -> Parts:
    """The same, but for some, by their places among the sorted names, which have other bytes."""
    names = sorted(parts)
    return {**parts, **{names[at]: bytes([at]) * PART_LENGTH for at in which}}


def states(station: Station, submission: bytes) -> list[str]:
    """What is known of the streams of a submission."""
    return station.look("cat", lambda store: [one.state for one in store.streams_with(submission)])


@pytest.mark.parametrize("listed", ["other bytes", "no such part"])
def test_parts_of_today_that_the_closed_day_does_not_list_make_room_for_those_it_does(
    station: Station, portal: Portal, listed: str
) -> None:
    _, envelope, parts = with_files(portal)
    station.take("cat", bundle(portal, [], today=so_far(portal, envelope, parts=[spoilt(parts, 0)])))
    assert states(station, bytes(16)) == ["unfit"]
    held = parts if listed == "other bytes" else {name: parts[name] for name in sorted(parts)[1:]}
    report = station.take("cat", bundle(portal, [close_day(portal, [envelope], ids=[bytes(16)], parts=[held])]))
    assert (kept(station), report.figures["parts"]) == (held, len(held) - 1)
    assert states(station, bytes(16)) == ["whole" if held == parts else "awaited"]
    assert shown(station)[0]["missing"] == len(parts) - len(held)


def test_parts_of_today_that_the_closed_day_lists_too_stay_what_they_are(station: Station, portal: Portal) -> None:
    _, envelope, parts = with_files(portal)
    today = so_far(portal, envelope, parts=[spoilt(parts, 1)])
    station.take("cat", bundle(portal, [], today=today))
    assert station.look("cat", lambda store: store.provisional()) == {bytes(16)}
    assert station.take("cat", bundle(portal, [closed(portal, today)])).figures["parts"] == 0
    assert states(station, bytes(16)) == ["unfit"]
    assert station.look("cat", lambda store: store.provisional()) == set()


def test_files_that_came_whole_today_stay_whatever_the_closed_day_lists(station: Station, portal: Portal) -> None:
    _, envelope, parts = with_files(portal)
    station.take("cat", bundle(portal, [], today=so_far(portal, envelope, parts=[parts])))
    lie = close_day(portal, [envelope], ids=[bytes(16)], parts=[spoilt(parts, 0, 1)])
    station.take("cat", bundle(portal, [lie]))
    assert (kept(station), states(station, bytes(16))) == (parts, ["whole"])


def test_a_later_today_puts_nothing_in_the_place_of_a_part_that_is_absent_of_a_closed_day(
    station: Station, portal: Portal
) -> None:
    _, envelope, parts = with_files(portal)
    day = close_day(portal, [envelope], ids=[bytes(16)], parts=[parts])
    members = bundle_members(portal, [day])
    assert station.take("cat", container(members[:-1])).figures["absent"] == 1
    lie = close_day(portal, [envelope], [day], ids=[bytes(16)], parts=[spoilt(parts, 1)], label="today")
    station.take("cat", bundle(portal, [], today=lie))
    assert states(station, bytes(16)) == ["unfit"]
    station.take("cat", container(members))
    assert (kept(station), states(station, bytes(16))) == (parts, ["whole"])


def test_no_parts_are_taken_from_a_today_that_was_closed_since(station: Station, portal: Portal) -> None:
    _, envelope, parts = with_files(portal)
    today = so_far(portal, envelope, parts=[spoilt(parts, 1)])
    real = bundle_members(portal, [close_day(portal, [envelope], ids=[bytes(16)], parts=[parts])])
    station.take("cat", container(real[:-1]))
    assert station.take("cat", bundle(portal, [], today=today)).figures["parts"] == 0
    assert kept(station) == {name: parts[name] for name in sorted(parts)[:1]}
    station.take("cat", container(real))
    assert (kept(station), states(station, bytes(16))) == (parts, ["whole"])


def test_who_sends_a_newer_message_first_with_other_parts_takes_none_from_its_writer(
    station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    message, parts = writer.with_files(writer.account(), FILES)
    newer = framed(writer, message.encode().replace(b'{"v":1,', b'{"v":2,', 1))
    envelopes, ids = [portal.seal(newer), portal.seal(newer)], [bytes(16), b"\x01" * 16]
    day = close_day(portal, envelopes, ids=ids, parts=[spoilt(parts, 0, 1), parts])
    report = station.take("cat", bundle(portal, [day]))
    assert (tried(report.figures), report.figures["parts"]) == ({"aside": 1, "double": 1}, 4)
    of_writer = station.look("cat", lambda store: {name: store.part(ids[1], name) for name in store.part_names(ids[1])})
    assert of_writer == parts
    assert station.look("cat", lambda store: len(store.aside())) == 1


def test_a_release_that_understands_a_message_finds_the_files_of_whoever_brought_them(
    station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    message, parts = writer.with_files(writer.account(), FILES)
    with station.vaults["cat"].transaction() as connection:
        store = Store(connection)
        store.add_day(1, DAY, bytes(32))
        for submission, brought in ((b"a", spoilt(parts, 0)), (b"b", parts)):
            store.set_aside(1, submission, DAY, "not-understood", writer.frame(message))
            for name, data in brought.items():
                store.add_part(submission, name, data, sha256(data), provisional=False)
        store.set_judged(RULES - 1)
        assert judge_again(store, views.belief_of(store, DAY), DAY) == 1
        assert connection.execute(select(schema.aside_again)).all() == []
    assert [states(station, one) for one in (b"a", b"b")] == [["unfit"], ["whole"]]
    assert (len(shown(station)), shown(station)[0]["missing"]) == (1, 0)


# The pages that a vault may keep decrypted (review/cipher.py), and as much as one import may need beside them.
MOST_GROWTH = (64 + 32) * 2**20


def large_bundle(portal: Portal, path: Path, mebibytes: int) -> None:
    """A bundle of one message with a stream of this size, and as many parts again for others."""
    writer, other = Writer(portal=portal), Writer(portal=portal, committees=("ced",))
    message, parts = writer.with_files(writer.account(), {"a.bin": bytes((mebibytes - 1) * 2**20)})
    strange = {at.to_bytes(16, "big"): data for at, data in enumerate(parts.values())}
    day = close_day(portal, [writer.seal(message), other.seal(other.account())], parts=[parts, strange])
    path.write_bytes(bundle(portal, [day]))


def test_what_an_import_holds_in_memory_does_not_grow_with_the_bundle(
    station: Station, portal: Portal, tmp_path: Path
) -> None:
    path, mebibytes = tmp_path / "bundle.tar", 128
    large_bundle(portal, path, mebibytes)
    with watched() as whole:
        assert len(path.read_bytes()) > mebibytes * PART_LENGTH
    assert whole.most > MOST_GROWTH
    with path.open("rb") as source, station.vaults["cat"].transaction() as connection, watched() as growth:
        report = receive(Store(connection), source, DAY)
    assert (report.figures["parts"], report.figures["absent"]) == (mebibytes, 0)
    assert growth.most < MOST_GROWTH
