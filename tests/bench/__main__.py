"""`make bench`: measures, shows a table, and keeps the figures in .build/bench.json."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from deploy.commands import Commands
from deploy.rehearsal import prepare
from tests.bench import (
    crowd,
    desk,
    export,
    files_in_page,
    postgresql,
    script,
    second_engine,
    start,
    station,
    streams,
    submissions,
    visit,
)
from tests.bench.figure import keep, show
from tests.bench.portal import fifteen_vaults, make_intake
from tests.chromium import started_chromium

OUT = Path(__file__).resolve().parents[2] / ".build" / "bench.json"


def main() -> None:
    """The demo's portal, and one of the size that is planned for."""
    figures = [*streams.measure(), *station.measure(), *desk.measure(), *script.measure()]
    with tempfile.TemporaryDirectory() as name, started_chromium() as browser:
        folder = Path(name)
        commands, portal = Commands(folder=folder), fifteen_vaults()
        rehearsal, large = prepare(commands, datetime.now(UTC).date()), make_intake(folder / "fifteen", portal)
        figures += [*visit.measure(rehearsal, large, browser), *second_engine.measure(rehearsal)]
        figures += files_in_page.measure(rehearsal, browser)
        figures += start.measure(rehearsal)
        figures += [*submissions.measure(rehearsal), *postgresql.measure(commands, folder, portal)]
        figures += [*crowd.measure(commands, large, portal), *export.measure(commands, large, portal)]
    print(show(figures))
    keep(figures, OUT)


if __name__ == "__main__":
    main()
