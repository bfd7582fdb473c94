"""An exchange in a process of its own that is killed at some point, or one of its keepers; and what must hold then."""

import json
import os
import random
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from review.exchange import Progress, make_plan, read_file, run, steps_of
from review.post import read_post, send_post
from review.process import KeeperProcess
from review.recording import write_records
from review.vault import Header, open_under, vault_path
from tests.material import DAY
from tests.review.conftest import PASSPHRASE, Station
from tests.review.exchanged import VAULTS, Desk, Near, content
from tests.review.reading import slots_of

WEB = "the web process"
VICTIMS = (WEB, *VAULTS)
_LOOK_SECONDS = 0.0001
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A station and a stick before an exchange, to be copied; the keys of the vaults."""

    folder: Path
    keys: dict[str, tuple[Header, bytes]] = field(repr=False)

    def copy(self, to: Path) -> Desk:
        """The same, to be changed; nothing is open."""
        shutil.copytree(self.folder, to, symlinks=True)
        return Desk(looked_at(to / "station", self.keys), to / "stick")


def looked_at(folder: Path, keys: dict[str, tuple[Header, bytes]]) -> Station:
    """A station whose vaults are open in this process, without their passphrases."""
    station = Station(folder, None)  # type: ignore[arg-type]  # nothing here asks for the portal
    for name, (header, key) in keys.items():
        station.vaults[name] = open_under(vault_path(folder, name), header, key)
    return station


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """What an undisturbed exchange goes through: contents of each vault after every step, and the files at the end.

    `work` counts what each process reads and writes meanwhile, in calls; `seconds` is how long it takes.
    """

    before: dict[str, bytes]
    states: dict[str, list[str]]
    told: dict[str, int]
    files: dict[str, bytes]
    work: dict[str, int] = field(default_factory=dict)
    seconds: float = 1.0


def go_clean(start: Start, to: Path) -> Clean:
    """Takes the steps one by one, and looks after each."""
    desk = start.copy(to)
    before = files_on(desk.stick)
    for name in VAULTS:
        desk.open(name)
    plan = desk.plan()
    states = {name: [content(desk.station, name)] for name in VAULTS}

    def look() -> None:
        for name in VAULTS:
            now = content(desk.station, name)
            if now != states[name][-1]:
                states[name].append(now)

    for step in steps_of(plan):
        if step.file is not None:
            assert read_file(desk.keepers[step.vault], step.vault, step.file.path, DAY).refused is None
            look()
    untold = {name: len(states[name]) for name in VAULTS}
    assert plan.post is not None
    assert plan.records is not None
    assert send_post(desk.keepers, plan.post, DAY) is not None
    look()
    write_records(desk.keepers, plan.records, DAY)
    look()
    return Clean(before=before, states=states, told=untold, files=files_on(desk.stick))


def files_on(stick: Path) -> dict[str, bytes]:
    """Names and bytes, also of what is unfinished."""
    return {path.name: path.read_bytes() for path in sorted(stick.iterdir())}


def faults(desk: Desk, clean: Clean) -> list[str]:
    """What is neither as before nor as after a step, when nothing runs any more."""
    found = []
    here = files_on(desk.stick)
    for name, data in here.items():
        if name not in clean.files and not name.startswith(".unfinished-exchange-"):
            found.append(f"a file that no exchange writes: {name}")
        elif name in clean.files and data != clean.files[name]:
            found.append(f"a file that is not whole: {name}")
    found += [f"a file that is gone: {name}" for name in clean.before if name not in here]
    for vault in VAULTS:
        now = content(desk.station, vault)
        if now not in clean.states[vault]:
            found.append(f"{vault} holds what no step leaves")
        elif clean.states[vault].index(now) >= clean.told[vault] and not is_on_its_way(desk, clean):
            found.append(f"{vault} was told that its replies left, and they did not")
    return found


def is_on_its_way(desk: Desk, clean: Clean) -> bool:
    """Whether a whole post stands on the stick with all that waited."""
    for path in desk.stick.glob("post-*.tar"):
        if read_post(path) is not None:
            return slots_of(path.read_bytes()) == slots_of(clean.files[path.name])
    return False


def faults_in_the_end(desk: Desk, clean: Clean) -> list[str]:
    """What differs from an undisturbed exchange after another one has ended well."""
    for name in VAULTS:
        desk.keepers[name] = Near(desk.station.folder, name)
        desk.open(name)
    found = [] if desk.exchange().is_whole else ["the next exchange does not end well"]
    if files_on(desk.stick) != clean.files:
        found.append(f"other files: {sorted(set(files_on(desk.stick)) ^ set(clean.files))}")
    return found + [f"{name} differs" for name in VAULTS if content(desk.station, name) != clean.states[name][-1]]


@dataclass(slots=True, kw_only=True)
class Going:
    """An exchange that waits for a word; its processes by name."""

    pids: dict[str, int]
    go: int
    said: int

    def begin(self) -> None:
        """The word."""
        os.write(self.go, b"g")

    def end(self) -> dict[str, float]:
        """Waits until nothing of it runs; what the undisturbed one says of its work, or nothing."""
        with os.fdopen(self.said, "rb") as source:
            lines = source.read().splitlines()
        os.close(self.go)
        os.waitpid(self.pids[WEB], 0)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while any(_lives(pid) for pid in self.pids.values()):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        found: dict[str, float] = json.loads(lines[-1]) if lines else {}
        return found


def set_going(desk: Desk) -> Going:
    """In a process of its own, with keepers that are real ones."""
    wait, go = os.pipe()
    said, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go)
        os.close(said)
        status = 1
        try:
            _exchange(desk, wait, say)
            status = 0
        finally:
            os._exit(status)
    os.close(wait)
    os.close(say)
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(said, 1)
    return Going(pids={WEB: pid, **json.loads(line)}, go=go, said=said)


def _exchange(desk: Desk, wait: int, say: int) -> None:
    keepers = {name: KeeperProcess(desk.station.folder, name) for name in VAULTS}
    for fd in (wait, say):
        os.set_inheritable(fd, False)
    for keeper in keepers.values():
        keeper.open(PASSPHRASE, DAY)
    pids = {name: keeper.pid for name, keeper in keepers.items()}
    os.write(say, json.dumps(pids).encode() + b"\n")
    os.read(wait, 1)
    before, begun = {name: work_of(pid) for name, pid in {WEB: os.getpid(), **pids}.items()}, time.monotonic()
    run(make_plan(keepers, (), desk.station.folder, desk.stick, DAY), keepers, DAY, Progress())
    after = {name: work_of(pid) for name, pid in {WEB: os.getpid(), **pids}.items()}
    done = {name: after[name] - before[name] for name in before}
    os.write(say, json.dumps({**done, "seconds": time.monotonic() - begun}).encode() + b"\n")
    for keeper in keepers.values():
        keeper.end()


def work_of(pid: int) -> int:
    """Calls that read or wrote, as Linux counts them; 0 where it does not tell."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/io").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(("syscr", "syscw")))
    return 0


def kill_at(going: Going, victim: str, share: float, clean: Clean) -> bool:
    """Kills it after this share of its usual work, or of the time; whether it was still there."""
    pid, work = going.pids[victim], clean.work.get(victim, 0)
    before, begun = work_of(pid), time.monotonic()
    going.begin()
    deadline = begun + (10 if work else share) * clean.seconds
    while time.monotonic() < deadline and not (work and work_of(pid) - before >= share * work):
        if not _lives(pid):
            return False
        time.sleep(_LOOK_SECONDS)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def try_kill(start: Start, clean: Clean, to: Path, dice: random.Random) -> tuple[str, list[str]]:
    """One exchange that is killed; who and when, and what was wrong afterwards."""
    victim, share = dice.choice(VICTIMS), dice.random()
    desk = start.copy(to)
    going = set_going(desk)
    hit = kill_at(going, victim, share, clean)
    going.end()
    found = faults(desk, clean) + faults_in_the_end(desk, clean)
    for vault in desk.station.vaults.values():
        vault.close()
    shutil.rmtree(to)
    return f"{victim} at {share:.3f}{'' if hit else ', too late'}", found


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
