"""Bundles whose container lies: refused whole, with nothing kept. `tests.attacks.tar` names the lies."""

import os
import tracemalloc
from functools import partial
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import IO, BinaryIO, cast

import pytest

from crypto.errors import FormatError
from crypto.sign.sign import sign_note
from crypto.wire.container import read_container
from crypto.wire.fields import Members
from crypto.wire.note import Note, compose
from review.actions import TELLING_ACTIONS
from review.refusals import Refused
from review.store import Store
from review.transfer import receive
from tests.attacks import tar
from tests.attacks.seen import a_day, everything, refused
from tests.material import DAY, Portal, container
from tests.review.carried import Writer, bundle, bundle_members, close_day
from tests.review.conftest import Station


@pytest.mark.parametrize("lie", tar.LIES)
def test_a_member_that_is_no_plain_file_under_a_plain_name_refuses_the_whole(
    station: Station, portal: Portal, lie: str
) -> None:
    file = bundle(portal, [a_day(portal)])
    spoil, said = tar.LIES[lie]
    code, why = refused(station, tar.spoilt(file, spoil))
    assert (code, said in why) == ("file-damaged", True), why
    honest = tar.spoilt(file, lambda head: tar.head_of(head[:100].rstrip(b"\x00").decode(), int(head[124:135], 8)))
    assert station.take("cat", honest).figures["new"] == 1


@pytest.mark.parametrize("again", ["format", "envelope"])
def test_a_name_that_stands_twice_refuses_the_whole(station: Station, portal: Portal, again: str) -> None:
    members = bundle_members(portal, [a_day(portal)])
    twice = next(member for member in members if member[0].startswith(again))
    assert refused(station, container([*members, twice])) == (
        "file-damaged",
        "bad-format: container member stands twice",
    )
    assert station.take("cat", container(members)).figures["new"] == 1


def test_members_in_another_order_refuse_the_whole(station: Station, portal: Portal) -> None:
    days = [a_day(portal)]
    writer = Writer(portal=portal)
    days.append(close_day(portal, [writer.seal(writer.account())], days))
    members = bundle_members(portal, days)
    groups = [name.partition("/")[0] for name, _ in members]
    swaps = [at for at in range(len(members) - 1) if groups[at] != "keys" or groups[at + 1] != "keys"]
    for at in swaps:
        mixed = [*members[:at], members[at + 1], members[at], *members[at + 2 :]]
        assert refused(station, container(mixed))[0] in ("file-damaged", "entry-unknown", "days-missing"), groups[at]
    assert station.take("cat", container(members)).figures["new"] == 2
    assert len(swaps) >= 6


@pytest.mark.parametrize("more", [b"\x00", b"\x00" * 512, b"PK\x03\x04", b"\x00" * 1024 + b"words", "itself"])
def test_bytes_behind_the_end_refuse_the_whole(station: Station, portal: Portal, more: bytes | str) -> None:
    file = bundle(portal, [a_day(portal)])
    longer = file + (more if isinstance(more, bytes) else file)
    assert refused(station, longer) == ("file-damaged", "bad-format: container end")
    assert station.take("cat", file).figures["new"] == 1


def test_words_in_the_filling_refuse_the_whole(station: Station, portal: Portal) -> None:
    file = bundle(portal, [a_day(portal)])
    envelope = tar.heads(file)[-1]
    size = int(file[envelope + 124 : envelope + 135], 8)
    at = envelope + tar.BLOCK + size
    assert file[at : at + 5] == bytes(5)
    assert refused(station, file[:at] + b"words" + file[at + 5 :]) == ("file-damaged", "bad-format: container filling")
    assert station.take("cat", file).figures["new"] == 1


def test_a_size_that_lies_by_one_refuses_the_whole(station: Station, portal: Portal) -> None:
    file = bundle(portal, [a_day(portal)])
    for place in tar.heads(file):
        size = int(file[place + 124 : place + 135], 8)
        for lie in (size - 1, size + 1, size + tar.BLOCK, 0):
            head = tar.rewritten(file[place : place + tar.BLOCK], 124, b"%011o\x00" % lie)
            assert refused(station, file[:place] + head + file[place + tar.BLOCK :])[0] in (
                "file-damaged",
                "directory-astray",
                "entry-altered",
                "other-portal",
            )
    assert station.take("cat", file).figures["new"] == 1


class Endless(RawIOBase):
    """A file whose one member says to be so large, and is: nested JSON, made only when it is read."""

    def __init__(self, name: str, size: int, before: bytes) -> None:
        self._start = BytesIO(before + tar.head_of(name, size))
        self.read_after_the_head = 0

    def read(self, size: int = -1) -> bytes:
        """The start, then brackets without end."""
        data = self._start.read(size)
        self.read_after_the_head += size - len(data)
        return data + b"[" * (size - len(data))


