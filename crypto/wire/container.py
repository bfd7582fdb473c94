"""Bundles, posts and ceremony files: strict ustar containers, written and read as streams (FORMAT.md 9.3).

`tarfile` writes them; it is too forgiving to read what a stranger made, so the reader takes the few fields that are
allowed and compares everything else with what the writer would have written.
"""

import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from crypto.errors import FormatError

BLOCK = 512
_MEMBER = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,3}\Z")
_SIZE = slice(124, 136)
_END = bytes(2 * BLOCK)


def write_container(out: BinaryIO, members: Iterable[tuple[str, bytes]]) -> None:
    """Writes the members in order, and nothing that depends on the machine or the moment."""
    for name, data in members:
        out.write(_head(name, len(data)))
        out.write(data)
        out.write(bytes(-len(data) % BLOCK))
    out.write(_END)


def read_container(source: BinaryIO, *, most_member: int | Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
    """The members one by one, as (name, bytes); raises `FormatError`, which says what is out of form.

    `most_member` is how many bytes a member may have: any, or each by the first part of its name. What is longer, of
    another kind than an ordinary file, there twice or behind the end is refused before its bytes are read.
    """
    seen: set[str] = set()
    while (head := _read(source, BLOCK)) != bytes(BLOCK):
        name, size = _name(head), _size(head)
        if head != _head(name, size):
            raise FormatError("container member is no plain file, or its header is not in its one form")
        if size > (most_member if isinstance(most_member, int) else most_member.get(name.partition("/")[0], 0)):
            raise FormatError("container member is longer than allowed")
        if name in seen:
            raise FormatError("container member stands twice")
        seen.add(name)
        data = _read(source, size)
        if any(_read(source, -size % BLOCK)):
            raise FormatError("container filling")
        yield name, data
    if any(_read(source, BLOCK)) or source.read(1):
        raise FormatError("container end")


def _head(name: str, size: int) -> bytes:
    if not _MEMBER.match(name) or len(name) > 99:
        raise FormatError("container member name")
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def _name(head: bytes) -> str:
    try:
        return head[:100].rstrip(b"\x00").decode("ascii")
    except UnicodeDecodeError:
        raise FormatError("container member name") from None


def _size(head: bytes) -> int:
    field = head[_SIZE].rstrip(b"\x00")
    if not re.fullmatch(rb"[0-7]{11}", field):
        raise FormatError("container member size")
    return int(field, 8)


def _read(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    if len(data) != size:
        raise FormatError("container is cut short")
    return data
