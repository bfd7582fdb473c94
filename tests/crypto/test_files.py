"""Streams and files: flat memory, nothing released from what is cut or altered, and pyrage as the second reader."""

import errno
import io
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from crypto.errors import AgeError
from crypto.public import bech32
from crypto.public.seal import seal, seal_file, seal_stream, sealed, sealed_under
from crypto.public.stream import CHUNK, SEALED_CHUNK, joined
from crypto.public.whole import whole_file, whole_folder
from crypto.secret import identity
from crypto.secret.unseal import released, unseal, unseal_file, unseal_stream
from crypto.wire import age
from tests.crypto.cctv_kinds import unwrap_any, wrap_x25519

SEEDS = [identity.new_seed() for _ in range(16)]
KEYS = [identity.public_key(seed) for seed in SEEDS]
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 1_000_003]
SECRET = b"words that only the reader sees " * 8_192


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 5, 16])
def test_files_come_back_and_are_what_bytes_are(size: int, count: int, tmp_path: Path) -> None:
    plain, hidden, opened = (tmp_path / name for name in ("plain", "sealed", "opened"))
    plain.write_bytes(random.Random(size).randbytes(size))
    seal_file(plain, hidden, KEYS[:count])
    unseal_file(hidden, opened, [SEEDS[count - 1]])
    assert opened.read_bytes() == plain.read_bytes() == unseal(hidden.read_bytes(), SEEDS[:1])
    assert opened.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == {"plain", "sealed", "opened"}


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_seals_and_our_header_and_stream_open(size: int) -> None:
    plaintext, theirs = random.Random(size).randbytes(size), pyrage.x25519.Identity.generate()
    file = pyrage.encrypt(plaintext, [theirs.to_public()])
    assert b"".join(released(io.BytesIO(file), unwrap_any([str(theirs)], []))) == plaintext
    with pytest.raises(AgeError, match="header-failure"):
        unseal(file, SEEDS)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 5, 16])
def test_our_header_and_stream_seal_and_pyrage_opens(size: int, count: int) -> None:
    plaintext, theirs = random.Random(size).randbytes(size), pyrage.x25519.Identity.generate()
    recipient = X25519PublicKey.from_public_bytes(bech32.decode(str(theirs.to_public()))[1])
    file_key = os.urandom(16)
    stanzas = tuple(wrap_x25519(file_key, recipient) for _ in range(count))
    file = b"".join(sealed_under(file_key, stanzas, io.BytesIO(plaintext)))
    assert pyrage.decrypt(file, [theirs]) == plaintext
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(file[:-1], [theirs])


def test_a_source_that_gives_little_at_a_time_is_sealed_and_opened_the_same() -> None:
    plaintext, out = random.Random(1).randbytes(200_000), io.BytesIO()
    crumbs = joined(plaintext[at : at + 997] for at in range(0, len(plaintext), 997))
    file = b"".join(sealed(crumbs, KEYS[:1]))
    unseal_stream(joined(bytes([byte]) for byte in file), out, SEEDS[:1])
    assert out.getvalue() == plaintext
    out = io.BytesIO()
    unseal_stream(_Crumbs(file), out, SEEDS[:1])
    assert out.getvalue() == plaintext


