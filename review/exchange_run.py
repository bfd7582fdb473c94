"""The one exchange of a desk, beside the pages that look on: planned, begun, stopped, over."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from review.exchange import Plan, Progress, Report, make_plan, run
from review.faults import place_of
from review.process import KeeperProcess
from review.refusals import Refused

Keepers = Mapping[str, KeeperProcess]


class ExchangeRun:
    """An exchange that goes on in a thread of its own. `report` or `refused` is there when it is over."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.progress = Progress(plan.to_read)
        self.report: Report | None = None
        self.refused: Refused | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is read or written any more."""
        return self.report is not None or self.refused is not None

    def start(self, keepers: Keepers, day: str) -> None:
        """Beside the one who asks."""
        threading.Thread(target=self.run, args=(keepers, day), daemon=True).start()

    def run(self, keepers: Keepers, day: str) -> None:
        """Until it is over."""
        try:
            self.report = run(self.plan, keepers, day, self.progress)
        except Exception as error:
            self.refused = Refused("broken", where=place_of(error))


class Exchanging:
    """What a desk remembers of its exchange: the plan that was shown last, and the run that was begun last."""

    def __init__(self, station: Path) -> None:
        self.plan: Plan | None = None
        self.run: ExchangeRun | None = None
        self._station = station
        self._turn = threading.Lock()

    @property
    def is_going_on(self) -> bool:
        """Whether something is being read or written now."""
        return self.run is not None and not self.run.is_over

    def look(self, keepers: Keepers, closed: tuple[str, ...], folder: Path, day: str) -> None:
        """Makes a plan and keeps it until it is begun, or another is made."""
        self._check_free()
        self.plan = make_plan(keepers, closed, self._station, folder, day)

    def begin(self, keepers: Keepers, day: str, *, with_records: bool, shown: str) -> bool:
        """Does what was planned, and nothing else; only once. Nothing when another plan was shown by its name.

        Whether the page that looks on has something to tell.
        """
        with self._turn:
            self._check_free()
            if self.plan is None:
                return True
            if shown != self.plan.name:
                return False
            plan = self.plan if with_records else replace(self.plan, records=None)
            self.plan, self.run = None, ExchangeRun(plan)
        self.run.start({vault: keepers[vault] for vault in plan.vaults}, day)
        return True

    def stop(self) -> None:
        """After the step that is going on."""
        if self.run is not None:
            self.run.progress.stop()

    def forget(self) -> None:
        """The desk is being locked: no further step, and no page about those that were."""
        self.stop()
        self.plan, self.run = None, None

    def _check_free(self) -> None:
        if self.is_going_on:
            raise Refused("exchange-running")
