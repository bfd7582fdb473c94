"""Files of a message: what is said of them, the stream that carries them, and what a reader refuses."""

import hashlib
import io
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from crypto.errors import AgeError, FormatError
from crypto.public.attachments import NewFile, part_name, seal_attachments
from crypto.public.seal import seal
from crypto.secret import identity
from crypto.secret.attachments import parts_joined, unseal_attachments
from crypto.secret.receipt_keys import ReceiptKeys
from crypto.secret.unseal import unseal
from crypto.wire.attachments import (
    PART_LENGTH,
    SIZES,
    AttachedFile,
    Attachments,
    AttachmentsError,
    fitting,
    plaintext_length,
)

SEED = identity.new_seed()
KEY = identity.public_key(SEED)
HOLDS = {1: 1_046_677, 2: 2_094_997, 3: 3_143_317, 4: 4_191_637, 1_024: 1_073_478_101}
NAMES = [
    "letter.txt",
    "письмо.pdf",
    "الرسالة.docx",
    "信.png",
    "a b.c",
    "...",
    "-rf",
    "x" * 255,
    "\U0001f4f7" * 255,
    "CON",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u200f.pdf",
]


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a writer gives to the message, and to the network."""

    attachments: Attachments
    parts: list[bytes]


def make(*contents: bytes, name: str = "a", media_type: str = "text/plain") -> Made:
    files, parts = [NewFile.of(name, media_type, content) for content in contents], list[bytes]()
    return Made(attachments=seal_attachments(files, SEED, KEY, parts.append), parts=parts)


def read(made: Made, folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in unseal_attachments(parts_joined(made.parts), made.attachments, folder)]


def test_a_stream_of_n_mebibytes_holds_the_promised_number_of_bytes() -> None:
    assert {size: plaintext_length(size) for size in HOLDS} == HOLDS
    for size in SIZES[:6]:
        assert len(seal(bytes(plaintext_length(size)), [KEY])) == size * 2**20


def test_the_smallest_stream_that_fits_is_taken() -> None:
    for smaller, size in zip((None, *SIZES), SIZES, strict=False):
        assert fitting(plaintext_length(size)) == size
        if smaller:
            assert fitting(plaintext_length(smaller) + 1) == size
    assert fitting(0) == 1
    assert fitting(plaintext_length(1_024) + 1) is None


@pytest.mark.parametrize(
    ("lengths", "mebibytes"),
    [
        ([0], 1),
        ([1], 1),
        ([0, 0, 0], 1),
        ([HOLDS[1]], 1),
        ([HOLDS[1], 0], 1),
        ([HOLDS[1] + 1], 2),
        ([HOLDS[1], 1], 2),
        ([HOLDS[2] - 1, 1], 2),
        ([65_535, 65_536, 65_537, 1_000_003], 2),
        ([HOLDS[4] + 1], 6),
        ([1] * 64, 1),
    ],
)
def test_files_come_back_in_their_order(lengths: list[int], mebibytes: int, tmp_path: Path) -> None:
    rng = random.Random(len(lengths))
    contents = [rng.randbytes(length) for length in lengths]
    made = make(*contents)
    assert made.attachments.mebibytes == mebibytes
    assert [len(part) for part in made.parts] == [2**20] * mebibytes
    assert made.attachments.sha256 == hashlib.sha256(b"".join(made.parts)).digest()
    assert Attachments.parse(made.attachments.to_json()) == made.attachments
    assert read(made, tmp_path / "files") == contents
    paths = sorted((tmp_path / "files").iterdir(), key=lambda path: int(path.name))
    assert [path.name for path in paths] == [str(number) for number in range(1, len(lengths) + 1)]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_data(name: str, tmp_path: Path) -> None:
    made = make(b"words", name=name)
    assert Attachments.parse(made.attachments.to_json()).files[0].name == name
    assert read(made, tmp_path / "files") == [b"words"]
    assert [path.name for path in tmp_path.rglob("*")] == ["files", "1"]


BAD_NAMES = [
    "",
    ".",
    "..",
    "a/b",
    "/",
    "a\\b",
    "a\x00",
    "\n",
    "a\x7f",
    "\x80",
    "\x9f",
    "x" * 256,
    "\u202egnp.exe",
    "a\u2069",
]
BAD_TYPES = [
    "",
    "a",
    "a/",
    "/b",
    "Text/plain",
    "text/plain;x=y",
    "text/plain ",
    "a/b/c",
    ".a/b",
    "a/é",
    "a/" + "b" * 126,
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused_by_writer_and_reader(name: str) -> None:
    with pytest.raises(FormatError, match=r"file\.name"):
        make(b"words", name=name)
    with pytest.raises(FormatError, match=r"file\.name"):
        changed(name=name)


@pytest.mark.parametrize("media_type", BAD_TYPES)
def test_a_bad_media_type_is_refused_by_writer_and_reader(media_type: str) -> None:
    with pytest.raises(FormatError, match=r"file\.type"):
        make(b"words", media_type=media_type)
    with pytest.raises(FormatError, match=r"file\.type"):
        changed(type=media_type)


def changed(**members: object) -> Attachments:
    """Parses what a writer said of one file, after some members of the file were changed."""
    value = TWO.attachments.to_json()
    value["files"][0].update(members)
    return Attachments.parse(value)


TWO = make(b"one" * 30_000, b"two" * 30_000)
FILES = [b"one" * 30_000, b"two" * 30_000]


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("attachments.seed", lambda value: value.pop("seed")),
        ("attachments.mebibytes", lambda value: value.update(mebibytes=5)),
        ("attachments.mebibytes", lambda value: value.update(mebibytes=0)),
        ("attachments.mebibytes", lambda value: value.update(mebibytes=1_025)),
        ("attachments.mebibytes", lambda value: value.update(mebibytes=True)),
        ("attachments.files", lambda value: value.update(files=[])),
        ("attachments.files", lambda value: value.update(files=[value["files"][0]] * 65)),
        ("attachments has unknown", lambda value: value.update(more=1)),
        ("file has unknown", lambda value: value["files"][0].update(path="x")),
        ("file.offset", lambda value: value["files"][0].update(offset=1)),
        ("file.offset", lambda value: value["files"][1].update(offset=90_001)),
        ("file.offset", lambda value: value["files"][1].update(offset=0)),
        ("file.offset", lambda value: value["files"].reverse()),
        ("file.length", lambda value: value["files"][0].update(length=-1)),
        ("attachments.files", lambda value: value["files"][1].update(length=HOLDS[1] - 90_000 + 1)),
        ("base64url", lambda value: value["files"][0].update(sha256="AA")),
    ],
)
def test_what_is_said_of_files_has_one_form(where: str, change: Callable[[dict[str, Any]], object]) -> None:
    value = TWO.attachments.to_json()
    assert Attachments.parse(value) == TWO.attachments
    change(value)
    with pytest.raises(FormatError, match=where):
        Attachments.parse(value)


def test_a_last_file_may_end_where_the_stream_ends() -> None:
    value = TWO.attachments.to_json()
    value["files"][1].update(length=HOLDS[1] - 90_000)
    assert Attachments.parse(value).files[1].end == HOLDS[1]


def test_members_may_stand_in_any_order_and_the_seed_does_not_show() -> None:
    value = TWO.attachments.to_json()
    assert Attachments.parse(dict(reversed(value.items()))) == TWO.attachments
    assert str(SEED) not in repr(TWO.attachments)


def with_stream(plaintext: bytes, keys: list[bytes] | None = None) -> Made:
    """A dishonest writer: another plaintext, with everything said of the stream itself right."""
    stream = seal(plaintext, keys or [KEY])
    parts = [stream[at : at + PART_LENGTH] for at in range(0, len(stream), PART_LENGTH)]
    return Made(attachments=replace(TWO.attachments, sha256=hashlib.sha256(stream).digest()), parts=parts)


PLAINTEXT = b"".join(FILES).ljust(HOLDS[1], b"\x00")
STREAM = TWO.parts[0]


def altered(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def with_another_letter(data: bytes, at: int) -> bytes:
    """Where base64 stands: it is still base64."""
    return data[:at] + (b"B" if data[at : at + 1] == b"A" else b"A") + data[at + 1 :]


@dataclass(frozen=True)
class Lie:
    """A stream that a reader refuses, and with which words."""

    code: str
    stream: bytes
    attachments: Attachments = field(default=TWO.attachments)


def lies() -> dict[str, Lie]:
    shorter = with_stream(PLAINTEXT[:-1_557], [KEY, identity.public_key(identity.new_seed())])
    other = identity.new_seed()
    return {
        "empty": Lie("wrong-length", b""),
        "one byte less": Lie("wrong-length", STREAM[:-1]),
        "one byte more": Lie("wrong-length", STREAM + b"\x00"),
        "twice as long": Lie("wrong-length", STREAM * 2),
        "cut between chunks": Lie("wrong-length", STREAM[: 1_643 + 65_552]),
        "said to be longer": Lie("wrong-length", STREAM, replace(TWO.attachments, mebibytes=2)),
        "altered header": Lie("stream-hash", altered(STREAM, 40)),
        "altered file": Lie("stream-hash", altered(STREAM, 2_000)),
        "altered padding": Lie("stream-hash", altered(STREAM, len(STREAM) - 1)),
        "sealed anew": Lie("stream-hash", with_stream(PLAINTEXT).parts[0]),
        "another seed": Lie("no-match", STREAM, replace(TWO.attachments, seed=other)),
        "an altered chunk, rightly hashed": _hashed("payload-failure", altered(STREAM, 2_000)),
        "an altered MAC, rightly hashed": _hashed("mac-failure", with_another_letter(STREAM, 1_590)),
        "no age file, rightly hashed": _hashed("header-failure", bytes(PART_LENGTH)),
        "first file altered": _made("file-hash", with_stream(altered(PLAINTEXT, 0))),
        "second file altered": _made("file-hash", with_stream(altered(PLAINTEXT, 179_999))),
        "first zero altered": _made("not-zeros", with_stream(altered(PLAINTEXT, 180_000))),
        "last zero altered": _made("not-zeros", with_stream(altered(PLAINTEXT, HOLDS[1] - 1))),
        "two stanzas": _made("wrong-length", shorter),
    }


def _hashed(code: str, stream: bytes) -> Lie:
    return Lie(code, stream, replace(TWO.attachments, sha256=hashlib.sha256(stream).digest()))


def _made(code: str, made: Made) -> Lie:
    return Lie(code, b"".join(made.parts), made.attachments)


LIES = lies()


@pytest.mark.parametrize("name", LIES)
def test_each_lie_about_a_stream_is_refused_by_name_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    lie = LIES[name]
    with pytest.raises(FormatError) as refused:
        unseal_attachments(io.BytesIO(lie.stream), lie.attachments, tmp_path / "files")
    assert refused.value.code == lie.code
    assert list(tmp_path.iterdir()) == []


def test_without_a_lie_the_same_stream_is_read(tmp_path: Path) -> None:
    honest = with_stream(PLAINTEXT)
    assert unseal(STREAM, [SEED]) == PLAINTEXT
    assert read(honest, tmp_path / "files") == FILES


def test_a_last_file_that_the_stream_is_too_short_for_is_refused(tmp_path: Path) -> None:
    full = make(random.Random(1).randbytes(HOLDS[1]))
    short = seal(bytes(HOLDS[1] - 1_557), [KEY, KEY])
    attachments = replace(full.attachments, sha256=hashlib.sha256(short).digest())
    with pytest.raises(AttachmentsError, match="wrong-length"):
        unseal_attachments(io.BytesIO(short), attachments, tmp_path / "files")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 1, PART_LENGTH - 1])
def test_parts_of_another_length_are_refused_even_if_all_bytes_are_there(cut: int, tmp_path: Path) -> None:
    made = make(bytes(HOLDS[1] + 1))
    stream = b"".join(made.parts)
    parts = [stream[:cut], stream[cut : cut + PART_LENGTH], stream[cut + PART_LENGTH :]]
    with pytest.raises(AttachmentsError, match="wrong-length"):
        unseal_attachments(parts_joined(parts), made.attachments, tmp_path / "files")
    assert list(tmp_path.iterdir()) == []


def test_parts_in_another_order_are_refused(tmp_path: Path) -> None:
    made = make(bytes(HOLDS[1] + 1))
    with pytest.raises(AttachmentsError, match="stream-hash"):
        unseal_attachments(parts_joined(reversed(made.parts)), made.attachments, tmp_path / "files")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_folder_that_is_there_stays(kind: str, tmp_path: Path) -> None:
    target = tmp_path / "files"
    target.touch() if kind == "file" else target.mkdir()
    with pytest.raises(FileExistsError):
        read(TWO, target)
    assert list(tmp_path.iterdir()) == [target]


def test_a_source_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 300_000:
                raise OSError("unplugged")
            return super().read(size)

    with pytest.raises(OSError, match="unplugged"):
        unseal_attachments(Broken(STREAM), TWO.attachments, tmp_path / "files")
    assert list(tmp_path.iterdir()) == []


def test_more_than_the_largest_stream_holds_is_refused_before_anything_is_read() -> None:
    class Unread(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError(size)

    parts = list[bytes]()
    for lengths in ([HOLDS[1_024] + 1], [HOLDS[1_024], 1]):
        files = [NewFile(name="a", type="a/b", length=length, source=Unread()) for length in lengths]
        with pytest.raises(AttachmentsError, match="too-large"):
            seal_attachments(files, SEED, KEY, parts.append)
    for count in (0, 65):
        with pytest.raises(FormatError, match=r"attachments\.files"):
            seal_attachments([NewFile.of("a", "a/b", b"")] * count, SEED, KEY, parts.append)
    assert parts == []


@pytest.mark.parametrize("stated", [4, 6])
def test_a_file_that_changed_while_it_was_read_stops_the_sealing(stated: int) -> None:
    file = NewFile(name="a", type="a/b", length=stated, source=io.BytesIO(b"words"))
    with pytest.raises(AttachmentsError, match="wrong-length"):
        seal_attachments([file], SEED, KEY, list[bytes]().append)


def test_names_of_parts_differ_by_seed_portal_and_number() -> None:
    names = {
        part_name(seed, portal, number)
        for seed in (bytes(32), SEED)
        for portal in ("portal.one", "portal.two")
        for number in range(1_024)
    }
    assert len(names) == 4_096
    assert {len(name) for name in names} == {16}
    as_receipt = ReceiptKeys(receipt=bytes(32), portal="portal.one", index=258)
    assert part_name(bytes(32), "portal.one", 258) == as_receipt._derive("part", b"", 16)


def test_what_is_said_of_a_file_says_where_it_ends() -> None:
    file = AttachedFile(name="a", type="a/b", offset=7, length=0, sha256=bytes(32))
    assert file.end == 7


def test_the_order_of_checks_does_not_depend_on_what_fails_first(tmp_path: Path) -> None:
    both = altered(altered(STREAM, 40), 2_000)[:-1]
    with pytest.raises(AttachmentsError, match="wrong-length"):
        unseal_attachments(io.BytesIO(both), TWO.attachments, tmp_path / "files")
    with pytest.raises(AgeError, match="payload-failure"):
        unseal(altered(STREAM, 2_000), [SEED])


_GROWTH = r"""
import re, sys, tempfile
from pathlib import Path
from crypto.public.attachments import NewFile, seal_attachments
from crypto.public.stream import joined
from crypto.secret.attachments import parts_joined, unseal_attachments
from crypto.secret.identity import public_key

seed, folder = bytes(32), Path(tempfile.mkdtemp(dir=sys.argv[1]))
def run(mebibytes, name):
    source = joined(bytes(2**20) for _ in range(mebibytes))
    files = [NewFile(name="a", type="a/b", length=mebibytes * 2**20, source=source)]
    with (folder / f"{name} stream").open("wb") as out:
        attachments = seal_attachments(files, seed, public_key(seed), out.write)
    with (folder / f"{name} stream").open("rb") as stream:
        parts = iter(lambda: stream.read(2**20), b"")
        unseal_attachments(parts_joined(parts), attachments, folder / name)
    if sys.argv[2] == "control":
        (folder / name / "1").read_bytes()
def peak(): return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) // 1024
run(1, "small")
before = peak()
run(120, "large")
print(peak() - before)
"""


@pytest.mark.parametrize(("what", "is_flat"), [("stream", True), ("control", False)])
def test_memory_does_not_grow_with_attachments(what: str, is_flat: bool, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _GROWTH, str(tmp_path), what]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (int(ran.stdout) <= 20) == is_flat
