"""The journal notices what was changed or cut out."""

from dataclasses import replace

import pytest

from review.journal import Entry, is_whole
from tests.review.conftest import Station

Rows = list[tuple[Entry, bytes]]


def rows(count: int = 4) -> Rows:
    """A whole journal."""
    made: Rows = []
    for n in range(1, count + 1):
        prev = made[-1][1] if made else None
        entry = Entry(n=n, prev=prev, day="2026-11-10", what="case-opened", about=f"tern-slate {n}")
        made.append((entry, entry.hash()))
    return made


def test_an_untouched_journal_is_whole() -> None:
    assert is_whole(rows())
    assert is_whole([])


@pytest.mark.parametrize(
    "touched",
    [
        rows()[1:],
        rows()[:1] + rows()[2:],
        [rows()[0], (replace(rows()[1][0], about="nothing"), rows()[1][1]), *rows()[2:]],
        [rows()[0], (replace(rows()[1][0], day="2026-11-11"), rows()[1][1]), *rows()[2:]],
        [rows()[1], rows()[0], *rows()[2:]],
    ],
    ids=["head cut", "entry cut", "words changed", "day changed", "order changed"],
)
def test_a_touched_journal_is_not(touched: Rows) -> None:
    assert not is_whole(touched)


def test_a_rehashed_entry_does_not_fit_the_next_one() -> None:
    made = rows()
    changed = replace(made[1][0], about="nothing")
    assert not is_whole([made[0], (changed, changed.hash()), *made[2:]])


def test_what_a_vault_writes_is_whole(station: Station) -> None:
    for _ in range(3):
        station.look("cat", lambda store: store.note("vault-opened", "cat", "2026-11-10"))
    assert station.look("cat", lambda store: is_whole(list(store.journal())))
