"""Posts that intake must not take: too old, too early, of a stranger, lying, or bringing back what was deleted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from crypto.errors import CryptoError
from crypto.sign.sign import signed_note, signing_key
from crypto.wire.container import read_container
from crypto.wire.directory import PostKey
from intake import config, imports, retention
from intake.errors import RefusedError
from intake.store import Store
from tests.attacks import tar
from tests.attacks.test_containers import Endless
from tests.intake.conftest import make_folder, standing, take
from tests.material import DAY, Portal, any_slot, container, receipt_keys

ADDRESS = receipt_keys().mailbox_address()
Members = list[tuple[str, bytes]]


@pytest.fixture
def store(tmp_path: Path, portal: Portal) -> Iterator[Store]:
    """An intake after the ceremony."""
    settings = config.load(make_folder(tmp_path / "intake", portal))
    opened = Store.open(settings.database, settings.limits, portal.name)
    take(opened, portal, portal.ceremony_file())
    yield opened
    opened.close()


def later(days: int) -> str:
    """A day after the first."""
    return (date.fromisoformat(DAY) + timedelta(days=days)).isoformat()


def waiting(store: Store, since: str = "0000-00-00") -> list[bytes]:
    """What lies in the mailbox, all of it or what is shown on a day."""
    with store.look() as look:
        return look.slots(ADDRESS, since=since, skip=0, most=99)


def counts(store: Store) -> dict[str, int]:
    """How much is held of everything."""
    with store.look() as look:
        return look.count()


def refused(store: Store, portal: Portal, file: bytes, day: str = DAY) -> str:
    """What is said when a file is not taken; everything is as before."""
    before = counts(store), waiting(store)
    with pytest.raises((RefusedError, CryptoError)) as caught:
        take(store, portal, file, day)
    assert (counts(store), waiting(store)) == before
    return str(caught.value)


def long_lived(store: Store, portal: Portal, day: str) -> None:
    """A directory of a later day that still takes posts under the first key."""
    post = (PostKey(key=portal.directory.post[0].key, from_day=DAY, until_day="2028-12-01"),)
    epoch = replace(portal.directory.epochs[0], id=day[:7], from_day=day[:8] + "01", until_day=next_month(day))
    newest = portal.next(day=day, post=post, epochs=(epoch,))
    take(store, portal, newest.ceremony_file(), day)


def next_month(day: str) -> str:
    """The first day of the month after."""
    return (date.fromisoformat(day[:8] + "01") + timedelta(days=31)).replace(day=1).isoformat()


def test_a_post_older_than_a_replys_life_is_refused(store: Store, portal: Portal) -> None:
    post = portal.post([(ADDRESS, any_slot(1))])
    long_lived(store, portal, later(181))
    assert refused(store, portal, post, later(181)) == "the post is too old"
    assert take(store, portal, portal.post([(ADDRESS, any_slot(1))], later(1)), later(181)) == [
        "post: 1 of 1 slots new"
    ]


def test_a_post_from_the_future_is_refused(store: Store, portal: Portal) -> None:
    post = portal.post([(ADDRESS, any_slot(1))], later(2))
    assert refused(store, portal, post) == "the post is from a day that has not come"
    assert take(store, portal, post, later(1)) == ["post: 1 of 1 slots new"]


@pytest.mark.parametrize("whose", ["a stranger's", "intake's", "a vault's"])
def test_a_post_by_anybody_else_is_refused(store: Store, portal: Portal, whose: str) -> None:
    seeds = {"a stranger's": signing_key(), "intake's": portal.intake_seed, "a vault's": portal.vaults["cat"].sign_seed}
    post = portal.post([(ADDRESS, any_slot(1))], seed=seeds[whose])
    assert refused(store, portal, post) == "the post is not signed by a post key of the directory in force"
    assert take(store, portal, portal.post([(ADDRESS, any_slot(1))])) == ["post: 1 of 1 slots new"]


@pytest.mark.parametrize("label", ["day", "record", "reply"])
def test_a_note_of_another_purpose_is_no_post(store: Store, portal: Portal, label: str) -> None:
    members = members_of(portal.post([(ADDRESS, any_slot(1))]))
    json = members[1][1].split(b"\n")[1]
    note = signed_note(label, portal.name, json, "post", portal.post_seed)  # type: ignore[arg-type]
    assert (
        refused(store, portal, container([members[0], ("post", note), *members[2:]])) == "bad-format: note label post"
    )
    assert take(store, portal, container(members)) == ["post: 1 of 1 slots new"]


def test_a_reply_that_was_deleted_stays_away(store: Store, portal: Portal) -> None:
    take(store, portal, portal.post([(ADDRESS, any_slot(1))]))
    with store.change() as change:
        change.empty_mailbox(ADDRESS)
    again = portal.post([(ADDRESS, any_slot(1)), (ADDRESS, any_slot(2))], later(1))
    assert take(store, portal, again, later(1)) == ["post: 1 of 2 slots new"]
    assert waiting(store) == [any_slot(2)]


def test_a_reply_that_has_expired_stays_away(store: Store, portal: Portal) -> None:
    take(store, portal, portal.post([(ADDRESS, any_slot(1))]))
    today = later(400)
    with store.change() as change:
        retention.drop_old_replies(change, today)
    assert waiting(store) == []
    long_lived(store, portal, today)
    again = portal.post([(ADDRESS, any_slot(1)), (ADDRESS, any_slot(2))], today)
    assert take(store, portal, again, today) == ["post: 1 of 2 slots new"]
    assert waiting(store) == [any_slot(2)]


def members_of(post: bytes) -> Members:
    """The members of a post."""
    return list(read_container(BytesIO(post), most_member=1_000_000))


@pytest.mark.parametrize("lie", tar.LIES)
def test_a_post_whose_container_lies_is_refused_whole(store: Store, portal: Portal, lie: str) -> None:
    post = portal.post([(ADDRESS, any_slot(1)), (ADDRESS, any_slot(2))])
    spoil, said = tar.LIES[lie]
    assert said in refused(store, portal, tar.spoilt(post, spoil))
    assert take(store, portal, post) == ["post: 2 of 2 slots new"]


def test_a_post_that_holds_other_slots_than_it_lists_is_refused_whole(store: Store, portal: Portal) -> None:
    members = members_of(portal.post([(ADDRESS, any_slot(1)), (ADDRESS, any_slot(2))]))
    format_, note, first, second = members
    other = (second[0], any_slot(3))
    for wrong in ([first], [second, first], [first, second, ("slot/x", any_slot(3))], [first, other], [first, first]):
        assert refused(store, portal, container([format_, note, *wrong]))
    assert take(store, portal, container(members)) == ["post: 2 of 2 slots new"]


def test_a_post_lays_nothing_open_into_a_mailbox(store: Store, portal: Portal) -> None:
    for body in (b"Dear writer, ", bytes(9_851), b"age-encryption.org/v1\n".ljust(9_851, b"\n")):
        assert refused(store, portal, portal.post([(ADDRESS, body)])).startswith("wrong-")
    assert take(store, portal, portal.post([(ADDRESS, any_slot(1))])) == ["post: 1 of 1 slots new"]


@pytest.mark.parametrize("name", ["post", "slot/x", "directory/00000001", "keys/x", "post-key/x", "format"])
def test_sixty_four_megabytes_in_a_file_for_intake_are_refused_unread(store: Store, portal: Portal, name: str) -> None:
    formats = [container(members_of(file)[:1])[: 2 * tar.BLOCK] for file in (portal.post([]), portal.ceremony_file())]
    for start in formats if name != "format" else [b""]:
        file = Endless(name, 64_000_000, start)
        with pytest.raises(CryptoError, match="longer than allowed"):
            imports.bring_in(store, portal.pin, standing(store, portal), cast(BinaryIO, file), DAY)
        assert file.read_after_the_head == 0
