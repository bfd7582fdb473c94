"""Words of an answer, and runs of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from review.mentions.folding import fold

LETTERS = re.compile(r"[^\W\d_]+")
LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, folded, and where it stands."""

    folded: str
    start: int
    end: int


def words(text: str, kind: re.Pattern[str]) -> list[Word]:
    """All words of this kind, in order."""
    return [Word(fold(one.group()), one.start(), one.end()) for one in kind.finditer(text)]


def first_run(reply: str, runs: Iterable[tuple[str, ...]], kind: re.Pattern[str]) -> str | None:
    """The first place where one of these runs of folded words stands, and of several there the longest."""
    found, wanted = words(reply, kind), dict[str, list[tuple[str, ...]]]()
    for run in sorted({run for run in runs if run}, key=len, reverse=True):
        wanted.setdefault(run[0], []).append(run)
    for at, word in enumerate(found):
        for run in wanted.get(word.folded, ()):
            if tuple(one.folded for one in found[at : at + len(run)]) == run:
                return reply[word.start : found[at + len(run) - 1].end]
    return None


def first_han(reply: str, names: Iterable[str]) -> str | None:
    """Han is written without spaces: a name of two characters or more, anywhere."""
    return next((name for name in names if len(name) > 1 and HAN.search(name) and name in reply), None)
