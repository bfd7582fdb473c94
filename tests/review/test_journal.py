"""The journal notices what was changed or cut out."""

from base64 import urlsafe_b64encode
from dataclasses import replace

import pytest

from crypto.wire.digest import sha256
from review.journal import Entry, Row, is_whole, is_whole_in_rows
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
    assert not is_whole_in_rows(as_stored(touched))


def test_the_hash_of_an_entry_is_over_its_words_and_the_one_before_however_it_is_checked() -> None:
    one, two = (entry for entry, _ in rows(2))
    said = b'{"n":2,"prev":"%s","day":"2026-11-10","what":"case-opened","about":"tern-slate 2"}'
    assert two.hash() == sha256(said % urlsafe_b64encode(one.hash()).rstrip(b"="))
    assert is_whole(rows())
    assert is_whole_in_rows(as_stored(rows()))
    assert is_whole_in_rows([])


def as_stored(entries: Rows) -> list[Row]:
    """The same, as a database holds it."""
    return [(one.n, one.prev, one.day, one.what, one.about, stored) for one, stored in entries]


def test_a_rehashed_entry_does_not_fit_the_next_one() -> None:
    made = rows()
    changed = replace(made[1][0], about="nothing")
    assert not is_whole([made[0], (changed, changed.hash()), *made[2:]])


def test_what_a_vault_writes_is_whole(station: Station) -> None:
    for _ in range(3):
        station.look("cat", lambda store: store.note("vault-opened", "cat", "2026-11-10"))
    assert station.look("cat", lambda store: is_whole(list(store.journal())))
