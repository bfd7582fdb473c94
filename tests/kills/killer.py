"""Who is killed, and when: dice that fall the same for the same seed, and a list of what they did."""

import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import sleep

from tests.kills.courier import COMMANDS, Courier, Running
from tests.kills.ledger import Ledger, now
from tests.kills.service import Service, kill

Strike = Callable[[], bool]
"""Kills somebody; whether there was anybody."""

_SHARES = {"everything": 15, "the arbiter": 7, "all workers": 12, "a worker": 28}
_COMMANDS = 38
"""Of a hundred kills."""

_EACH_MORE = 3
_PAUSE_SECONDS = 0.4
_AIMS = ("its start", "its writing", "its writing", "its writing", "its end", "any moment")
_ENDS_ALL = ("everything", "the arbiter")
_AGAIN_SECONDS = 60
_ENVELOPE = 300_000
"""So many bytes a worker writes at most when it stores an envelope; a part is three times that."""

_LOOK_SECONDS = 0.0002


@dataclass(slots=True, kw_only=True, eq=False)
class Killer:
    """Kills a number of times, in ways that have their shares; `more` are further ways.

    Commands and servers are killed side by side: neither waits for the other.
    """

    service: Service
    courier: Courier
    ledger: Ledger
    dice: random.Random
    more: Mapping[str, Strike] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def run(self, kills: int) -> None:
        """As many as that; ends early when the service does not come back."""
        ways = [way for way, share in _SHARES.items() for _ in range(round(kills * share / 100))]
        ways += [way for way in self.more for _ in range(_EACH_MORE)]
        self.dice.shuffle(ways)
        commands = CommandKiller(courier=self.courier, dice=random.Random(self.dice.random()))
        with ThreadPoolExecutor(1) as beside:
            done = beside.submit(commands.run, round(kills * _COMMANDS / 100), self._note)
            for way in ways:
                sleep(self.dice.uniform(0, 2 * _PAUSE_SECONDS))
                if not self._strike(way):
                    break
            done.result()

    def _strike(self, way: str) -> bool:
        """Whether the service lives on."""
        strikes: Mapping[str, Strike] = {
            "everything": self._everything,
            "the arbiter": lambda: kill_all([self.service.arbiter()]),
            "all workers": lambda: kill_all(self.service.workers()),
            "a worker": self._worker,
            **self.more,
        }
        starts = self.service.starts
        self._note(way, until_hit(strikes[way]))
        if way not in _ENDS_ALL and way not in self.more:
            return True
        waited = self.service.answers_again(_AGAIN_SECONDS, starts + (way in _ENDS_ALL))
        if waited is None:
            self.ledger.fault("the service does not start again by itself")
            return False
        self.waits.append(waited)
        return True

    def _note(self, way: str, hit: bool) -> None:
        if not hit:
            self.ledger.fault(f"nobody was there to be killed: {way}")
        self.history.append(f"{now():.3f} {way}")
        self.ledger.count(f"killed {way.partition(',')[0]}")

    def _everything(self) -> bool:
        """As when the machine's operator, or its memory, ends all at once: commands too."""
        running = self.courier.running
        workers = self.service.workers()
        arbiter = kill_all([self.service.arbiter()])
        kill_all(workers)
        if running is not None and running.process.poll() is None:
            running.process.kill()
        return arbiter

    def _worker(self) -> bool:
        """Every other time one that is just writing."""
        workers = self.service.workers()
        if not workers:
            return False
        chosen = self.dice.choice(workers)
        if self.dice.random() < 0.5:
            wait_for_writing(chosen, self.dice.randrange(3 * _ENVELOPE), 1.0)
        return kill_all([chosen])


@dataclass(slots=True, kw_only=True, eq=False)
class CommandKiller:
    """Asks the courier for a command, and kills it at some point of its life."""

    courier: Courier
    dice: random.Random
    _writes: dict[str, int] = field(default_factory=dict)

    def run(self, kills: int, note: Callable[[str, bool], None]) -> None:
        """Every command at every point in turn, in an order of the dice."""
        aims = [(name, aim) for name in COMMANDS for aim in _AIMS]
        self.dice.shuffle(aims)
        for name, aim in islice(cycle(aims), kills):
            hit = self._kill(name, aim) or until_hit(partial(self._kill, name, "any moment"))
            note(f"a command, {name}, {aim}", hit)

    def _kill(self, name: str, aim: str) -> bool:
        """Whether the next command of this name was still there."""
        running = self._next(name)
        if running is None:
            return False
        usual = self.courier.usual.get(name, 1.0)
        if aim == "its start":
            sleep(self.dice.uniform(0, 0.1))
        elif aim == "its writing":
            most = self._writes.get(running.file, _ENVELOPE)
            written = wait_for_writing(running.process.pid, round(most * self.dice.random()), 3 * usual)
            self._writes[running.file] = max(self._writes.get(running.file, 0), written)
        elif aim == "its end":
            sleep(usual * self.dice.uniform(0.85, 1.0))
        else:
            sleep(usual * self.dice.uniform(0, 0.7))
        if running.process.poll() is not None:
            return False
        running.process.kill()
        return True

    def _next(self, name: str) -> Running | None:
        before, self.courier.wanted = self.courier.running, name
        with self.courier.changed:
            self.courier.changed.wait_for(lambda: self._is_next(name, before), _AGAIN_SECONDS)
            running = self.courier.running
        self.courier.wanted = None
        return running if self._is_next(name, before) else None

    def _is_next(self, name: str, before: Running | None) -> bool:
        running = self.courier.running
        return running is not None and running is not before and running.name == name


def until_hit(strike: Strike) -> bool:
    """Again, for a while, when nobody was there."""
    until = now() + _AGAIN_SECONDS
    while not (hit := strike()) and now() < until:
        sleep(0.02)
    return hit


def kill_all(processes: Sequence[int | None]) -> bool:
    """Whether any of them was there."""
    return sum(kill(one) for one in processes if one is not None) > 0


def wait_for_writing(process: int, count: int, seconds: float) -> int:
    """Until it wrote more than so many bytes from now on, ended, or took too long; how many it was seen to write.

    A moment that is chosen so falls in the short times in which something is half done, and not while modules load.
    """
    until, before, last = now() + seconds, _written(process), 0
    while last <= count and now() < until and (written := _written(process)) >= before:
        last = written - before
        sleep(_LOOK_SECONDS)
    return last


def _written(process: int) -> int:
    """How many bytes it wrote so far, as Linux counts them; nothing when it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/io").read_text().splitlines():
            if line.startswith("wchar: "):
                return int(line.removeprefix("wchar: "))
    return -1
