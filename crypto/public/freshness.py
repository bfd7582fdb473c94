"""Whether anybody still confirms the directory that is believed: a decision over notes and a day (FORMAT.md 4.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crypto.errors import CryptoError
from crypto.public.trust import Believed
from crypto.public.verify import verify_note
from crypto.wire.directory import NamedKey
from crypto.wire.note import Note, body
from crypto.wire.record import NamedDirectory, Record

State = Literal["fresh", "stale", "closed"]
STALE_AFTER_DAYS = 21
CLOSED_AFTER_DAYS = 45
DAYS_AHEAD = 1
CONFIRMATIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """`stale`: readers warn; `closed`: writers stop. `newer`: fetch again. `forked`: two directories share a number."""

    state: State
    newer: bool
    forked: bool


def freshness(believed: Believed, records: Iterable[Note]) -> Freshness:
    """What the vaults' records say of the believed directory, on the day for which it is believed.

    The server chooses which records to show. One that does not count, in whatever way, is as good as not shown.
    """
    counting = [found for note in records if (found := _counting(believed, note)) is not None]
    current = NamedDirectory(seq=believed.directory.seq, hash=believed.note.hash())
    named = [record.directory for _, record in counting]
    return Freshness(
        state=_state(_days_between(_start(believed, current, _newest(counting)), believed.day)),
        newer=any(one.seq > current.seq for one in named),
        forked=any(one.seq == current.seq and one.hash != current.hash for one in named),
    )


def _counting(believed: Believed, note: Note) -> tuple[str, Record] | None:
    """Vault and record, when an active vault made its one signature and the day is at most one after today."""
    name = note.signatures[0].name
    vault = believed.directory.vault(name)
    if vault is None or vault.status != "active":
        return None
    try:
        verify_note(note, NamedKey(name=name, key=vault.key))
        record = Record.parse(body(note, "record", believed.portal))
    except CryptoError:
        return None
    return (name, record) if _days_between(believed.day, record.day) <= DAYS_AHEAD else None


def _newest(counting: Sequence[tuple[str, Record]]) -> list[Record]:
    """One record a vault: the one with the largest `n`."""
    rising = sorted(counting, key=lambda one: (one[1].n, one[1].day))
    return list(dict(rising).values())


def _start(believed: Believed, current: NamedDirectory, records: Sequence[Record]) -> str:
    """The day on which the clock starts."""
    active = sum(vault.status == "active" for vault in believed.directory.vaults)
    needed = 1 if active == 1 else CONFIRMATIONS
    confirmed = sorted((record.day for record in records if record.directory == current), reverse=True)
    valid_from = believed.directory.valid_from
    return max(valid_from, confirmed[needed - 1]) if len(confirmed) >= needed else valid_from


def _state(days: int) -> State:
    if days > CLOSED_AFTER_DAYS:
        return "closed"
    return "stale" if days > STALE_AFTER_DAYS else "fresh"


def _days_between(first: str, second: str) -> int:
    return (date.fromisoformat(second) - date.fromisoformat(first)).days
