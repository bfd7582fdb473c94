"""What the browser is given to run."""

from pathlib import Path

from tests.bench.figure import Figure

STATIC = Path(__file__).resolve().parents[2] / "intake" / "static"


def measure() -> list[Figure]:
    """The scripts of the form and of the return page, and the one that comes when files are added, as they are sent."""
    return [
        Figure(metric="script of the form, compressed", value=_kilobytes("form.js.gz"), unit="KB", target=45),
        Figure(metric="script of the return page, compressed", value=_kilobytes("return.js.gz"), unit="KB", target=45),
        Figure(metric="script for files, compressed", value=_kilobytes("files.js.gz"), unit="KB"),
    ]


def _kilobytes(name: str) -> float:
    return (STATIC / name).stat().st_size / 1000
