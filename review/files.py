"""Files that are whole or not there, and files that are files: what goes wrong is said in words."""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from crypto.public.whole import whole_file
from review.refusals import Refused


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
