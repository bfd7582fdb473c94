"""What is written is whole or not there: beside its place under another name, flushed, then renamed."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A new file (mode 0600) that stands under its name, durable, only when the block ends well.

    Raises `FileExistsError` when something is there already, which stays. A machine that stops at the very moment of
    the renaming may leave an empty file under the name.
    """
    _refuse_existing(target)
    beside = _beside(target)
    try:
        with new_file(beside) as out:
            yield out
        os.close(os.open(target, _NEW, 0o600))
        _rename(beside, target)
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise
    _flush_folder(target.parent)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """The same for a new folder (mode 0700), all of whose files appear at once.

    When it ends badly and the files cannot be removed either, that is what is raised, since they are somebody's words.
    """
    _refuse_existing(target)
    beside = _beside(target)
    beside.mkdir(mode=0o700)
    try:
        yield beside
        _flush_folder(beside)
        _refuse_existing(target)
        beside.rename(target)
    except BaseException:
        shutil.rmtree(beside)
        raise
    _flush_folder(target.parent)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file (mode 0600) that was not there before, flushed to the disk at the end."""
    with os.fdopen(os.open(path, _NEW, 0o600), "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def _refuse_existing(target: Path) -> None:
    if os.path.lexists(target):
        raise FileExistsError(target.name)


def _beside(target: Path) -> Path:
    return target.with_name(f".unfinished-{secrets.token_hex(8)}")


def _rename(beside: Path, target: Path) -> None:
    """Onto an empty file of ours, so that nothing of others is ever replaced."""
    try:
        beside.replace(target)
    except BaseException:
        target.unlink()
        raise


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
