"""One base, one change: how the tables about members of messages and replies are written.

A change lays `value` at `path` of a base's JSON, or takes the member away (`remove`), or puts `repeat` there `times`
times (a text, or a list of any other value); `also` lays further values (path, value). The changed JSON is written in
its one form, so that nothing but the change is wrong. Without a `code` it is taken.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Case = dict[str, Any]
BAD, LATER = "bad-format", "not-understood"


def table(
    base: str, path: str, *, good: Sequence[object] = (), bad: Sequence[object] = (), later: Sequence[object] = ()
) -> list[Case]:
    """Values for one member (`path` with dots): taken, refused, or of a later kind or version."""
    rows: list[tuple[object, str]] = [(value, "") for value in good]
    rows += [(value, BAD) for value in bad]
    rows += [(value, LATER) for value in later]
    return [
        {
            "name": f"{base}: {path} is {_shown(value)}",
            "base": base,
            "path": path.split("."),
            "value": value,
            **_code(code),
        }
        for value, code in rows
    ]


def removed(base: str, path: str) -> Case:
    """One member taken away."""
    return {"name": f"{base}: without {path}", "base": base, "path": path.split("."), "remove": True, "code": BAD}


def all_removed(base: str, value: Mapping[str, Any], path: str = "") -> list[Case]:
    """Each member of the object at `path` taken away, and one added."""
    dot = f"{path}." if path else ""
    return [*(removed(base, dot + name) for name in value), *table(base, f"{dot}more", bad=[1, None])]


def repeated(name: str, base: str, path: str, piece: object, times: int, code: str = "") -> Case:
    """A long text of one piece, or a long list of one value."""
    case = {"name": f"{base}: {name}", "base": base, "path": path.split("."), "repeat": piece, "times": times}
    return {**case, **_code(code)}


def _code(code: str) -> Case:
    return {"code": code} if code else {}


def _shown(value: object) -> str:
    whole = repr(value)
    return whole if len(whole) <= 60 else f"{whole[:40]}... ({len(whole)} characters)"
