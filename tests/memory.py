"""How much memory this process takes while something runs (Linux with glibc, proc(5))."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROCESS = Path("/proc/self")


@dataclass(slots=True)
class Growth:
    """Bytes held at most above what was held before; right only after the block was left."""

    most: int = 0


@contextmanager
def watched() -> Iterator[Growth]:
    """Counts what the whole process holds, also outside Python's own memory."""
    growth = Growth()
    # What earlier tests have freed would be taken again, and nothing would seem to grow.
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    (_PROCESS / "clear_refs").write_text("5")
    before = _held("VmRSS")
    try:
        yield growth
    finally:
        growth.most = max(0, _held("VmHWM") - before)


def _held(what: str) -> int:
    """Bytes: `VmRSS` now, `VmHWM` at most since the last reset."""
    lines = (_PROCESS / "status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))
