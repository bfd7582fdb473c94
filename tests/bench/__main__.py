"""`make bench`: measures, shows a table, and keeps the figures in .build/bench.json."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from deploy.commands import Commands
from deploy.rehearsal import prepare
from tests.bench import submissions, visit
from tests.bench.figure import keep, show
from tests.journey.conftest import CHROMIUM, CHROMIUM_ARGUMENTS

OUT = Path(__file__).resolve().parents[2] / ".build" / "bench.json"


def main() -> None:
    """One portal for all figures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        rehearsal = prepare(Commands(folder=Path(folder)), datetime.now(UTC).date())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        figures = [*visit.measure(rehearsal, browser), *submissions.measure(rehearsal)]
        browser.close()
    print(show(figures))
    keep(figures, OUT)


if __name__ == "__main__":
    main()