class _Crumbs(io.BytesIO):
    """Reads less than was asked for, as pipes do."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 1_000))


FILE = seal(SECRET, KEYS[:1])
START = age.Header.parse(FILE).length
BORDERS = [START + 16 + number * SEALED_CHUNK for number in range(1 + len(SECRET) // CHUNK)]
CUTS = sorted({0, 1, 22, START - 1, START, START + 1, START + 15}) + [
    border + beside for border in BORDERS for beside in (-17, -16, -1, 0, 1, 15, 16, 17) if border + beside < len(FILE)
]


@pytest.mark.parametrize("cut", CUTS)
def test_a_file_cut_anywhere_leaves_nothing(cut: int, tmp_path: Path) -> None:
    leaves_nothing(FILE[:cut], tmp_path)


def test_there_are_cuts_exactly_between_chunks() -> None:
    assert len(SECRET) == 4 * CHUNK
    assert {border for border in BORDERS if border in CUTS} == set(BORDERS[:-1])
    assert BORDERS[-1] == len(FILE)


@pytest.mark.parametrize("at", [0, 30, START - 2, START, START + 16, *(border - 1 for border in BORDERS[1:])])
def test_an_altered_file_leaves_nothing(at: int, tmp_path: Path) -> None:
    altered = bytearray(FILE)
    altered[at] ^= 1
    leaves_nothing(bytes(altered), tmp_path)


@pytest.mark.parametrize("more", [b"\x00", bytes(16), bytes(SEALED_CHUNK), FILE])
def test_a_file_with_more_behind_it_leaves_nothing(more: bytes, tmp_path: Path) -> None:
    leaves_nothing(FILE + more, tmp_path)


def test_chunks_in_another_order_leave_nothing(tmp_path: Path) -> None:
    first, second, third = BORDERS[:3]
    leaves_nothing(FILE[:first] + FILE[second:third] + FILE[first:second] + FILE[third:], tmp_path)
    leaves_nothing(FILE[:first] + FILE[second:], tmp_path)


def test_a_streaming_reader_had_released_something_by_then() -> None:
    out = io.BytesIO()
    with pytest.raises(AgeError, match="payload-failure"):
        unseal_stream(io.BytesIO(FILE[:-1]), out, SEEDS[:1])
    assert out.getvalue() == SECRET[: 3 * CHUNK]


def leaves_nothing(file: bytes, folder: Path) -> None:
    """Neither a target nor anything beside it."""
    (folder / "sealed").write_bytes(file)
    with pytest.raises(AgeError):
        unseal_file(folder / "sealed", folder / "opened", SEEDS[:1])
    assert names(folder) == {"sealed"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    "act",
    [
        lambda source, target: seal_file(source, target, KEYS[:1]),
        lambda source, target: unseal_file(source, target, SEEDS),
    ],
)
@pytest.mark.parametrize("kind", ["file", "folder", "dangling"])
def test_what_is_there_already_stays(act: Callable[[Path, Path], None], kind: str, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(FILE)
    if kind == "file":
        target.write_bytes(b"older")
    elif kind == "folder":
        target.mkdir()
    else:
        target.symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        act(source, target)
    assert names(tmp_path) == {"source", "target"}
    assert kind != "file" or target.read_bytes() == b"older"
    assert not (tmp_path / "nowhere").exists()


def test_what_appears_meanwhile_stays(tmp_path: Path) -> None:
    def write_file() -> None:
        with whole_file(tmp_path / "file") as out:
            out.write(b"newer")
            (tmp_path / "file").write_bytes(b"older")

    def write_folder() -> None:
        with whole_folder(tmp_path / "folder"):
            (tmp_path / "folder").mkdir()
            (tmp_path / "folder" / "older").touch()

    for write in (write_file, write_folder):
        with pytest.raises(FileExistsError):
            write()
    assert names(tmp_path) == {"file", "folder"}
    assert (tmp_path / "file").read_bytes() == b"older"
    assert names(tmp_path / "folder") == {"older"}


def test_nothing_stands_under_its_name_before_the_end(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with whole_file(target) as out:
        out.write(SECRET)
        out.flush()
        assert not target.exists()
        (beside,) = tmp_path.iterdir()
        assert beside.stat().st_mode & 0o777 == 0o600
    assert target.read_bytes() == SECRET
    with whole_folder(tmp_path / "folder") as unfinished:
        assert not (tmp_path / "folder").exists()
        assert unfinished.stat().st_mode & 0o777 == 0o700
    assert names(tmp_path) == {"target", "folder"}


class _FullDisk(io.BytesIO):
    """Takes so much and no more."""

    room = 100_000

    def write(self, data: object, /) -> int:
        written = super().write(data)  # type: ignore[arg-type]
        if self.tell() > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written


def test_a_full_disk_stops_sealing_and_opening() -> None:
    with pytest.raises(OSError, match="No space"):
        seal_stream(io.BytesIO(SECRET), _FullDisk(), KEYS[:1])
    with pytest.raises(OSError, match="No space"):
        unseal_stream(io.BytesIO(FILE), _FullDisk(), SEEDS[:1])


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from crypto.public.seal import seal_file
from crypto.secret.unseal import unseal_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
key, source, target = bytes.fromhex(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
(unseal_file if len(key) == 32 else seal_file)(source, target, [key])
"""


