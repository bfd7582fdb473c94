"""`make bench`: measures, shows a table, and keeps the figures in .build/bench.json."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from deploy.commands import Commands
from deploy.rehearsal import prepare
from tests.bench import script, second_engine, station, streams, submissions, visit
from tests.bench.figure import keep, show
from tests.chromium import started_chromium

OUT = Path(__file__).resolve().parents[2] / ".build" / "bench.json"


def main() -> None:
    """One portal for all figures."""
    figures = [*streams.measure(), *station.measure(), *script.measure()]
    with tempfile.TemporaryDirectory() as folder, started_chromium() as browser:
        rehearsal = prepare(Commands(folder=Path(folder)), datetime.now(UTC).date())
        figures += [*visit.measure(rehearsal, browser), *second_engine.measure(rehearsal)]
        figures += submissions.measure(rehearsal)
    print(show(figures))
    keep(figures, OUT)


if __name__ == "__main__":
    main()
