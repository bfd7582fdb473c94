"""Keeps what a process remembers out of files and away from other processes, as far as the system offers it."""

import contextlib
import ctypes
import os
import resource

_PR_SET_DUMPABLE = 4


def harden() -> None:
    """No core dumps, no reading by other programs of the same user (Linux), and files for this user alone."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Other systems have no prctl; there the limit above is what can be had.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
