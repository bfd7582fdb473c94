"""Names of files and persons that a case itself holds."""

import re
from collections.abc import Iterable, Iterator

from review.mentions.runs import LETTERS, LETTERS_AND_DIGITS, first_han, first_run, words

_BETWEEN_PERSONS = re.compile(r"[,;/\n\u060c\u061b\u3001\uff0c\uff1b]")


def file_in(reply: str, names: Iterable[str]) -> str | None:
    """A name of a file: whole, or without its ending where it has a digit or several words."""
    known = list(names)
    runs = (run for name in known for run in _file_runs(name))
    return first_han(reply, known) or first_run(reply, runs, LETTERS_AND_DIGITS)


def person_in(reply: str, names: Iterable[str]) -> str | None:
    """A name that was given for a person, or one word of it that has a capital letter."""
    pieces = [piece.strip() for name in names for piece in _BETWEEN_PERSONS.split(name)]
    runs = (run for piece in pieces for run in _person_runs(piece))
    return first_han(reply, pieces) or first_run(reply, runs, LETTERS)


def _file_runs(name: str) -> Iterator[tuple[str, ...]]:
    """Of a name that is one everyday word, or a figure, nothing is looked for: its writer could forbid any answer."""
    for part in (name, name.rpartition(".")[0]):
        run = tuple(one.folded for one in words(part, LETTERS_AND_DIGITS))
        letters = "".join(run)
        if len(run) > 1 or (len(letters) > 3 and not letters.isalpha() and not letters.isdigit()):
            yield run


def _person_runs(piece: str) -> Iterator[tuple[str, ...]]:
    found = words(piece, LETTERS)
    # People are asked to write a letter instead of a name: that is none.
    if sum(len(word.folded) for word in found) > 1:
        yield tuple(word.folded for word in found)
    yield from ((word.folded,) for word in found if len(word.folded) > 2 and piece[word.start].isupper())
