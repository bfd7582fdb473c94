"""Files that are whole or not there, and files that are files: what goes wrong is said in words."""

import errno
import io
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from crypto.public.whole import new_file as durable_file
from crypto.public.whole import whole_file
from review.durable import alone_in, rename
from review.refusals import RefusalCode, Refused

_UNFINISHED = ".unfinished-exchange-"
_IS_UNFINISHED = re.compile(re.escape(_UNFINISHED) + "[0-9a-f]{16}")
_BETWEEN_TELLING = 4 * 1024 * 1024


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that stands under its name, durable, when the block ends well; what is there already stays."""
    with ExitStack() as stack:
        try:
            out = stack.enter_context(whole_file(path))
        except FileExistsError:
            raise Refused("file-exists", path=repr(path.name)) from None
        except OSError:
            raise Refused("file-unwritable", path=repr(path.name)) from None
        yield out


@contextmanager
def carried_file(path: Path) -> Iterator[BinaryIO]:
    """A new file for a courier that stands under its name, durable, when the block ends well; what is there stays.

    Killed at any point it leaves nothing under the name, at most a file that `sweep_carried` takes away.
    """
    try:
        with alone_in(path.parent):
            if os.path.lexists(path):
                raise Refused("file-exists", path=repr(path.name))
            yield from _carried(path)
    except OSError as error:
        code: RefusalCode = "stick-full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "file-unwritable"
        raise Refused(code, path=repr(path.name)) from None


def _carried(path: Path) -> Iterator[BinaryIO]:
    beside = path.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
    try:
        with durable_file(beside) as out:
            yield out
        rename(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def sweep_carried(folder: Path) -> None:
    """Removes what was left half written by one that was killed; whoever still writes there has the turn."""
    try:
        with alone_in(folder):
            for left in folder.glob(f"{_UNFINISHED}*"):
                if _IS_UNFINISHED.fullmatch(left.name) and stat.S_ISREG(left.lstat().st_mode):
                    left.unlink()
    except OSError:
        raise Refused("file-unwritable", path=repr(folder.name)) from None


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """Reads a file that is a file. A link, device or pipe, which a stick may hold too, is not even opened."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise Refused("file-unreadable", path=repr(path.name))
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise Refused("file-unreadable", path=repr(path.name)) from None
    with os.fdopen(descriptor, "rb") as source:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refused("file-unreadable", path=repr(path.name))
        yield source


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """A name that is free there, with a number where `stem` itself is taken: what is there is never replaced."""
    path, number = folder / f"{stem}{suffix}", 2
    while os.path.lexists(path):
        path, number = folder / f"{stem}-{number}{suffix}", number + 1
    return path


def telling(source: BinaryIO, tell: Callable[[int], None]) -> BinaryIO:
    """The same bytes from the start; after every 4 MiB that are read, `tell` hears how many they are."""
    return io.BufferedReader(_Telling(source.fileno(), tell))


class _Telling(io.FileIO):
    """Counts what leaves an open file, and leaves it open."""

    def __init__(self, descriptor: int, tell: Callable[[int], None]) -> None:
        super().__init__(descriptor, "rb", closefd=False)
        self._tell = tell
        self._read = 0
        self._told = 0

    def readinto(self, buffer: Any, /) -> int:
        """As many bytes as come."""
        count = super().readinto(buffer)
        self._read += count
        if self._read - self._told >= _BETWEEN_TELLING:
            self._told = self._read
            self._tell(self._read)
        return count


def is_private(folder: Path) -> bool:
    """Whether nobody but the owner may look into it or write there."""
    return not folder.stat().st_mode & 0o077


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a file of at most `most` bytes."""
    try:
        with open_regular(path) as source:
            data = source.read(most + 1)
    except OSError:
        raise Refused("file-unreadable", path=repr(path.name)) from None
    if len(data) > most:
        raise Refused("file-unreadable", path=repr(path.name))
    return data
