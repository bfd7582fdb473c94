"""Private files of a server: never readable by others, never half-written, never through a link."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from intake.errors import RefusedError

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


def create(path: Path, data: bytes) -> None:
    """A new file with these bytes, durable, whole or not there; one that is there is never overwritten."""
    beside = _beside(path)
    try:
        with os.fdopen(os.open(beside, _NEW, PRIVATE_FILE), "wb") as out:
            out.write(data)
            _sync(out)
        os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(path)


def tidy(path: Path) -> None:
    """What a command that was killed left beside this file is gone."""
    path.with_name(f".{path.name}.unfinished").unlink(missing_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Writes beside `path` and renames when the block ends well; otherwise nothing is left and `path` is untouched."""
    beside = _beside(path)
    try:
        with os.fdopen(os.open(beside, _NEW, PRIVATE_FILE), "wb") as out:
            yield out
            _sync(out)
        beside.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise
    _sync_folder(path)


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """Reads a file that is a file: no link, device or pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise RefusedError(f"{path.name!r} cannot be opened ({error.strerror})") from None
    with os.fdopen(descriptor, "rb") as source:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise RefusedError(f"{path.name!r} is not a file")
        yield source


def is_private(path: Path) -> bool:
    """Whether nobody but the owner may read or write it."""
    return not path.stat().st_mode & 0o077


def _beside(path: Path) -> Path:
    tidy(path)
    return path.with_name(f".{path.name}.unfinished")


def _sync(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
