"""Which runs of words an answer may not share with what it answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.content import WORDS_IN_A_ROW, copied_run

CASES = [
    ("one two three four five six", "zero one two three four five six seven", "one two three four five six"),
    ("one two three four five", "one two three four five six", None),
    ("ONE, two; three – four\nfive SIX!", "one two three four five six", "ONE, two; three – four\nfive SIX"),
    ("Café de l’été à la mer", "café de l'été à la mer", "Café de l’été à la mer"),
    ("one two three X four five six", "one two three four five six", None),
    ("他们来到我姐姐的家里问文件", "昨天他们来到我姐姐的家里问文件。", "他们来到我姐姐的家里问文"),
    ("他们来到我姐姐的家里", "他们来到我姐姐的家里问文件", None),
    ("جاؤوا إلى بيت أختي بعد يومين", "قالت جاؤوا إلى بيت أختي بعد يومين من", "جاؤوا إلى بيت أختي بعد يومين"),
    ("one two three four five six", "one t\u200bwo three fo\u00adur five six", "one two three four five six"),
    (
        "one two thr\u200bee fo\u2060ur five s\u00adix.",
        "one two three four five six",
        "one two thr\u200bee fo\u2060ur five s\u00adix",
    ),
    ("他们来\u200b到我姐姐的家里问文件", "他们来到我姐姐的家里问文件", "他们来\u200b到我姐姐的家里问文"),
    ("", "one two three four five six", None),
    ("one two three four five six", "", None),
]


@pytest.mark.parametrize(("reply", "source", "found"), CASES)
def test_a_run_is_found_as_it_stands_in_the_answer(reply: str, source: str, found: str | None) -> None:
    assert copied_run(reply, ["something else entirely", source]) == found


words = st.lists(st.sampled_from(["ash", "bay", "cove", "dune", "elm", "fen"]), max_size=24)


@given(words, words)
def test_a_run_is_found_exactly_when_there_is_one(reply: list[str], source: list[str]) -> None:
    def runs(of: list[str]) -> set[tuple[str, ...]]:
        return {tuple(of[at : at + WORDS_IN_A_ROW]) for at in range(len(of) - WORDS_IN_A_ROW + 1)}

    found = copied_run(" ".join(reply), [" ".join(source)])
    assert (found is not None) == bool(runs(reply) & runs(source))
