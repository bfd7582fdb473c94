"""Containers: what is written is read, and nothing else is."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import FormatError
from crypto.wire.container import read_container, write_container
from tests.attacks import tar

MEMBERS = [("format", b"first\n"), ("keys/abc", bytes(600)), ("envelope/00000001/xyz", b"")]


def written(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    write_container(out, members)
    return out.getvalue()


def read(data: bytes) -> list[tuple[str, bytes]]:
    return list(read_container(io.BytesIO(data), most_member=1_000))


def test_members_come_back_in_order() -> None:
    assert read(written(MEMBERS)) == MEMBERS


def test_ordinary_tools_read_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(written(MEMBERS))) as tar:
        assert tar.getnames() == [name for name, _ in MEMBERS]


def test_two_writings_are_the_same_bytes() -> None:
    assert written(MEMBERS) == written(MEMBERS)


@pytest.mark.parametrize("name", ["../up", "/root", "a//b", "a/b/c/d/e", "", "a b", "a.b", "\u00e9"])
def test_odd_names_cannot_be_written(name: str) -> None:
    with pytest.raises(FormatError):
        written([(name, b"")])


def _tar(info: tarfile.TarInfo, data: bytes = b"") -> bytes:
    info.size, info.mode = len(data), 0o600
    filling = bytes(-len(data) % 512)
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict") + data + filling + bytes(1024)


def test_links_folders_and_foreign_fields_are_refused() -> None:
    link, folder, owned, dated = (tarfile.TarInfo("a") for _ in range(4))
    link.type, link.linkname = tarfile.SYMTYPE, "b"
    folder.type = tarfile.DIRTYPE
    owned.uid = 1
    dated.mtime = 1
    for info in (link, folder, owned, dated, tarfile.TarInfo("../a")):
        with pytest.raises(FormatError):
            read(_tar(info))
    assert read(_tar(tarfile.TarInfo("a"), b"x")) == [("a", b"x")]


@pytest.mark.parametrize("lie", tar.LIES)
def test_every_lie_of_a_header_is_refused_by_its_name(lie: str) -> None:
    spoil, said = tar.LIES[lie]
    with pytest.raises(FormatError, match=said):
        read(tar.spoilt(written(MEMBERS), spoil))


def test_a_member_may_not_stand_twice_nor_be_too_large() -> None:
    with pytest.raises(FormatError):
        read(written([("a", b""), ("a", b"")]))
    with pytest.raises(FormatError):
        read(written([("a", bytes(1_001))]))


def test_a_member_may_be_as_long_as_its_group_allows_and_is_otherwise_not_read() -> None:
    data = written([("keys/a", bytes(600)), ("day/a", bytes(601))])
    assert len(list(read_container(io.BytesIO(data), most_member={"keys": 600, "day": 601}))) == 2
    for allowed in ({"keys": 599, "day": 601}, {"keys": 600, "day": 600}, {"keys": 600}):
        source = io.BytesIO(data)
        with pytest.raises(FormatError, match="longer than allowed"):
            list(read_container(source, most_member=allowed))
        assert source.tell() in (512, 512 + 1_024 + 512)


def test_every_cut_and_every_addition_is_refused() -> None:
    data = written(MEMBERS)
    for cut in range(0, len(data), 37):
        with pytest.raises(FormatError):
            read(data[:cut])
    with pytest.raises(FormatError):
        read(data + b"\x00")
    with pytest.raises(FormatError):
        read(data[:-1] + b"x")


@given(st.binary(max_size=1_500))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data + b"x")
