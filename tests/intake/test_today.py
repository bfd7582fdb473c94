"""A bundle also holds what came today, whole, under its own label; nothing of it is recorded (FORMAT.md 9.1, 9.3)."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from crypto.errors import FormatError
from crypto.public.verify import verify_note
from crypto.sign.sign import public
from crypto.wire.attachments import PART_LENGTH
from crypto.wire.container import read_container
from crypto.wire.day import DayManifest
from crypto.wire.digest import sha256
from crypto.wire.directory import NamedKey
from crypto.wire.fields import from_base64url, to_base64url
from crypto.wire.labels import What
from crypto.wire.note import Note, body
from intake import closing, config, transfer
from intake.closing import Signer, close_days
from intake.store import Part, Store
from tests.intake.conftest import ON_BOTH, SQLITE_FILES, SetClock, make_folder, take
from tests.intake.databases import Databases
from tests.intake.postgres import Cluster
from tests.intake.test_closing import add
from tests.intake.test_imports import everything
from tests.material import DAY, Portal

TODAY, TOMORROW = "2026-11-11", "2026-11-12"
Sent = tuple[bytes, bytes, tuple[bytes, ...]]
"""ID, envelope, parts."""


@pytest.fixture(scope="module")
def sent(portal: Portal) -> list[Sent]:
    """Five submissions, the second and the fourth with parts, not in the order of their IDs."""
    dice = random.Random(6)
    parts = [dice.randbytes(PART_LENGTH) for _ in range(4)]
    given: list[tuple[bytes, ...]] = [(), tuple(parts[:3]), (), (parts[3],), ()]
    return [(dice.randbytes(16), portal.envelope(number % 4), one) for number, one in enumerate(given)]


def stage(store: Store, submission_id: bytes, parts: Sequence[bytes], day: str) -> None:
    """Parts come before their envelope; their names do not follow their order."""
    for data in parts:
        with store.change(submission_id) as change:
            change.add_part(Part(id=submission_id, name=sha256(data)[:16], sha256=sha256(data)), data, day)


def arrive(store: Store, sent: Sequence[Sent], day: str) -> None:
    """Whole submissions come."""
    for submission_id, envelope, parts in sent:
        stage(store, submission_id, parts, day)
        add(store, [(submission_id, envelope)], day)
        with store.change(submission_id) as change:
            change.unstage(submission_id)


def exported(store: Store, signer: Signer, folder: Path, today: str = TODAY) -> dict[str, bytes]:
    """The members of the bundle of this moment."""
    transfer.export(store, signer, folder / "bundle", today)
    with (folder / "bundle").open("rb") as source:
        return dict(read_container(source, most_member=40_000_000))


def read(note: bytes, portal: Portal, what: What = "today") -> DayManifest:
    """What intake signed under this label."""
    parsed = Note.parse(note)
    verify_note(parsed, NamedKey(name="intake", key=public(portal.intake_seed)))
    return DayManifest.parse(body(parsed, what, portal.name))


@pytest.fixture
def open_day(store: Store, signer: Signer, clock: SetClock, sent: list[Sent]) -> Store:
    """Two submissions of yesterday, closed; three of today, and parts of one whose envelope has not come."""
    arrive(store, sent[:2], DAY)
    clock.set(TODAY)
    close_days(store, signer, clock)
    arrive(store, sent[2:], TODAY)
    stage(store, bytes(16), [b"\x07" * PART_LENGTH], TODAY)
    return store


@ON_BOTH
def test_today_is_a_note_of_its_own_that_follows_the_last_manifest(
    open_day: Store, portal: Portal, signer: Signer, sent: list[Sent], tmp_path: Path
) -> None:
    before = everything(open_day)
    found = exported(open_day, signer, tmp_path)
    today = read(found["today/00000002"], portal)
    assert (today.n, today.day, today.prev) == (2, TODAY, Note.parse(found["day/00000001"]).hash())
    assert (
        [(one.id, one.length, one.sha256, [part.sha256 for part in one.parts]) for one in today.entries]
        == [
            (one, len(envelope), sha256(envelope), sorted(map(sha256, parts)))  # a part is named by its hash here
            for one, envelope, parts in sorted(sent[2:])
        ]
    )
    with pytest.raises(FormatError):
        read(found["today/00000002"], portal, "day")
    assert everything(open_day) == before


@ON_BOTH
def test_every_entry_has_its_envelope_and_parts_in_order_and_nothing_else_is_there(
    open_day: Store, portal: Portal, signer: Signer, sent: list[Sent], tmp_path: Path
) -> None:
    found = exported(open_day, signer, tmp_path)
    days = [sorted(sent[:2]), sorted(sent[2:])]
    places = [
        (f"{n:08}/{to_base64url(one)}", envelope, parts)
        for n, day in enumerate(days, 1)
        for one, envelope, parts in day
    ]
    expected = [(f"envelope/{place}", envelope) for place, envelope, _ in places]
    for place, _, parts in places:
        expected += [(f"part/{place}/{to_base64url(sha256(one)[:16])}", one) for one in sorted(parts, key=sha256)]
    start = list(found).index("today/00000002") + 1
    assert list(found.items())[start:] == expected


@ON_BOTH
def test_the_closed_day_brings_the_same_entries_again(
    open_day: Store, portal: Portal, signer: Signer, clock: SetClock, tmp_path: Path
) -> None:
    today = read(exported(open_day, signer, tmp_path)["today/00000002"], portal)
    clock.set(TOMORROW)
    close_days(open_day, signer, clock)
    found = exported(open_day, signer, tmp_path, TOMORROW)
    closed = read(found["day/00000002"], portal, "day")
    assert (closed.n, closed.day, closed.prev, closed.entries) == (today.n, today.day, today.prev, today.entries)
    assert read(found["today/00000003"], portal).entries == ()


def test_what_its_author_deletes_today_is_not_in_the_manifest_nor_among_what_is_gone(
    open_day: Store, portal: Portal, signer: Signer, clock: SetClock, sent: list[Sent], tmp_path: Path
) -> None:
    with open_day.change() as change:
        change.drop_submissions([sent[3][0]], "author")
    left = sorted(one for one, _, _ in (sent[2], sent[4]))
    found = exported(open_day, signer, tmp_path)
    assert [one.id for one in read(found["today/00000002"], portal).entries] == left
    clock.set(TOMORROW)
    close_days(open_day, signer, clock)
    found = exported(open_day, signer, tmp_path, TOMORROW)
    assert [one.id for one in read(found["day/00000002"], portal, "day").entries] == left
    assert not any(name.startswith("gone/") for name in found)


def test_a_bundle_says_nothing_of_today_while_earlier_days_are_open(
    open_day: Store, signer: Signer, tmp_path: Path
) -> None:
    done = transfer.export(open_day, signer, tmp_path / "bundle", TOMORROW)
    assert (done.manifests, done.today) == (1, False)
    found = exported(open_day, signer, tmp_path, TOMORROW)
    assert {name.split("/")[1] for name in found if name.startswith(("today/", "envelope/", "part/"))} == {"00000001"}
    assert transfer.export(open_day, signer, tmp_path / "bundle", TODAY).today


def test_the_first_today_of_a_new_intake_follows_nothing(
    store: Store, portal: Portal, signer: Signer, tmp_path: Path
) -> None:
    found = exported(store, signer, tmp_path, DAY)
    assert read(found["today/00000001"], portal) == DayManifest(n=1, day=DAY, prev=None, entries=())


def test_today_has_no_more_entries_than_a_manifest(
    open_day: Store,
    portal: Portal,
    signer: Signer,
    clock: SetClock,
    sent: list[Sent],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(closing, "MOST_ENTRIES", 2)
    found = exported(open_day, signer, tmp_path)
    first = [one for one, _, _ in sorted(sent[2:])][: len(read(found["today/00000002"], portal).entries)]
    assert 1 <= len(first) <= 2
    assert [from_base64url(name[18:]) for name in found if name.startswith("envelope/00000002/")] == first
    clock.set(TOMORROW)
    close_days(open_day, signer, clock)
    closed = read(exported(open_day, signer, tmp_path, TOMORROW)["day/00000002"], portal, "day")
    assert [one.id for one in closed.entries] == first


def test_both_databases_give_the_same_bundle_whatever_the_order_of_arrival(
    portal: Portal, signer: Signer, clock: SetClock, sent: list[Sent], tmp_path: Path, cluster: Cluster
) -> None:
    def bundle(name: str, databases: Databases, order: Callable[[list[Sent]], list[Sent]]) -> bytes:
        folder = make_folder(tmp_path / name, portal, databases=databases)
        settings = config.load(folder)
        store = Store.open(settings.database, settings.limits, portal.name)
        take(store, portal, portal.ceremony_file())
        arrive(store, order(sent[:2]), DAY)
        clock.set(TODAY)
        close_days(store, signer, clock)
        arrive(store, order(sent[2:]), TODAY)
        with store.change() as change:
            change.drop_submissions([sent[0][0]], "author")
        transfer.export(store, signer, folder / "bundle", TODAY)
        store.close()
        return (folder / "bundle").read_bytes()

    try:
        one = bundle("one", SQLITE_FILES, list)
        assert bundle("two", SQLITE_FILES, lambda given: given[::-1]) == one
        assert bundle("three", cluster, list) == one
        assert bundle("four", cluster, lambda given: given[::-1]) == one
    finally:
        cluster.drop_made()
    assert len(one) > 4 * PART_LENGTH
