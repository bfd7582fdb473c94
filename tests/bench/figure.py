"""One figure of `make bench`, and how figures are shown and kept."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured value beside what it should be; `better` says which side of the target is good."""

    metric: str
    value: float
    unit: str
    target: float | None = None
    better: str = "lower"
    peer: str = ""

    @property
    def verdict(self) -> str:
        """In one word; empty where there is no target."""
        if self.target is None:
            return ""
        met = self.value <= self.target if self.better == "lower" else self.value >= self.target
        return "met" if met else "MISSED"


def show(figures: Sequence[Figure]) -> str:
    """A table for people."""
    rows = [("metric", "value", "target", "", "elsewhere")]
    for figure in figures:
        target = "" if figure.target is None else f"{figure.target:g} {figure.unit}"
        rows.append((figure.metric, f"{figure.value:,.4g} {figure.unit}", target, figure.verdict, figure.peer))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def keep(figures: Sequence[Figure], file: Path) -> None:
    """The same for machines."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")
