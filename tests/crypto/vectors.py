"""Reads the vector files of tests/vectors."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "vectors"


def load(name: str) -> dict[str, Any]:
    """One file's content."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return content


def named(case: dict[str, Any]) -> str:
    """What pytest calls a case."""
    return str(case.get("name", ""))
