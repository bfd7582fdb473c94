"""Names that can be said aloud and say nothing."""

import re

import pytest

from review.pseudonyms import new_pseudonym, words
from tests.material import Portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import Station


def test_the_words_are_many_short_and_all_different() -> None:
    known = words()
    assert len(known) >= 200
    assert len(set(known)) == len(known)
    assert all(re.fullmatch(r"[a-z]{3,8}", word) for word in known)


def test_no_word_is_the_start_of_too_many_others() -> None:
    heads = [word[:4] for word in words()]
    assert max(heads.count(head) for head in heads) <= 3


def test_a_pseudonym_is_two_words_and_two_digits() -> None:
    assert re.fullmatch(r"[a-z]+-[a-z]+ [0-9]{2}", new_pseudonym(lambda _name: False))


def test_a_taken_pseudonym_is_not_given_again() -> None:
    taken: set[str] = set()
    for _ in range(50):
        made = new_pseudonym(taken.__contains__)
        assert made not in taken
        taken.add(made)


def test_a_full_vault_says_so() -> None:
    with pytest.raises(RuntimeError):
        new_pseudonym(lambda _name: True)


def test_the_same_thread_has_another_pseudonym_in_another_vault(station: Station, portal: Portal) -> None:
    station.add("ced")
    writers = [Writer(portal=portal, committees=("cat", "ced")) for _ in range(6)]
    file = bundle(portal, [close_day(portal, [writer.seal(writer.account()) for writer in writers])])
    station.take("cat", file)
    station.take("ced", file)
    names = [
        {row.case.thread.key: row.case.pseudonym for row in station.look(vault, lambda store: store.inbox())}
        for vault in ("cat", "ced")
    ]
    assert names[0].keys() == names[1].keys()
    assert names[0] != names[1]
