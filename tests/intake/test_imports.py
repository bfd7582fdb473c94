"""A ceremony file is believed against the pin, a post under its key; what is refused changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from crypto.errors import CryptoError
from crypto.sign.sign import signing_key
from crypto.wire.container import read_container
from crypto.wire.digest import sha256
from crypto.wire.directory import PostKey
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note
from intake import config
from intake.errors import RefusedError
from intake.store import Store
from tests.intake.conftest import ON_BOTH, make_folder, standing, take
from tests.intake.databases import Databases
from tests.material import DAY, Portal, any_slot, container, make_portal, make_roots, receipt_keys, sign

pytestmark = ON_BOTH
ADDRESS = receipt_keys().mailbox_address()
Members = list[tuple[str, bytes]]


@pytest.fixture
def empty(open_bare: Callable[[Portal], Store], portal: Portal) -> Store:
    """An intake that has imported nothing."""
    return open_bare(portal)


@pytest.fixture
def open_bare(tmp_path: Path, databases: Databases) -> Iterator[Callable[[Portal], Store]]:
    """Opens an intake that has imported nothing, under the pin of a portal."""
    opened: list[Store] = []

    def make(portal: Portal) -> Store:
        settings = config.load(make_folder(tmp_path / "bare", portal, databases=databases))
        opened.append(Store.open(settings.database, settings.limits, portal.name))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


def everything(store: Store) -> dict[str, int]:
    """How much is held."""
    with store.look() as look:
        return look.count()


def ceremony(portal: Portal) -> Members:
    """The members of the newest ceremony file."""
    return list(read_container(BytesIO(portal.ceremony_file()), most_member=1_000_000))


def test_a_ceremony_file_is_taken_and_said_in_lines(empty: Store, portal: Portal) -> None:
    assert take(empty, portal, portal.ceremony_file()) == [
        "directory 1: new, from 2026-11-10 until 2027-02-16",
        "key files: 3 new",
        "post keys: 1 new",
    ]
    assert standing(empty, portal).believed is not None


def test_the_same_file_again_changes_nothing(store: Store, portal: Portal) -> None:
    before = everything(store)
    assert take(store, portal, portal.ceremony_file())[0] == "directory 1: already here"
    assert everything(store) == before


def test_the_next_ceremony_follows_and_its_log_too(store: Store, portal: Portal) -> None:
    later = portal.next()
    assert take(store, portal, later.ceremony_file())[:2] == [
        "directory 1: already here",
        "directory 2: new, from 2026-11-10 until 2027-02-16",
    ]
    assert everything(store)["log"] == 2


def test_new_roots_are_believed_when_the_old_ones_signed_them(store: Store, portal: Portal) -> None:
    later = portal.next(roots=make_roots(3, first=4)).next()
    take(store, portal, later.ceremony_file())
    believed = standing(store, portal).believed
    assert believed is not None
    assert {root.name for root in believed.directory.roots.keys} == {"root-4", "root-5", "root-6"}


def test_a_new_intake_takes_directories_from_before_its_pin_by_the_chain(
    portal: Portal, open_bare: Callable[[Portal], Store]
) -> None:
    later = portal.next(roots=make_roots(3, first=4)).next()
    pinned = replace(later, pin=later.proposal.pin())
    store = open_bare(pinned)
    take(store, pinned, later.ceremony_file())
    assert [seq for seq, _ in _directories(store)] == [1, 2, 3]
    assert standing(store, pinned).believed is not None


def test_a_file_that_ends_before_the_pin_is_refused(portal: Portal, open_bare: Callable[[Portal], Store]) -> None:
    pinned = replace(portal, pin=portal.next().proposal.pin())
    store = open_bare(pinned)
    with pytest.raises(RefusedError, match="does not reach directory 2"):
        take(store, pinned, portal.ceremony_file())
    assert everything(store)["directory"] == 0


def _directories(store: Store) -> list[tuple[int, bytes]]:
    with store.look() as look:
        return look.directories()


@pytest.mark.parametrize("day", ["2026-12-01", "2026-11-30"])
def test_a_directory_may_come_before_its_first_day(store: Store, portal: Portal, day: str) -> None:
    take(store, portal, portal.next(day=day).ceremony_file())
    now = standing(store, portal)
    assert (now.newest.seq if now.newest else None, len(now.held)) == (1, 2)


def test_a_directory_may_come_after_its_last_day(empty: Store, portal: Portal) -> None:
    take(empty, portal, portal.ceremony_file(), "2027-06-01")
    assert standing(empty, portal, "2027-06-01").reason == "expired"


def _only(*kept: str) -> Callable[[Portal], Portal]:
    """The newest note signed by these roots alone."""

    def make(portal: Portal) -> Portal:
        note = sign(portal.proposal, {name: portal.roots[name] for name in kept})
        return replace(portal, notes=(*portal.notes[:-1], note))

    return make


def _stranger(portal: Portal) -> Portal:
    note = sign(portal.proposal, {**portal.roots, "root-9": signing_key()})
    return replace(portal, notes=(*portal.notes[:-1], note))


def _forged(portal: Portal) -> Portal:
    good = portal.notes[-1]
    bad = replace(good.signatures[0], signature=bytes(64))
    return replace(portal, notes=(*portal.notes[:-1], Note(text=good.text, signatures=(bad, *good.signatures[1:]))))


def _other_roots(portal: Portal) -> Portal:
    new = portal.next(roots=make_roots(3, first=4))
    return replace(new, notes=(*new.notes[:-1], sign(new.proposal, new.roots)))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_only("root-2"), "too-few-signatures"),
        (_stranger, "unknown-root"),
        (_forged, "bad-signature"),
        (_other_roots, "root-change-unsigned"),
    ],
)
def test_a_directory_that_must_not_be_believed_is_refused_with_its_reason(
    store: Store, portal: Portal, spoil: Callable[[Portal], Portal], code: str
) -> None:
    before = everything(store)
    with pytest.raises(CryptoError) as refused:
        take(store, portal, spoil(portal.next()).ceremony_file())
    assert refused.value.code == code
    assert everything(store) == before


def test_another_portals_ceremony_is_refused(store: Store, portal: Portal) -> None:
    with pytest.raises(RefusedError, match="no ceremony file, post or records file for this portal"):
        take(store, portal, make_portal("other.sealed-intake").ceremony_file())


def test_another_directory_under_a_number_that_is_taken_is_refused(store: Store, portal: Portal) -> None:
    take(store, portal, portal.next().ceremony_file())
    with pytest.raises(RefusedError, match="another directory 2"):
        take(store, portal, portal.next(min_seq=2).ceremony_file())


def test_a_directory_must_follow_the_one_before(store: Store, portal: Portal) -> None:
    second = portal.next()
    fork = replace(second.next(), notes=(second.notes[0], portal.next(min_seq=2).notes[1], second.next().notes[2]))
    with pytest.raises(RefusedError, match="directory 3 does not follow directory 2"):
        take(store, portal, fork.ceremony_file())
    gap = second.next()
    with pytest.raises(RefusedError, match="directory 3 does not follow directory 1"):
        take(store, portal, gap.ceremony_file([gap.notes[0], gap.notes[2]]))


def _renamed(old: str, new: str) -> Callable[[Members], Members]:
    return lambda members: [(name.replace(old, new), data) for name, data in members]


def _without(prefix: str) -> Callable[[Members], Members]:
    return lambda members: [(name, data) for name, data in members if not name.startswith(prefix)]


def _key_file(change: Callable[[bytes], bytes], *, named: bool) -> Callable[[Members], Members]:
    def spoil(members: Members) -> Members:
        at = next(at for at, (name, _) in enumerate(members) if name.startswith("keys/"))
        data = change(members[at][1])
        members[at] = (f"keys/{to_base64url(sha256(data))}" if named else members[at][0], data)
        return members

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        lambda members: members[1:],
        lambda members: [members[0], *members[:0:-1]],
        lambda members: [*members, ("readme", b"")],
        lambda members: [*members, ("directory/00000009", members[1][1])],
        _renamed("directory/00000001", "directory/1"),
        _renamed("directory/00000001", "directory/00000002"),
        _without("keys/"),
        _without("directory/"),
        _key_file(lambda data: data[:-1], named=False),
        _key_file(lambda data: bytes([data[0] ^ 1]) + data[1:], named=False),
        _key_file(lambda data: bytes([data[0] ^ 1]) + data[1:], named=True),
        lambda members: [*members[:-1], (members[-1][0], members[-1][1] + b"\x00")],
        lambda members: [*members[:-1], (f"post-key/{to_base64url(sha256(b'no'))}", b"no")],
        lambda members: [*members[:-1], (f"post-key/{to_base64url(bytes(32))}", members[-1][1])],
    ],
    ids=range(14),
)
def test_a_ceremony_file_out_of_form_is_refused_whole(
    empty: Store, portal: Portal, spoil: Callable[[Members], Members]
) -> None:
    before = everything(empty)
    with pytest.raises((CryptoError, RefusedError)):
        take(empty, portal, container(spoil(ceremony(portal))))
    assert everything(empty) == before


@pytest.mark.parametrize("cut", [1, 511, 512, 1024, 20_000])
def test_a_file_cut_short_is_refused_whole(empty: Store, portal: Portal, cut: int) -> None:
    with pytest.raises((CryptoError, RefusedError)):
        take(empty, portal, portal.ceremony_file()[:-cut])
    assert everything(empty)["directory"] == 0


def waiting(store: Store) -> list[bytes]:
    """The slots in the mailbox of the tests."""
    with store.look() as look:
        return look.slots(ADDRESS, since="0000-00-00", skip=0, most=99)


def test_a_post_fills_mailboxes_and_can_be_repeated(store: Store, portal: Portal) -> None:
    post = portal.post([(ADDRESS, any_slot(1)), (ADDRESS, any_slot(2)), (bytes(32), any_slot(3))])
    assert take(store, portal, post) == ["post: 3 of 3 slots new"]
    assert take(store, portal, post) == ["post: 0 of 3 slots new"]
    assert sorted(waiting(store)) == sorted([any_slot(1), any_slot(2)])


def test_nothing_deleted_comes_back_with_any_later_post(store: Store, portal: Portal) -> None:
    take(store, portal, portal.post([(ADDRESS, any_slot(1))]))
    with store.change() as change:
        change.empty_mailbox(ADDRESS)
    for day in (DAY, "2026-11-20"):
        take(store, portal, portal.post([(ADDRESS, any_slot(1)), (ADDRESS, any_slot(2))], day), "2026-11-20")
    assert waiting(store) == [any_slot(2)]


@pytest.mark.parametrize(
    ("day", "today", "taken"),
    [
        (DAY, DAY, True),
        ("2026-11-11", DAY, True),
        ("2026-11-12", DAY, False),
        (DAY, "2027-05-09", True),
        (DAY, "2027-05-10", False),
        ("2026-11-09", DAY, False),
        ("2027-02-15", "2027-02-15", True),
        ("2027-02-16", "2027-02-16", False),
    ],
)
def test_a_post_is_taken_from_its_keys_days_until_180_days_later(
    store: Store, portal: Portal, day: str, today: str, taken: bool
) -> None:
    always = portal.next(day="2026-11-10")
    take(store, portal, always.ceremony_file())
    post = portal.post([(ADDRESS, any_slot(1))], day)
    if today >= "2027-02-01":  # a later directory, which still names the post key
        longer = always.next(day="2027-01-30", post=portal.directory.post, epochs=_year(portal))
        take(store, portal, longer.ceremony_file(), "2027-01-30")
        later = longer.next(day="2027-05-01", post=portal.directory.post, epochs=_year(portal))
        take(store, portal, later.ceremony_file(), "2027-05-01")
    if taken:
        take(store, portal, post, today)
        assert waiting(store) == [any_slot(1)]
    else:
        with pytest.raises(RefusedError):
            take(store, portal, post, today)
        assert waiting(store) == []


def _year(portal: Portal) -> Any:
    """One long epoch, so that tests can look far ahead."""
    return (replace(portal.directory.epochs[0], until_day="2027-12-01"),)


def test_a_post_under_a_key_that_the_directory_no_longer_names_is_refused(store: Store, portal: Portal) -> None:
    changed = portal.next(post=(PostKey(key=bytes(31) + b"\x01", from_day=DAY, until_day="2027-02-16"),))
    take(store, portal, changed.ceremony_file())
    with pytest.raises(RefusedError, match="not signed by a post key"):
        take(store, portal, portal.post([(ADDRESS, any_slot(1))]))


def test_no_post_is_taken_while_no_directory_is_in_force(empty: Store, portal: Portal) -> None:
    with pytest.raises(RefusedError, match="no directory is in force"):
        take(empty, portal, portal.post([(ADDRESS, any_slot(1))]))


def _members(portal: Portal) -> Members:
    post = portal.post([(ADDRESS, any_slot(1)), (ADDRESS, any_slot(2))])
    return list(read_container(BytesIO(post), most_member=1_000_000))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda members: members[:-1],
        lambda members: [*members[:2], members[3], members[2]],
        lambda members: [*members, ("slot/x", any_slot(3))],
        lambda members: [members[0], *members[2:]],
        lambda members: [*members[:3], (members[3][0], any_slot(3))],
        lambda members: [*members[:3], (members[3][0], members[3][1][:-1] + bytes([members[3][1][-1] ^ 1]))],
        lambda members: [members[0], ("post", members[1][1].replace(b"day", b"dax", 1)), *members[2:]],
        lambda members: [members[0], ("post", members[1][1] + b"x"), *members[2:]],
    ],
    ids=range(8),
)
def test_a_post_out_of_form_is_refused_whole(store: Store, portal: Portal, spoil: Callable[[Members], Members]) -> None:
    with pytest.raises((CryptoError, RefusedError)):
        take(store, portal, container(spoil(_members(portal))))
    assert waiting(store) == []


def test_a_post_by_anybody_else_is_refused(store: Store, portal: Portal) -> None:
    for seed in (signing_key(), portal.intake_seed, portal.vaults["cat"].sign_seed):
        with pytest.raises(RefusedError, match="not signed by a post key"):
            take(store, portal, portal.post([(ADDRESS, any_slot(1))], seed=seed))


@pytest.mark.parametrize("body", [b"Dear colleague, ", b"", bytes(9_851), b"age-encryption.org/v1\n".ljust(9_851)])
def test_a_reply_that_is_not_sealed_is_refused(store: Store, portal: Portal, body: bytes) -> None:
    with pytest.raises(CryptoError):
        take(store, portal, portal.post([(ADDRESS, body)]))
    assert waiting(store) == []
