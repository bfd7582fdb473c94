"""A stick that somebody made to keep the desk busy, and more answers than one line of the pipe can hold."""

import os
import secrets
import stat
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from crypto.wire.age import SLOT_LENGTH
from crypto.wire.container import write_container
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from crypto.wire.reply import Reply, ReplyBody
from review import exchange_files
from review.exchange_files import look
from review.pipe import send
from review.post import MOST_SLOTS_OF_POST, read_post
from review.records import OutgoingSlot
from review.refusals import Refused
from review.store import Store
from tests.material import DAY, Portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import Station
from tests.review.exchanged import Desk, Near

MEBIBYTE = 1024 * 1024
_BLOCK = 512


def write_sparse(path: Path, portal: Portal, names: list[str], length: int) -> None:
    """A bundle whose members are zeros, which take no room on the stick."""
    with path.open("wb") as out:
        write_container(out, [("format", f"sealed-intake/bundle/v2 {portal.name}\n".encode())])
        out.seek(-2 * _BLOCK, 1)
        for name in names:
            whole = BytesIO()
            write_container(whole, [(name, bytes(length))])
            out.write(whole.getvalue()[:_BLOCK])
            out.seek(length, 1)
        out.truncate(out.tell() + 2 * _BLOCK)


class Opened:
    """Remembers which files are opened by their paths."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        real = os.open

        def opening(path: Path, flags: int) -> int:
            self.names.append(path.name)
            return real(path, flags)

        monkeypatch.setattr(os, "open", opening)


def bytes_read() -> int:
    """What this process has read from files, as Linux counts it."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("rchar"))


def cost_of_looking(folder: Path) -> int:
    """Bytes that looking into a folder reads."""
    before = bytes_read()
    look(folder)
    return bytes_read() - before


@pytest.mark.parametrize("kind", ["part", "directory", "other", "envelope"])
def test_looking_ends_where_the_ceremony_does_and_at_what_is_too_long(
    tmp_path: Path, portal: Portal, kind: str
) -> None:
    write_sparse(tmp_path / "a.tar", portal, [f"{kind}/{n}" for n in range(20)], 8 * MEBIBYTE)
    assert cost_of_looking(tmp_path) < MEBIBYTE
    assert [one.first for one in look(tmp_path).incoming] == [0]


def test_a_ceremony_without_end_is_read_to_a_length_and_an_honest_one_to_its_lists(
    tmp_path: Path, portal: Portal
) -> None:
    write_sparse(tmp_path / "a.tar", portal, [f"keys/{n}" for n in range(1_000)], 239_616)
    limit = exchange_files._MOST_OF_FILE
    assert limit - MEBIBYTE < cost_of_looking(tmp_path) < limit + MEBIBYTE
    (tmp_path / "b.tar").write_bytes(bundle(portal, [close_day(portal, [])]))
    assert {one.path.name: one.first for one in look(tmp_path).incoming} == {"a.tar": 0, "b.tar": 1}


def test_many_such_files_are_looked_at_to_a_length_and_the_rest_is_counted(
    tmp_path: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange_files, "_MOST_OF_FILE", 2 * MEBIBYTE)
    monkeypatch.setattr(exchange_files, "_MOST_IN_ALL", 9 * MEBIBYTE)
    write_sparse(tmp_path / "00.tar", portal, [f"keys/{n}" for n in range(100)], 239_616)
    for number in range(1, 20):
        os.link(tmp_path / "00.tar", tmp_path / f"{number:02}.tar")
    found = look(tmp_path)
    assert (len(found.incoming), found.others, found.unseen) == (5, 0, 15)


def test_more_names_than_anybody_brings_are_counted_and_not_sorted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange_files, "_MOST_FILES", 30)
    for number in range(50):
        (tmp_path / f"{number}").write_bytes(b"")
    found = look(tmp_path)
    assert (found.others, found.unseen) == (30, 20)


def test_what_is_no_file_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.tar")
    (tmp_path / "link.tar").symlink_to("/dev/zero")
    (tmp_path / "file.tar").write_bytes(b"")
    assert stat.S_ISFIFO((tmp_path / "pipe.tar").lstat().st_mode)
    opened = Opened(monkeypatch)
    assert look(tmp_path).others == 3
    assert opened.names == ["file.tar"]


SLOTS_OF_REPLY = 400
REPLIES = 13


def fill(store: Store, writer: Writer) -> None:
    """So many replies that wait, each in far more slots than one has, of random bytes."""
    message = writer.account()
    number = store.add_case(message).number
    reply = Reply(
        id=bytes(16), kind="text", portal=message.portal, thread=message.thread.key, committee="cat", vault="cat",
        routing=message.routing, day=DAY, body=ReplyBody(language="en", text="Hello."),
    )  # fmt: skip
    for n in range(REPLIES):
        one, bytes_of = (
            replace(reply, id=bytes([n]) * 16),
            [secrets.token_bytes(SLOT_LENGTH) for _ in range(SLOTS_OF_REPLY)],
        )
        slots = [OutgoingSlot(mailbox=bytes(32), sha256=sha256(slot), slot=slot) for slot in bytes_of]
        store.add_reply(number, one.id, one.encode(), b"", slots)


def test_more_answers_than_a_line_can_hold_leave_in_several_posts_and_each_answer_whole(
    station: Station, tmp_path: Path
) -> None:
    (tmp_path / "stick").mkdir()
    desk = Desk(station, tmp_path / "stick", Near)
    desk.open("cat")
    station.look("cat", lambda store: fill(store, Writer(portal=station.portal)))
    slots = station.look("cat", lambda store: [(one.sha256, one.slot) for one in store.waiting_slots()])
    # The control: all of it does not go through the pipe at once.
    with pytest.raises(Refused) as caught:
        send(BytesIO(), {"ok": {"slots": [to_base64url(slot) for _, slot in slots]}})
    assert caught.value.code == "too-much"
    report = desk.exchange("cat")
    assert report.is_whole
    assert (report.replies, len(report.posts)) == (REPLIES, len({one.path for one in report.posts}))
    assert [one.path.name for one in report.posts[:2]] == [f"post-{DAY}.tar", f"post-{DAY}-2.tar"]
    listed = [read_post(one.path) for one in report.posts]
    sizes = [len(one.mailboxes) for one in listed if one is not None]
    assert [size % SLOTS_OF_REPLY for size in sizes] == [0] * len(report.posts)
    assert max(sizes) <= MOST_SLOTS_OF_POST
    carried = [digest for one in listed if one is not None for digest in one.mailboxes]
    assert sorted(carried) == sorted(to_base64url(digest) for digest, _ in slots)
    assert desk.keepers["cat"].ask("state", DAY)["replies_waiting"] == 0
    assert desk.exchange("cat").posts == []
