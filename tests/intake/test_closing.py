"""A closed day keeps what came and the day it came on; nothing tells the order (protocol.md section 3 and 9)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest

from crypto.public.verify import verify_note
from crypto.sign.sign import public, signing_key
from crypto.wire.age import ENVELOPE_LENGTHS
from crypto.wire.day import MOST_ENTRIES, MOST_MANIFEST, DayManifest, Entry
from crypto.wire.day import Part as Named
from crypto.wire.digest import sha256
from crypto.wire.directory import NamedKey
from crypto.wire.labels import What
from crypto.wire.note import Note, body
from intake import closing
from intake.closing import Signer, close_days
from intake.errors import RefusedError
from intake.store import Manifest, Part, Store, Submission
from tests.intake.conftest import ON_BOTH, SetClock, standing, take
from tests.material import DAY, Portal, any_slot

pytestmark = ON_BOTH
NEXT = "2026-11-11"


def add(store: Store, submissions: Sequence[tuple[bytes, bytes]], day: str = DAY) -> None:
    """Stores envelopes one after the other, as they would come."""
    for submission_id, envelope in submissions:
        with store.change() as change:
            one = Submission(id=submission_id, length=len(envelope), sha256=sha256(envelope))
            change.add_submission(one, day, envelope)


def read(manifest: Manifest, portal: Portal) -> DayManifest:
    """The manifest, after its signature was found right."""
    note = Note.parse(manifest.note)
    verify_note(note, NamedKey(name="intake", key=public(portal.intake_seed)))
    assert note.hash() == manifest.hash
    return DayManifest.parse(body(note, "day", portal.name))


def test_a_manifest_lists_everything_of_its_day_sorted_and_nothing_else(
    store: Store, portal: Portal, signer: Signer, clock: SetClock, arrivals: list[tuple[bytes, bytes]]
) -> None:
    add(store, arrivals[:20])
    add(store, arrivals[20:], NEXT)
    clock.set(NEXT)
    (manifest,) = close_days(store, signer, clock)
    found = read(manifest, portal)
    assert (found.n, found.day, found.prev) == (1, DAY, None)
    expected = sorted((one, len(envelope), sha256(envelope)) for one, envelope in arrivals[:20])
    assert [(entry.id, entry.length, entry.sha256) for entry in found.entries] == expected
    with store.look() as look:
        assert [look.envelope(one) for one, _ in arrivals[:20]] == [envelope for _, envelope in arrivals[:20]]
        assert len(look.waiting(NEXT, 99)) == 10


def test_every_day_that_is_over_gets_a_manifest_also_an_empty_one(
    store: Store, portal: Portal, signer: Signer, clock: SetClock, arrivals: list[tuple[bytes, bytes]]
) -> None:
    add(store, arrivals[:1], "2026-11-11")
    clock.set("2026-11-13", hours=0)
    manifests = [read(one, portal) for one in close_days(store, signer, clock)]
    assert [one.day for one in manifests] == ["2026-11-10", "2026-11-11", "2026-11-12"]
    assert [len(one.entries) for one in manifests] == [0, 1, 0]


def test_manifests_are_one_chain(store: Store, portal: Portal, signer: Signer, clock: SetClock) -> None:
    made = []
    for day in ("2026-11-11", "2026-11-13", "2026-11-14"):
        clock.set(day)
        made += close_days(store, signer, clock)
    read_back = [read(one, portal) for one in made]
    assert [one.n for one in read_back] == [1, 2, 3, 4]
    assert read_back[0].prev is None
    for before, after in pairwise(made):
        assert read(after, portal).prev == before.hash


def test_a_day_that_is_not_over_stays_open(
    store: Store, signer: Signer, clock: SetClock, arrivals: list[tuple[bytes, bytes]]
) -> None:
    add(store, arrivals[:3])
    clock.set(DAY, hours=23.9999)
    assert close_days(store, signer, clock) == []
    clock.set(NEXT, hours=0)
    assert len(close_days(store, signer, clock)) == 1


def test_closing_again_closes_nothing(store: Store, signer: Signer, clock: SetClock) -> None:
    clock.set("2026-11-13")
    assert len(close_days(store, signer, clock)) == 3
    assert close_days(store, signer, clock) == []


def test_a_short_day_closes_what_is_there_and_the_day_goes_on(
    store: Store, portal: Portal, signer: Signer, clock: SetClock, arrivals: list[tuple[bytes, bytes]]
) -> None:
    assert close_days(store, signer, clock, short=True) == []
    made = []
    for one in arrivals[:2]:
        add(store, [one])
        made += close_days(store, signer, clock, short=True)
    add(store, arrivals[2:3])
    clock.set(NEXT)
    made += close_days(store, signer, clock, short=True)
    found = [read(one, portal) for one in made]
    assert [(one.n, one.day, len(one.entries)) for one in found] == [(1, DAY, 1), (2, DAY, 1), (3, DAY, 1)]


@pytest.mark.parametrize(("day", "listed"), [("2026-11-11", [1, 0]), ("2027-02-20", [0, 1])], ids=["behind", "ahead"])
def test_what_came_under_a_day_that_is_closed_or_has_not_come_stands_in_the_next_manifests(
    store: Store,
    portal: Portal,
    signer: Signer,
    clock: SetClock,
    arrivals: list[tuple[bytes, bytes]],
    day: str,
    listed: list[int],
) -> None:
    """As in a database of an earlier release, or after the clock stood elsewhere for an hour."""
    clock.set("2026-11-13")
    close_days(store, signer, clock)
    add(store, arrivals[:1], day)
    made = []
    for today in ("2026-11-14", "2026-11-15"):
        clock.set(today)
        made += [read(one, portal) for one in close_days(store, signer, clock)]
    assert [(one.day, len(one.entries)) for one in made] == [("2026-11-13", listed[0]), ("2026-11-14", listed[1])]


def test_a_day_too_large_for_one_manifest_takes_several(
    store: Store,
    portal: Portal,
    signer: Signer,
    clock: SetClock,
    arrivals: list[tuple[bytes, bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert MOST_ENTRIES > 100_000
    monkeypatch.setattr(closing, "MOST_ENTRIES", 10)
    add(store, arrivals[:25])
    clock.set(NEXT)
    found = [read(one, portal) for one in close_days(store, signer, clock)]
    assert [len(one.entries) for one in found] == [10, 10, 5]
    assert {one.day for one in found} == {DAY}
    ids = [entry.id for one in found for entry in one.entries]
    assert ids == sorted(one for one, _ in arrivals[:25])


def add_with_parts(store: Store, submissions: Mapping[bytes, int], day: str = DAY) -> None:
    """Stores whole submissions with so many short parts each; the later a part comes, the earlier its name stands."""
    for submission_id, count in submissions.items():
        with store.change(submission_id) as change:
            for number in range(count):
                data = submission_id + b"%d" % number
                one = Part(id=submission_id, name=part_name(number), sha256=sha256(data))
                change.add_part(one, data, day)
            change.unstage(submission_id)
        add(store, [(submission_id, b"x")], day)


def part_name(number: int) -> bytes:
    """The larger the number, the earlier it stands."""
    return bytes([255 - number]) * 16


def test_a_manifest_lists_the_parts_of_each_entry_sorted_by_name_and_no_others(
    store: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    ids = [bytes([number]) * 16 for number in range(5)]
    add_with_parts(store, {ids[3]: 2, ids[0]: 3, ids[2]: 0})
    add_with_parts(store, {ids[1]: 1}, NEXT)
    with store.change() as change:  # no envelope came
        change.add_part(Part(id=ids[4], name=part_name(1), sha256=bytes(32)), b"x", DAY)
    clock.set(NEXT)
    (manifest,) = close_days(store, signer, clock)
    listed = {entry.id: [(part.name, part.sha256) for part in entry.parts] for entry in read(manifest, portal).entries}
    expected = {
        one: [(part_name(n), sha256(one + b"%d" % n)) for n in reversed(range(count))]
        for one, count in ((ids[0], 3), (ids[2], 0), (ids[3], 2))
    }
    assert listed == expected
    with store.look() as look:
        assert look.part(ids[0], part_name(2)) == ids[0] + b"2"


def test_parts_take_room_in_a_manifest_like_entries(
    store: Store, portal: Portal, signer: Signer, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "MOST_ENTRIES", 10)
    counts = [9, 1, 0, 7, 16, 0, 0, 12]
    add_with_parts(store, {bytes([number]) * 16: count for number, count in enumerate(counts)})
    clock.set(NEXT)
    found = [read(one, portal) for one in close_days(store, signer, clock)]
    assert [[len(entry.parts) for entry in one.entries] for one in found] == [[9], [1, 0], [7], [16], [0, 0], [12]]
    assert [entry.id[0] for one in found for entry in one.entries] == list(range(8))


def test_a_manifest_that_is_full_of_parts_can_be_read(portal: Portal) -> None:
    """What stands in it is short of what a note may be, whatever share of it are parts."""
    for parts in (0, 1, 32, 1_024):
        part = Named(name=bytes(16), sha256=bytes(32))
        one = Entry(id=bytes(16), length=max(ENVELOPE_LENGTHS), sha256=bytes(32), parts=(part,) * parts)
        each = len(DayManifest(n=1, day=DAY, prev=None, entries=(one, one)).encode()) - len(
            DayManifest(n=1, day=DAY, prev=None, entries=(one,)).encode()
        )
        assert MOST_ENTRIES // (1 + parts) * each + 1_000 < MOST_MANIFEST


class BreakingSigner(Signer):
    """Breaks at its third signature."""

    def sign(self, what: What, json: bytes) -> bytes:
        if b'"n":3,' in json:
            raise ArithmeticError
        return Signer.sign(self, what, json)


def test_a_closing_that_breaks_closes_nothing(
    store: Store, portal: Portal, signer: Signer, clock: SetClock, arrivals: list[tuple[bytes, bytes]]
) -> None:
    add(store, arrivals)
    clock.set("2026-11-13")
    with pytest.raises(ArithmeticError):
        close_days(store, BreakingSigner(portal=portal.name, seed=portal.intake_seed), clock)
    with store.look() as look:
        assert (look.count()["manifest"], look.count()["arrived"]) == (0, 30)
    assert len(close_days(store, signer, clock)) == 3


def test_another_key_than_the_directory_names_signs_nothing(store: Store, portal: Portal) -> None:
    with pytest.raises(RefusedError, match="names another intake key"):
        Signer.named_by(standing(store, portal), portal.name, signing_key())
    assert Signer.named_by(standing(store, portal), portal.name, portal.intake_seed).seed == portal.intake_seed


def test_days_are_closed_even_when_the_directory_has_expired(store: Store, portal: Portal) -> None:
    signer = Signer.named_by(standing(store, portal, "2027-06-01"), portal.name, portal.intake_seed)
    assert signer.seed == portal.intake_seed


def test_closing_drops_replies_whose_time_is_over_and_remembers_their_hashes(
    store: Store, portal: Portal, signer: Signer, clock: SetClock
) -> None:
    take(store, portal, portal.post([(bytes(32), any_slot(1))]))
    for day, left in (("2027-05-09", (1, 1)), ("2027-05-10", (0, 1)), ("2028-06-09", (0, 1))):
        clock.set(day)
        close_days(store, signer, clock, after_gap=True)
        close_days(store, signer, clock)
        with store.look() as look:
            assert (look.count()["slot"], look.count()["delivered"]) == left, day