@pytest.mark.parametrize("key", [SEEDS[0], KEYS[0]], ids=["opening", "sealing"])
@pytest.mark.parametrize(("room", "left"), [(100_000, {"source"}), (10 * len(FILE), {"source", "target"})])
def test_a_file_that_the_system_cannot_take_leaves_nothing(
    key: bytes, room: int, left: set[str], tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(FILE)
    arguments = [key.hex(), str(tmp_path / "source"), str(tmp_path / "target"), str(room)]
    ran = subprocess.run([sys.executable, "-c", _LIMITED, *arguments], capture_output=True, text=True)
    assert names(tmp_path) == left
    assert ("File too large" in ran.stderr) == (ran.returncode != 0) == ("target" not in left)


def test_a_source_that_breaks_while_it_is_read_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield FILE[:150_000]
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.raises(OSError, match="Input/output"), whole_file(tmp_path / "target") as out:
        unseal_stream(joined(broken()), out, SEEDS[:1])
    assert names(tmp_path) == set()


def test_the_second_plaintext_of_a_file_is_not_read_also_by_who_holds_both_keys() -> None:
    stanzas = [age.Header.parse(seal(b"", [key])).stanzas[0] for key in KEYS[:2]]
    theirs = _file_key(stanzas[0], SEEDS[0])
    assert theirs != _file_key(stanzas[1], SEEDS[1])
    file = b"".join(sealed_under(theirs, tuple(stanzas), io.BytesIO(b"to the first")))
    assert unseal(file, [SEEDS[0]]) == b"to the first"
    for seeds in ([SEEDS[1]], [SEEDS[1], SEEDS[0]]):
        with pytest.raises(AgeError, match="mac-failure"):
            unseal(file, seeds)


def _file_key(stanza: age.Stanza, seed: bytes) -> bytes:
    return unwrap_any([identity.identity_text(seed)], [])((stanza,))


_GROWTH = r"""
import io, re, sys
from pathlib import Path
from crypto.public.seal import seal_stream, sealed
from crypto.public.stream import joined
from crypto.secret.identity import public_key
from crypto.secret.unseal import unseal, unseal_stream

class Nowhere(io.BytesIO):
    def write(self, data): return len(data)

seed, what, mebibytes = bytes(32), sys.argv[1], int(sys.argv[2])
def source(): return joined(bytes(2**20) for _ in range(mebibytes))
def run():
    file = joined(sealed(source(), [public_key(seed)]))
    if what == "seal": seal_stream(source(), Nowhere(), [public_key(seed)])
    elif what == "open": unseal_stream(file, Nowhere(), [seed])
    else: unseal(file.read(), [seed])
def peak(): return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) // 1024
large, mebibytes = mebibytes, 1
run()
before, mebibytes = peak(), large
run()
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("what", "is_flat"), [("seal", True), ("open", True), ("whole", False)], ids=["sealing", "opening", "control"]
)
def test_memory_does_not_grow_with_a_stream(what: str, is_flat: bool) -> None:
    ran = subprocess.run([sys.executable, "-c", _GROWTH, what, "192"], capture_output=True, text=True, check=True)
    assert (int(ran.stdout) <= 20) == is_flat
