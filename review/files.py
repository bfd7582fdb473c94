"""Files that are whole or not there: written beside their place, flushed, then renamed."""

import os
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
        raise Refused("file-exists", path=path.name)
    beside = path.with_name(f".{path.name}.unfinished")
    try:
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, _NEW, 0o600)
    except OSError:
        raise Refused("file-unwritable", path=path.name) from None
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


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a file of at most `most` bytes."""
    try:
        with path.open("rb") as source:
            data = source.read(most + 1)
    except OSError:
        raise Refused("file-unreadable", path=path.name) from None
    if len(data) > most:
        raise Refused("file-unreadable", path=path.name)
    return data


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
