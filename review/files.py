"""Files that are whole or not there: written beside their place, flushed, then renamed."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from review.refusals import Refused

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that stands under its name, durable, when the block ends well; what is there already stays."""
    if path.exists() or path.is_symlink():
        raise Refused("file-exists", path=repr(path.name))
    beside = path.with_name(f".{path.name}.unfinished")
    try:
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, _NEW, 0o600)
    except OSError:
        raise Refused("file-unwritable", path=repr(path.name)) from None
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.rename(path)
        _sync_folder(path.parent)
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """Reads a file that is a file: no link, device or pipe, which a stick may hold too."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise Refused("file-unreadable", path=repr(path.name)) from None
    with os.fdopen(descriptor, "rb") as source:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refused("file-unreadable", path=repr(path.name))
        yield source


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


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
