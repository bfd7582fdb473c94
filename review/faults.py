"""What may be said of a fault of ours: its kind and its place, never its text."""

import traceback
from pathlib import Path


def place_of(error: BaseException) -> str:
    """`KeyError at store.py:88`."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
