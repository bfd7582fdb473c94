"""Reads the vector files of tests/vectors."""

import copy
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


def changed(base: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """The base with the one change that the case describes (`tests/vectors/changes.py`)."""
    whole = copy.deepcopy(base)
    if case.get("remove"):
        place, name = _place(whole, case["path"])
        del place[name]
        return whole
    value = case["value"] if "value" in case else _repeated(case["repeat"], case["times"])
    for path, laid in [[case["path"], value], *case.get("also", [])]:
        place, name = _place(whole, path)
        place[name] = laid
    return whole


def _repeated(piece: Any, times: int) -> Any:
    return piece * times if isinstance(piece, str) else [piece] * times


def _place(whole: dict[str, Any], path: list[str]) -> tuple[Any, Any]:
    """The object or list that holds the last name of the path, and that name or place."""
    at: Any = whole
    for name in path[:-1]:
        at = at[int(name) if isinstance(at, list) else name]
    return at, int(path[-1]) if isinstance(at, list) else path[-1]
