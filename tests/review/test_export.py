"""A post: everything that waits, of all vaults, once, and marked as left only when the file is safe."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from crypto.public.verify import verify_note
from crypto.wire.digest import sha256
from crypto.wire.directory import NamedKey
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note, body
from crypto.wire.post import Post
from review import post, schema
from review.post import write_post
from review.process import KeeperProcess
from review.refusals import Refused
from tests.material import DAY, Portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.reading import members, open_reply, slots_of

Keepers = dict[str, KeeperProcess]
ANSWER = "Thank you. Is it safe to answer here?"


@pytest.fixture
def writer(portal: Portal) -> Writer:
    """Somebody who wrote to two committees."""
    return Writer(portal=portal, committees=("cat", "ced"))


@pytest.fixture
def keepers(station: Station, writer: Writer) -> Iterator[Keepers]:
    """Two open vaults, each with an answer that waits."""
    station.add("ced")
    file = bundle(station.portal, [close_day(station.portal, [writer.seal(writer.account())])])
    made: Keepers = {}
    for name in ("cat", "ced"):
        station.take(name, file)
        made[name] = KeeperProcess(station.folder, name)
        made[name].open(PASSPHRASE, DAY)
        made[name].ask("reply", DAY, number=1, kind="text", language="en", text=ANSWER)
    yield made
    for keeper in made.values():
        keeper.end()


def test_a_post_is_signed_by_the_post_key_and_lists_exactly_its_slots(
    keepers: Keepers, tmp_path: Path, portal: Portal
) -> None:
    assert write_post(keepers, tmp_path / "post.tar", DAY) == 2
    found = members((tmp_path / "post.tar").read_bytes())
    note = Note.parse(found["post"])
    verify_note(note, NamedKey(name="post", key=portal.directory.post[0].key))
    listed = Post.parse(body(note, "post", portal.name))
    assert found["format"] == f"sealed-intake/post/v1 {portal.name}\n".encode()
    assert list(found) == ["format", "post", *(f"slot/{to_base64url(one.sha256)}" for one in listed.slots)]
    assert [sha256(slot) for slot in slots_of((tmp_path / "post.tar").read_bytes())] == [
        one.sha256 for one in listed.slots
    ]
    assert listed.day == DAY


def test_a_post_names_no_vault_and_no_word(keepers: Keepers, tmp_path: Path) -> None:
    write_post(keepers, tmp_path / "post.tar", DAY)
    data = (tmp_path / "post.tar").read_bytes()
    assert [word for word in (b'"cat"', b'"ced"', ANSWER[:9].encode()) if word in data] == []


def test_the_writer_reads_both_answers_from_one_post(keepers: Keepers, tmp_path: Path, writer: Writer) -> None:
    write_post(keepers, tmp_path / "post.tar", DAY)
    slots = slots_of((tmp_path / "post.tar").read_bytes())
    read = [open_reply(writer, [slot])[0] for slot in slots]
    assert sorted(reply.vault for reply in read) == ["cat", "ced"]


def test_what_has_left_does_not_leave_again(keepers: Keepers, tmp_path: Path) -> None:
    write_post(keepers, tmp_path / "post.tar", DAY)
    assert write_post(keepers, tmp_path / "again.tar", DAY) == 0
    assert not (tmp_path / "again.tar").exists()


def test_a_post_that_is_there_is_not_written_over(keepers: Keepers, tmp_path: Path) -> None:
    (tmp_path / "post.tar").write_bytes(b"not carried yet")
    with pytest.raises(Refused) as caught:
        write_post(keepers, tmp_path / "post.tar", DAY)
    assert caught.value.code == "file-exists"
    assert (tmp_path / "post.tar").read_bytes() == b"not carried yet"
    assert write_post(keepers, tmp_path / "other.tar", DAY) == 2


def test_a_break_while_writing_leaves_everything_waiting_and_no_file(
    keepers: Keepers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "the stick is full")

    monkeypatch.setattr(post, "write_container", breaks)
    with pytest.raises(Refused) as caught:
        write_post(keepers, tmp_path / "post.tar", DAY)
    monkeypatch.undo()
    assert caught.value.code == "stick-full"
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []
    assert write_post(keepers, tmp_path / "post.tar", DAY) == 2


def test_without_a_post_key_nothing_leaves(keepers: Keepers, station: Station, tmp_path: Path) -> None:
    for vault in station.vaults.values():
        with vault.transaction() as connection:
            connection.execute(delete(schema.post_keys))
    with pytest.raises(Refused) as caught:
        write_post(keepers, tmp_path / "post.tar", DAY)
    assert caught.value.code == "no-post-key"
    assert not (tmp_path / "post.tar").exists()


def test_one_vault_with_a_post_key_is_enough_for_all(keepers: Keepers, station: Station, tmp_path: Path) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.execute(delete(schema.post_keys))
    assert write_post(keepers, tmp_path / "post.tar", DAY) == 2
