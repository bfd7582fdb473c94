"""One exchange with a stick: what is planned, its steps in their order, and what came of each.

First every file is read into every open vault, one transaction each; then the post; then the records. Broken off
between two steps it leaves each of them done or not begun, and the next exchange goes on from there.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from crypto.wire.age import SLOT_LENGTH
from crypto.wire.record import MOST_RECORD
from crypto.wire.reply import MOST_FRAGMENTS
from review.exchange_files import Incoming, Lying, free_name, look
from review.faults import place_of
from review.files import sweep_carried
from review.post import MOST_SLOTS_OF_POST, Posted, send_posts
from review.process import KeeperProcess
from review.recording import Recorded, write_records
from review.refusals import Refused
from review.sticks import room_in

Keepers = Mapping[str, KeeperProcess]
Do = Literal["read", "post", "records"]

_PER_SLOT = SLOT_LENGTH + 1_536
"""Its header and filling, and its line in the post's list."""

_PER_FILE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an exchange will read and write, under a name that no other has.

    `replies` are those that wait, by vault; `closed` are vaults not open. `post` and `records` are the files to be
    written, none where nothing leaves; where very much waits, further posts come beside it. Lengths are in bytes:
    `needed` and `free` of the folder, `station_free` of where the vaults lie.
    """

    name: str
    folder: Path
    lying: Lying
    vaults: tuple[str, ...]
    closed: tuple[str, ...]
    replies: Mapping[str, int]
    post: Path | None
    records: Path | None
    needed: int
    free: int
    is_read_only: bool
    station_free: int

    @property
    def to_read(self) -> int:
        """Bytes: every file once for every vault."""
        return len(self.vaults) * sum(one.bytes for one in self.lying.incoming)

    @property
    def has_room(self) -> bool:
        """Whether what leaves can be written there."""
        return not self.is_read_only and self.needed <= self.free


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens wholly or not at all; a file and a vault where one is read."""

    do: Do
    file: Incoming | None = None
    vault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one file brought to one vault, in figures of `review.transfer`; or why nothing of it was kept."""

    vault: str
    name: str
    figures: Mapping[str, Any]
    refused: Refused | None


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of an exchange; what was refused has left nothing half done."""

    readings: list[Reading] = field(default_factory=list)
    posts: list[Posted] = field(default_factory=list)
    recorded: Recorded | None = None
    post_refused: Refused | None = None
    records_refused: Refused | None = None
    is_stopped: bool = False

    @property
    def figures(self) -> Counter[str]:
        """All readings together."""
        found = Counter[str]()
        for reading in self.readings:
            found.update({name: value for name, value in reading.figures.items() if name in _COUNTED})
        return found

    @property
    def replies(self) -> int:
        """How many leave, with all posts."""
        return sum(one.replies for one in self.posts)

    @property
    def untold(self) -> tuple[str, ...]:
        """The vaults that could not be told that theirs leave."""
        return tuple(vault for one in self.posts for vault in one.untold)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was refused or left out because somebody stopped it."""
        refused = (self.post_refused, self.records_refused, *(one.refused for one in self.readings))
        return not self.is_stopped and not any(refused) and not self.untold


class Progress:
    """How far an exchange is, for whoever looks on; stopped, it ends between two steps."""

    def __init__(self, to_read: int = 0) -> None:
        self.to_read = to_read
        self.step: Step | None = None
        self._before = 0
        self._here = 0
        self._stop = threading.Event()

    @property
    def read(self) -> int:
        """Bytes that are read, or need not be."""
        return self._before + self._here

    @property
    def is_stopped(self) -> bool:
        """Whether somebody has asked to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """No further step begins."""
        self._stop.set()

    def begin(self, step: Step) -> None:
        """What is being done now."""
        self.step, self._here = step, 0

    def so_far(self, done: int) -> None:
        """Bytes of this step's file."""
        self._here = done

    def end(self, step: Step) -> None:
        """This step is over, also when it was refused in the middle."""
        self._before += step.file.bytes if step.file is not None else 0
        self._here = 0


Say = Callable[[Reading], object]

_COUNTED = ("days", "new", "followup", "double", "foreign", "aside", "parts", "gone", "absent", "lost", "post_keys")


