"""How long things are kept. What is shown obeys these days at once; closing a day removes the bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crypto.wire.directory import Directory, Vault
from intake.clock import days_between, days_later
from intake.limits import REPLY_LIFETIME_DAYS
from intake.store import Change

Reason = Literal["purged", "limit"]
Left = tuple[int, str, str]
"""A manifest that still has submissions: its number, its day, and since which day it can be carried."""


def first_day_of_replies(today: str) -> str:
    """Replies of earlier days are gone, and earlier posts are refused."""
    return days_later(today, -REPLY_LIFETIME_DAYS)


def drop_old_replies(change: Change, today: str) -> int:
    """Replies that have waited long enough, and how many slots. Their hashes stay for ever: a later post must not bring
    them again."""
    return change.drop_slots_before(first_day_of_replies(today))


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The oldest manifest, `days` old, that waits for a backup by this vault; nobody is left to make one when `None`.

    What it lists is deleted at the first closing on `last` or later.
    """

    vault: str | None
    n: int
    day: str
    days: int
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Whose backups decide when submissions may go: a decision over directories, records, manifests and a day.

    `directories`: all that are held, ascending. `backups`: up to which manifest each vault has a verified backup, as
    its records say. `retention_days`: so long a submission waits at most since its manifest can be carried.
    """

    directories: Sequence[Directory]
    backups: Mapping[str, int]
    today: str
    retention_days: int

    def concerned(self, day: str) -> frozenset[str]:
        """Vaults that may have been sealed to on a day and still read: active in a directory that had begun by then,
        and active in the newest one."""
        then = {vault for one in self.directories if one.valid_from <= day for vault in _active(one)}
        return frozenset(then & {vault.id for vault in active_vaults(self.directories, self.today)})

    def without(self, n: int, day: str) -> list[str]:
        """Those of them, sorted, that have no backup of manifest `n` of that day."""
        return sorted(vault for vault in self.concerned(day) if self.backups.get(vault, 0) < n)

    def reason(self, n: int, day: str, since: str) -> Reason | None:
        """Why the submissions of a manifest, which can be carried `since` a day, may be deleted now, or nothing.

        Where nobody is left who reads them, nobody has a backup of them: they wait until the limit.
        """
        if self.concerned(day) and not self.without(n, day):
            return "purged"
        return "limit" if self._last(since) <= self.today else None

    def _last(self, since: str) -> str:
        return days_later(since, self.retention_days)

    def behind(self, left: Sequence[Left]) -> list[Behind]:
        """Who keeps submissions waiting; `left` are the manifests that still have some."""
        oldest: dict[str | None, Left] = {}
        for one in sorted(left):
            n, day, _since = one
            for vault in self.without(n, day) if self.concerned(day) else [None]:
                oldest.setdefault(vault, one)
        return [
            Behind(
                vault=vault,
                n=n,
                day=day,
                days=len(days_between(day, self.today)),
                last=self._last(since),
            )
            for vault, (n, day, since) in oldest.items()
        ]


def active_vaults(directories: Sequence[Directory], today: str) -> list[Vault]:
    """The vaults that read, by the newest directory whose first day has come."""
    begun = [one for one in directories if one.valid_from <= today]
    return [vault for vault in begun[-1].vaults if vault.status == "active"] if begun else []


def _active(directory: Directory) -> set[str]:
    return {vault.id for vault in directory.vaults if vault.status == "active"}
