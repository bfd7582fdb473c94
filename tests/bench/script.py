"""What the browser is given to run."""

from pathlib import Path

from tests.bench.figure import Figure

SCRIPT = Path(__file__).resolve().parents[2] / "intake/static/form.js.gz"


def measure() -> list[Figure]:
    """The form's script as it is sent."""
    return [Figure(metric="script of the form, compressed", value=SCRIPT.stat().st_size / 1000, unit="KB", target=45)]
