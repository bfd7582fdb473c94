"""What lies in the folder of a courier: files for this station, files that leave it, and what is none of our business.

A file is recognised by its first member, never by its name (FORMAT.md 9.3); how good it is shows when it is read.
"""

import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

from crypto.errors import FormatError
from crypto.wire.container import read_container, write_container
from review.bundle import MOST_MEMBER
from review.durable import flush, flush_file
from review.files import open_regular
from review.refusals import Refused

Kind = Literal["ceremony", "bundle", "post", "records"]
Members = Iterable[tuple[str, bytes]]

_FORMAT = re.compile(rb"sealed-intake/(ceremony|bundle|post|records)/v[0-9]{1,3} [!-~]{1,200}\n")
_KINDS: dict[bytes, Kind] = {b"ceremony": "ceremony", b"bundle": "bundle", b"post": "post", b"records": "records"}
_ORDER = ("ceremony", "bundle")
_LISTS = ("day", "today")
_MOST = {name: MOST_MEMBER[name] for name in ("format", "directory", "keys", "post-key", *_LISTS)}
_MOST_OF_CEREMONY = 1_001
_MOST_FILES = 10_000
_MOST_COUNTED = 1_000_000
_NUMBER = re.compile(r"[0-9]{8}")
# Bytes; of a member its header and filling count too. What an honest ceremony may hold is far less.
_MOST_OF_FILE = 32 * 1024 * 1024
_MOST_IN_ALL = 256 * 1024 * 1024
_AROUND_MEMBER = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A ceremony file or a bundle: its length in bytes, and the number of its first list of intake, if it has one."""

    path: Path
    kind: Kind
    bytes: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """What lies in a folder: files to be read in their order, ours that nobody has taken yet, and how many others.

    `unseen` is how many files were not looked at, for those before them were too many or too large.
    """

    incoming: tuple[Incoming, ...]
    posts: tuple[Path, ...]
    records: tuple[Path, ...]
    others: int
    unseen: int


def look(folder: Path) -> Lying:
    """Looks into the files that lie directly in the folder, and into the beginning of each; follows no link.

    The ceremony comes first, then bundles by their first list: a later one continues an earlier one.
    """
    found: dict[Kind, list[Incoming]] = {kind: [] for kind in _KINDS.values()}
    paths, unseen = _files(folder)
    others, looked = 0, _Looked()
    for number, path in enumerate(paths):
        if looked.bytes > _MOST_IN_ALL:
            unseen += len(paths) - number
            break
        seen = _recognise(path, looked)
        if seen is None:
            others += 1
        else:
            found[seen.kind].append(seen)
    incoming = sorted((one for kind in _ORDER for one in found[kind]), key=_place)  # type: ignore[index]
    posts, records = (tuple(sorted(one.path for one in found[kind])) for kind in ("post", "records"))
    return Lying(incoming=tuple(incoming), posts=posts, records=records, others=others, unseen=unseen)


def free_name(folder: Path, what: str, day: str) -> Path:
    """`WHAT-DAY.tar`, or with a number where that is taken: what is there may not have been carried yet."""
    named, number = folder / f"{what}-{day}.tar", 2
    while os.path.lexists(named):
        named, number = folder / f"{what}-{day}-{number}.tar", number + 1
    return named


def same_among(lying: Iterable[Path], members: Members) -> Path | None:
    """The file that holds exactly these members already, and is durable from now on: an exchange that was broken off
    had written it.
    """
    listed = list(members)
    for path in lying:
        if _holds(path, listed):
            flush_file(path)
            flush(path.parent)
            return path
    return None


@dataclass(slots=True)
class _Looked:
    """Bytes that were read so far to find out what lies there."""

    bytes: int = 0


def _files(folder: Path) -> tuple[list[Path], int]:
    """So many of the files that there are, by their names, and how many there are more."""
    try:
        with os.scandir(folder) as entries:
            files = (one.name for one in entries if not one.is_dir(follow_symlinks=False))
            names = sorted(islice(files, _MOST_FILES))
            more = sum(1 for _ in islice(files, _MOST_COUNTED))
    except OSError:
        raise Refused("no-folder", path=repr(folder.name)) from None
    return [folder / name for name in names], more


def _recognise(path: Path, looked: _Looked) -> Incoming | None:
    try:
        path.name.encode("utf-8")
        with open_regular(path) as source:
            members = read_container(source, most_member=_MOST)
            name, data = next(members, ("", b""))
            fits = _FORMAT.fullmatch(data)
            if name != "format" or fits is None:
                return None
            kind, length = _KINDS[fits[1]], os.fstat(source.fileno()).st_size
            first = _first_list(members, looked) if kind == "bundle" else 0
            return Incoming(path=path, kind=kind, bytes=length, first=first)
    except (FormatError, OSError, Refused, UnicodeEncodeError):
        return None


def _first_list(members: Iterator[tuple[str, bytes]], looked: _Looked) -> int:
    """Reads over the ceremony at a bundle's beginning, and no further than a ceremony may be long.

    One that is damaged is read all the same when the exchange comes to it, and then refused.
    """
    before = looked.bytes
    try:
        for name, data in islice(members, _MOST_OF_CEREMONY):
            looked.bytes += len(data) + _AROUND_MEMBER
            group, _, number = name.partition("/")
            if group in _LISTS:
                return int(number) if _NUMBER.fullmatch(number) else 0
            if looked.bytes - before > _MOST_OF_FILE:
                break
    except FormatError:
        pass
    return 0


def _place(one: Incoming) -> tuple[int, int, int, str]:
    return _ORDER.index(one.kind), one.first, one.bytes, one.path.name


def _holds(path: Path, members: Members) -> bool:
    try:
        with open_regular(path) as source:
            comparing = _Comparing(source)
            with io.BufferedWriter(comparing) as out:
                write_container(out, members)
            return comparing.is_same and not source.read(1)
    except (OSError, Refused):
        return False


class _Comparing(io.RawIOBase):
    """Takes bytes and keeps none: only whether they are those of the file."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self.is_same = True
        self._source = source

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any, /) -> int:
        """Compares."""
        length = len(data)
        self.is_same = self.is_same and self._source.read(length) == bytes(data)
        return length
