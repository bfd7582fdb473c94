"""However large a bundle is, the keeper that reads it stays small; and it says how far it is while it reads."""

import secrets
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from crypto.sign.sign import signed_note
from crypto.wire.attachments import PART_LENGTH
from crypto.wire.container import write_container
from crypto.wire.day import DayManifest, Entry, Part
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from review.exchange import Progress, Step
from review.exchange_files import look
from review.process import KeeperProcess
from review.refusals import Refused
from tests.material import DAY, Portal
from tests.memory import watched
from tests.review.carried import Writer, bundle, bundle_members, close_day
from tests.review.conftest import PASSPHRASE, Station

MEBIBYTE = 1024 * 1024
_BLOCK = 512
_PARTS_OF_ONE = 25


@pytest.fixture
def keeper(station: Station) -> Iterator[KeeperProcess]:
    """A real one: its memory is what is measured."""
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, DAY)
    yield keeper
    keeper.end()


def write_large(path: Path, portal: Portal, parts: int) -> None:
    """A bundle of that many parts of zeros, which are somebody else's, and take no room on the disk."""
    writer = Writer(portal=portal, committees=("ced",))
    zeros, entries, envelopes = sha256(bytes(PART_LENGTH)), list[Entry](), dict[bytes, bytes]()
    names = [sorted(secrets.token_bytes(16) for _ in range(_PARTS_OF_ONE)) for _ in range(parts // _PARTS_OF_ONE)]
    for listed in names:
        envelope, name = writer.seal(writer.account()), secrets.token_bytes(16)
        envelopes[name] = envelope
        of_one = tuple(Part(name=part, sha256=zeros) for part in listed)
        entries.append(Entry(id=name, length=len(envelope), sha256=sha256(envelope), parts=of_one))
    entries.sort(key=lambda entry: entry.id)
    manifest = DayManifest(n=1, day=DAY, prev=None, entries=tuple(entries))
    note = signed_note("day", portal.name, manifest.encode(), "intake", portal.intake_seed)
    ceremony = [member for member in bundle_members(portal, []) if not member[0].startswith("day/")]
    held = [(f"envelope/00000001/{to_base64url(one.id)}", envelopes[one.id]) for one in entries]
    with path.open("wb") as out:
        write_container(out, [*ceremony, ("day/00000001", note), *held])
        out.seek(-2 * _BLOCK, 1)
        for entry in entries:
            for part in entry.parts:
                out.write(head_of(f"part/00000001/{to_base64url(entry.id)}/{to_base64url(part.name)}"))
                out.seek(PART_LENGTH, 1)
        out.truncate(out.tell() + 2 * _BLOCK)


def head_of(name: str) -> bytes:
    """The header of a part in a container."""
    whole = BytesIO()
    write_container(whole, [(name, bytes(PART_LENGTH))])
    return whole.getvalue()[:_BLOCK]


def most_memory(keeper: KeeperProcess) -> int:
    """Bytes that the keeper has held at most."""
    lines = Path(f"/proc/{keeper.pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def test_a_bundle_of_200_megabytes_is_read_in_little_memory_and_tells_how_far_it_is(
    keeper: KeeperProcess, portal: Portal, tmp_path: Path
) -> None:
    small, large = tmp_path / "small.tar", tmp_path / "large.tar"
    write_large(small, portal, _PARTS_OF_ONE)
    write_large(large, portal, 200)
    assert large.stat().st_size > 200 * MEBIBYTE
    assert large.stat().st_blocks * 512 < 5 * MEBIBYTE
    with pytest.raises(Refused) as caught:
        keeper.ask("take", DAY, path=str(cut(small)))
    assert caught.value.code == "file-damaged"
    before, told = most_memory(keeper), list[int]()
    brought = keeper.follow(told.append, "take", DAY, path=str(large))
    assert (brought["days"], brought["foreign"]) == (1, 200 // _PARTS_OF_ONE)
    assert most_memory(keeper) - before < 16 * MEBIBYTE
    assert told == sorted(told)
    assert len(told) >= 40
    assert large.stat().st_size - 8 * MEBIBYTE < told[-1] <= large.stat().st_size
    # The control: what is held all at once shows, though it is only half as large.
    with pytest.raises(Refused):
        keeper.ask("trust", DAY, pin="x" * (60 * MEBIBYTE))
    assert most_memory(keeper) - before > 100 * MEBIBYTE


def cut(path: Path) -> Path:
    """The same file without its end: it is read to there, and kept nowhere."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 2 * _BLOCK)
    return path


def test_sizes_of_fifty_gigabytes_are_counted_and_not_read(portal: Portal, tmp_path: Path) -> None:
    file = tmp_path / "huge.tar"
    file.write_bytes(bundle(portal, [close_day(portal, [])]))
    with file.open("r+b") as out:
        out.truncate(50 * 10**9)
    with watched() as growth:
        found = look(tmp_path)
    assert [one.bytes for one in found.incoming] == [50 * 10**9]
    assert growth.most < 4 * MEBIBYTE
    progress = Progress(2 * 50 * 10**9)
    step = Step(do="read", file=found.incoming[0], vault="cat")
    for _ in range(2):
        progress.begin(step)
        progress.so_far(49 * 10**9)
        progress.end(step)
    assert progress.read == progress.to_read == 10**11