def make_plan(keepers: Keepers, closed: tuple[str, ...], station: Path, folder: Path, day: str) -> Plan:
    """Looks and writes nothing. Raises `Refused` when the folder is none, or lies in the station."""
    if not folder.is_absolute() or not folder.is_dir():
        raise Refused("no-folder", path=repr(folder.name))
    if folder.resolve().is_relative_to(station.resolve()):
        raise Refused("inside-station", path=repr(folder.name))
    try:
        (free, is_read_only), (station_free, _) = room_in(folder), room_in(station)
    except OSError:
        raise Refused("no-folder", path=repr(folder.name)) from None
    replies = {vault: keeper.ask("state", day)["replies_waiting"] for vault, keeper in sorted(keepers.items())}
    waiting = sum(replies.values())
    return Plan(
        name=secrets.token_hex(16),
        folder=folder,
        lying=look(folder),
        vaults=tuple(replies),
        closed=closed,
        replies=replies,
        post=free_name(folder, "post", day) if waiting else None,
        records=free_name(folder, "records", day),
        needed=(2 + waiting * MOST_FRAGMENTS // MOST_SLOTS_OF_POST) * _PER_FILE
        + waiting * MOST_FRAGMENTS * _PER_SLOT
        + len(replies) * MOST_RECORD,
        free=free,
        is_read_only=is_read_only,
        station_free=station_free,
    )


def steps_of(plan: Plan) -> tuple[Step, ...]:
    """In their order: nothing is written before everything is read, and a vault's record says what it has read."""
    reading = [Step(do="read", file=file, vault=vault) for file in plan.lying.incoming for vault in plan.vaults]
    writing = [Step(do="post")] if plan.post is not None else []
    return (*reading, *writing, *([Step(do="records")] if plan.records is not None else []))


def run(plan: Plan, keepers: Keepers, day: str, progress: Progress, say: Say = lambda _reading: None) -> Report:
    """Takes the steps one after the other; what is refused in one stops none of the others."""
    report = Report()
    for step in steps_of(plan):
        if progress.is_stopped:
            report.is_stopped = True
            break
        progress.begin(step)
        if step.file is not None:
            reading = read_file(keepers[step.vault], step.vault, step.file.path, day, progress.so_far)
            report.readings.append(reading)
            say(reading)
        else:
            _write(step.do, plan, keepers, day, report)
        progress.end(step)
    progress.step = None
    return report


def read_file(
    keeper: KeeperProcess, vault: str, path: Path, day: str, told: Callable[[int], None] = lambda _done: None
) -> Reading:
    """Takes one file into one vault, wholly or not."""
    try:
        figures = keeper.follow(told, "take", day, path=str(path))
    except Refused as refused:
        return Reading(vault=vault, name=path.name, figures={}, refused=refused)
    return Reading(vault=vault, name=path.name, figures=figures, refused=None)


def _write(do: Do, plan: Plan, keepers: Keepers, day: str, report: Report) -> None:
    """Posts or records. What is not refused is durable under its name when this returns."""
    out = plan.post if do == "post" else plan.records
    assert out is not None
    try:
        _check_open(report)
        _check_room(plan, out)
        sweep_carried(plan.folder)
        if do == "post":
            for posted in send_posts(keepers, out, day, plan.lying.posts, partial(free_name, plan.folder, "post", day)):
                report.posts.append(posted)
        else:
            report.recorded = _records(keepers, out, day, plan.lying.records)
    except Exception as error:
        # What nobody foresaw is told by kind and place, and the other steps go on.
        refused = error if isinstance(error, Refused) else Refused("broken", where=place_of(error))
        if do == "post":
            report.post_refused = refused
        else:
            report.records_refused = refused


def _check_open(report: Report) -> None:
    """When a vault was locked in between, nothing is written before it has read its part: once more, then."""
    for refused in (*(one.refused for one in report.readings), report.post_refused):
        if refused is not None and refused.code == "keeper-gone":
            raise refused


def _check_room(plan: Plan, out: Path) -> None:
    try:
        free, is_read_only = room_in(plan.folder)
    except OSError:
        raise Refused("no-folder", path=repr(plan.folder.name)) from None
    if is_read_only:
        raise Refused("stick-read-only", path=repr(plan.folder.name))
    if plan.needed > free:
        raise Refused("stick-full", path=repr(out.name))


def _records(keepers: Keepers, out: Path, day: str, lying: tuple[Path, ...]) -> Recorded:
    recorded = write_records(keepers, out, day, lying)
    if not recorded.written:
        raise Refused("no-records")
    return recorded
