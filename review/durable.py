"""A station's folder, where several processes work: whose turn it is, files that are old or new but never none, and
folders for what is passing, which vanish with the process that made them or at the next start.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from crypto.public.whole import new_file

_SCRATCH = ".scratch-"
PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.02


class FolderTakenError(TimeoutError):
    """Another process kept the folder for itself for too long."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Until the block ends nobody else is in such a block of this folder; whoever comes meanwhile waits.

    Not without end, for who waits does not see that the one is gone who asked: then `FolderTakenError`.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _take_turn(descriptor, monotonic() + PATIENCE_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _take_turn(descriptor: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= deadline:
                raise FolderTakenError from None
            sleep(_PAUSE_SECONDS)
        else:
            return


def replace_file(path: Path, data: bytes) -> None:
    """The file holds these bytes, durably; killed at any point, it holds these or those before. Only `alone_in` it."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with new_file(beside) as out:
        out.write(data)
    rename(beside, path)


def rename(source: Path, target: Path) -> None:
    """Takes the place of `target`, durably."""
    source.replace(target)
    flush(target.parent)


def flush(folder: Path) -> None:
    """What was named in the folder outlives a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_file(path: Path) -> None:
    """What was written to it outlives a loss of power."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder inside it (mode 0700) that is gone when the block ends, however it ends; killed, see `sweep_scratch`."""
    made = folder / f"{_SCRATCH}{secrets.token_hex(8)}"
    made.mkdir(mode=0o700)
    held = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        # One that nobody holds, so that it can be a station's folder of its own.
        inner = made / "in"
        inner.mkdir(mode=0o700)
        yield inner
    finally:
        shutil.rmtree(made)
        os.close(held)


def sweep_scratch(folder: Path) -> None:
    """Removes what processes left that were killed. Whoever still works in one holds it, and it stays."""
    for left in folder.glob(f"{_SCRATCH}*"):
        with suppress(FileNotFoundError):
            _sweep(left)


def _sweep(left: Path) -> None:
    held = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(left)
    finally:
        os.close(held)
