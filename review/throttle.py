"""Wrong passphrases make the next try wait, longer each time, also when the process that heard them is gone.

`.throttle.json` in the station's folder counts the wrong tries of each vault, and says since when it waits: in seconds
since the machine was started, which no setting of its clock changes. After a start of the machine the waiting begins
anew. Every try is counted before it is made, so that ending the process saves nobody a try.

It holds no secret. Who can write into the folder has the vault itself, and is held up by Argon2id alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from crypto.errors import FormatError
from crypto.wire.fields import Members, encode_json, is_name, parse_json
from review.durable import FolderTakenError, alone_in, replace_file
from review.refusals import Refused

WRONG = ("wrong-passphrase", "wrong-together")
"""The refusals that are wrong tries."""

FREE_TRIES = 3
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 300
FILE_NAME = ".throttle.json"
_MOST_FILE = 65_536
_MOST_VAULTS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """How often a passphrase of a vault was wrong, and since which second it waits."""

    tries: int = 0
    since: int = 0

    @property
    def wait(self) -> int:
        """Seconds, from the third try on, doubling."""
        if self.tries < FREE_TRIES:
            return 0
        return int(min(FIRST_WAIT_SECONDS * 2 ** min(self.tries - FREE_TRIES, 10), LONGEST_WAIT_SECONDS))


# What is not known to be less: the file was damaged.
_UNKNOWN = Wrong(tries=FREE_TRIES)


class Throttle:
    """Of one station. `moment` counts seconds since the machine was started; `boot` names that start."""

    def __init__(self, station: Path, moment: Callable[[], float], boot: str | None = None) -> None:
        self._station = station
        self._moment = moment
        self._boot = boot_id() if boot is None else boot

    @contextmanager
    def trying(self, vault: str) -> Iterator[None]:
        """Around one try. Refuses while the vault has to wait; what is refused for another reason was no wrong try."""
        before, counted = self._count(vault)
        try:
            yield
        except Refused as refused:
            if refused.code not in WRONG:
                self._take_back(vault, before, counted)
            raise
        self._set(vault, Wrong())

    def _count(self, vault: str) -> tuple[Wrong, Wrong]:
        with self._alone(vault):
            known, now = self._read(), int(self._moment())
            found = known.get(vault, Wrong())
            left = found.since + found.wait - self._moment()
            if found.wait and left > 0:
                self._write(known)
                raise Refused("wait", seconds=ceil(left))
            counted = Wrong(tries=found.tries + 1, since=now)
            self._write({**known, vault: counted})
            return found, counted

    def _take_back(self, vault: str, before: Wrong, counted: Wrong) -> None:
        """One try, and none that others made meanwhile."""
        with suppress(FolderTakenError), alone_in(self._station):
            known = self._read()
            found = known.get(vault, Wrong())
            left = before if found == counted else replace(found, tries=max(0, found.tries - 1))
            self._write({**known, vault: left})

    def _set(self, vault: str, wrong: Wrong) -> None:
        # What cannot be written down now stays counted: the try itself has gone well.
        with suppress(FolderTakenError), alone_in(self._station):
            self._write({**self._read(), vault: wrong})

    @contextmanager
    def _alone(self, vault: str) -> Iterator[None]:
        try:
            with alone_in(self._station):
                yield
        except FolderTakenError:
            raise Refused("busy", vault=vault) from None

    def _read(self) -> dict[str, Wrong]:
        """Of another start of the machine, or from a time that has not come: all wait from now on."""
        now = int(self._moment())
        try:
            boot, known = _parse((self._station / FILE_NAME).read_bytes())
        except FileNotFoundError:
            return {}
        except FormatError:
            names = (path.stem for path in self._station.glob("*.vault"))
            return {name: replace(_UNKNOWN, since=now) for name in names if is_name(name)}
        is_same = boot == self._boot
        return {
            vault: wrong if is_same and wrong.since <= now else replace(wrong, since=now)
            for vault, wrong in known.items()
        }

    def _write(self, known: dict[str, Wrong]) -> None:
        listed = [
            {"vault": vault, "tries": wrong.tries, "since": wrong.since}
            for vault, wrong in sorted(known.items())
            if wrong.tries
        ]
        replace_file(self._station / FILE_NAME, encode_json({"v": 1, "boot": self._boot, "wrong": listed}))


def boot_id() -> str:
    """What tells one start of the machine from another, where the system says it."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _parse(data: bytes) -> tuple[str, dict[str, Wrong]]:
    members = Members(parse_json(data, most=_MOST_FILE), "throttle")
    members.integer("v", least=1, most=1)
    boot, known = members.text("boot", most=64), dict[str, Wrong]()
    for value in members.list("wrong", most=_MOST_VAULTS):
        one = Members(value, "wrong")
        known[one.name("vault")] = Wrong(tries=one.integer("tries", least=1), since=one.integer("since", least=0))
        one.end()
    members.end()
    return boot, known
