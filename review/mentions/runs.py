"""Words of an answer, and runs of them. All of it takes time in proportion to what it reads: a case may hold much."""

import re
from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from review.mentions.folding import Folded, fold

LETTERS = re.compile(r"[^\W\d_]+")
LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, folded, and where it stands in the text that was not."""

    folded: str
    start: int
    end: int


def words(text: str, kind: re.Pattern[str]) -> list[Word]:
    """All words of this kind, in order; what cannot be seen parts none."""
    folded = Folded(text)
    return [Word(one.group(), *folded.place(one.start(), one.end())) for one in kind.finditer(folded.folded)]


def first_run(reply: str, runs: Iterable[tuple[str, ...]], kind: re.Pattern[str]) -> str | None:
    """The first place where one of these runs of folded words stands, and of several there the longest."""
    found = words(reply, kind)
    place = first_place([word.folded for word in found], runs)
    return None if place is None else reply[found[place[0]].start : found[place[1] - 1].end]


def first_han(reply: str, names: Iterable[str]) -> str | None:
    """Han is written without spaces: a name of two characters or more, anywhere."""
    text = Folded(reply)
    place = first_place(text.folded, (fold(name) for name in names if len(name) > 1 and HAN.search(name)))
    return None if place is None else text.original(*place)


@dataclass(slots=True)
class _Node:
    """A beginning of runs: what may follow, how long a run ends here, and the longest other beginning that ends so."""

    following: dict[Hashable, "_Node"] = field(default_factory=dict)
    length: int = 0
    shorter: "_Node | None" = None


def first_place(text: Sequence[Hashable], runs: Iterable[Sequence[Hashable]]) -> tuple[int, int] | None:
    """Start and end of the first of these runs in a text, and of several there of the longest (Aho and Corasick, 1975).

    Each part of the text and of the runs is looked at a bounded number of times, however they repeat themselves.
    """
    root, best = _automaton(runs), None
    node: _Node = root
    for end, part in enumerate(text, 1):
        while part not in node.following and node.shorter is not None:
            node = node.shorter
        node = node.following.get(part, root)
        if node.length and (best is None or end - node.length <= best[0]):
            best = (end - node.length, end)
    return best


def _automaton(runs: Iterable[Sequence[Hashable]]) -> _Node:
    root = _Node()
    for run in runs:
        node = root
        for part in run:
            node = node.following.setdefault(part, _Node())
        node.length = len(run)
    waiting = deque([root])
    while waiting:
        node = waiting.popleft()
        for part, child in node.following.items():
            waiting.append(child)
            shorter = node.shorter
            while shorter is not None and part not in shorter.following:
                shorter = shorter.shorter
            child.shorter = root if shorter is None else shorter.following[part]
            child.length = child.length or child.shorter.length
    return root
