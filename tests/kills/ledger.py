"""What was sent, what was answered, and what went wrong: the promises that the judge holds intake to."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Digests = Mapping[bytes, bytes]
"""The SHA-256 of each part, by its name (16)."""


@dataclass(slots=True, kw_only=True, eq=False)
class Promise:
    """One submission: the SHA-256 of its envelope and parts, and the moments (monotonic) of what was answered."""

    number: int
    id: bytes
    envelope: bytes
    length: int
    parts: Digests
    staged: set[bytes] = field(default_factory=set)
    stored: float | None = None
    unwanted: float | None = None
    deleted: float | None = None

    @property
    def kept(self) -> bool:
        """Its author heard 204, and never asked to have it deleted."""
        return self.stored is not None and self.unwanted is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Shared by everybody who takes part; `taken` is what the courier read in bundles that were whole."""

    _promises: dict[bytes, Promise] = field(default_factory=dict)
    taken: dict[bytes, tuple[bytes, Digests]] = field(default_factory=dict)
    posts: dict[frozenset[bytes], bool] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def promise(self, promise: Promise) -> None:
        """Before anything of it is sent."""
        with self._lock:
            self._promises[promise.id] = promise

    def of(self, submission_id: bytes) -> Promise | None:
        """What is known of an ID."""
        with self._lock:
            return self._promises.get(submission_id)

    def promises(self) -> list[Promise]:
        """All so far."""
        with self._lock:
            return list(self._promises.values())

    def count(self, what: str) -> None:
        """One more."""
        with self._lock:
            self.counts[what] += 1

    def fault(self, words: str) -> None:
        """The run goes on: what a fault leads to is worth seeing."""
        with self._lock:
            self.faults.append(words)

    def fault_all(self, words: Iterable[str]) -> None:
        """Several."""
        for one in words:
            self.fault(one)


def now() -> float:
    """The one clock of all moments here."""
    return time.monotonic()