@pytest.mark.parametrize(
    "name",
    ["directory/00000002", "keys/" + "A" * 43, "post-key/" + "A" * 43, "day/00000001", "envelope/00000001/" + "A" * 22],
)
def test_sixty_four_megabytes_of_nested_json_are_refused_before_they_are_read(
    station: Station, portal: Portal, name: str
) -> None:
    start = container(bundle_members(portal, [])[:1])[: 2 * tar.BLOCK]
    large, small = Endless(name, 64_000_000, start), Endless(name, 64, start)
    assert receiving(station, large) == ("file-damaged", "bad-format: container member is longer than allowed", True)
    assert large.read_after_the_head == 0
    assert "longer than allowed" not in receiving(station, small)[1]
    assert small.read_after_the_head > 0
    assert peak_of_reading(Endless(name, 64_000_000, b"")) > 64_000_000


def peak_of_reading(source: RawIOBase) -> int:
    """The memory that a reader takes which allows so much."""
    tracemalloc.start()
    with pytest.raises(FormatError):
        list(read_container(cast(BinaryIO, source), most_member=64_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("nest", [b"[", b"[],", b'{"a":1},'])
def test_a_day_list_of_thirty_megabytes_of_nested_json_is_not_parsed_before_its_signature_was_right(
    station: Station, portal: Portal, nest: bytes
) -> None:
    json = b'{"n":' + nest * (30_000_000 // len(nest))
    note = compose("day", portal.name, json) + b"\n" + a_day(portal).note.rpartition(b"\n\n")[2]
    file = container([*bundle_members(portal, []), ("day/00000001", note)])
    assert receiving(station, BytesIO(file), most=200_000_000) == (
        "file-damaged",
        "bad-signature: note by intake",
        True,
    )


@pytest.mark.parametrize("nest", [b"[", b"[],", b'{"a":1},', b'"ab",'])
def test_a_day_list_of_thirty_megabytes_of_small_values_is_not_parsed_though_intake_signed_it(
    station: Station, portal: Portal, nest: bytes
) -> None:
    text = compose("day", portal.name, b'{"n":' + nest * (30_000_000 // len(nest)))
    note = Note(text=text, signatures=(sign_note(text, "intake", portal.intake_seed),)).encode()
    file = container([*bundle_members(portal, []), ("day/00000001", note)])
    code, why, is_small = receiving(station, BytesIO(file), most=200_000_000)
    assert (code, is_small) == ("file-damaged", True), why
    assert why in ("bad-format: json", "bad-format: json denser than allowed")


def receiving(station: Station, source: IO[bytes] | RawIOBase, most: int = 5_000_000) -> tuple[str, str, bool]:
    """How a file is refused, and whether it took at most so many bytes of memory; the vault is as before."""
    before = everything(station)
    tracemalloc.start()
    with pytest.raises(Refused) as caught, station.vaults["cat"].transaction() as connection:
        receive(Store(connection), cast(BinaryIO, source), DAY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert everything(station) == before
    return caught.value.code, str(caught.value.detail.get("why", "")), peak <= most


def test_more_directories_than_a_ceremony_makes_are_not_collected(station: Station, portal: Portal) -> None:
    note = portal.notes[0].encode()
    flood = [(f"directory/{seq:08}", note) for seq in range(1, 1_002)]
    members = [bundle_members(portal, [])[0], *flood]
    assert refused(station, container(members)) == ("file-damaged", "bad-format: too many members")
    assert refused(station, container(members[:10]))[0] == "directory-astray"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_stick_whose_bundle_is_no_file_is_not_opened(
    station: Station, portal: Portal, tmp_path: Path, kind: str
) -> None:
    true, false = tmp_path / "true.tar", tmp_path / "false.tar"
    true.write_bytes(bundle(portal, [a_day(portal)]))
    if kind == "link":
        false.symlink_to(true)
    elif kind == "pipe":
        os.mkfifo(false)
    else:
        false.mkdir()
    with pytest.raises(Refused, match="file-unreadable"):
        station.look("cat", partial(take, false))
    station.look("cat", partial(take, true))
    assert station.look("cat", lambda store: len(store.inbox())) == 1


def take(path: Path, store: Store) -> None:
    """What the keeper does when it is given a file."""
    TELLING_ACTIONS["take"](store, Members({"path": str(path)}, "with"), DAY, lambda _done: None)
