"""How a text is cut into words, the same for the index and for what is searched (rules, pure).

Words are folded: compatibility forms, case, accents and vowel signs away, figures of every script as 0 to 9; Arabic
without tatweel, with one alef, ya and ha. Han is written without spaces, so each character is a word of its own, and
what is searched must stand in one run.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_LETTERS = 48
"""Of a longer word the rest counts for nothing."""

MOST_SEARCHED, MOST_TERMS = 200, 24
"""Characters and words that one search may have."""

_LEAST_FOR_MORE = 3

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# What may stand inside a word without being a letter: accents, vowel signs, joiners, the soft hyphen.
_MARKS = (
    "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060\u20d0-\u20ff\u2066-\u2069"
    "\ufe00-\ufe0f\ufe20-\ufe2f\ufeff"
)
_PIECE = re.compile(f"[{_HAN}]|(?:[^\\W_{_HAN}]|[{_MARKS}])+")
_LETTERS = re.compile(r"[^\W_]+")
_IS_HAN = re.compile(f"[{_HAN}]")
_ARABIC = str.maketrans("\u0671\u0649\u06cc\u0629\u06a9", "\u0627\u064a\u064a\u0647\u0643", "\u0640")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a text and where it stands; what is no letter in any script folds to nothing, a few signs to two."""

    start: int
    end: int
    tokens: tuple[str, ...]
    is_han: bool


@dataclass(frozen=True, slots=True)
class Term:
    """What must stand in a text: these tokens in a row; `begins` when the last may go on (`threat`, `threatened`)."""

    tokens: tuple[str, ...]
    begins: bool


def pieces(text: str) -> Iterator[Piece]:
    """The words of a text, in order."""
    for found in _PIECE.finditer(text):
        tokens = _tokens(found.group())
        if tokens:
            yield Piece(found.start(), found.end(), tokens, bool(_IS_HAN.match(found.group())))


def indexed(text: str) -> str:
    """The words as the index takes them, with single spaces between them."""
    return " ".join(token for piece in pieces(text) for token in piece.tokens)


def terms(searched: str) -> list[Term]:
    """What somebody searches: every word must be there, each run of Han as it stands."""
    found, han, end = list[Term](), list[str](), -1
    for piece in pieces(searched):
        if han and not (piece.is_han and piece.start == end):
            found.append(Term(tuple(han), False))
            han = []
        if piece.is_han:
            han += piece.tokens
        else:
            found.append(Term(piece.tokens, len(piece.tokens[-1]) >= _LEAST_FOR_MORE))
        end = piece.end
    if han:
        found.append(Term(tuple(han), False))
    return list(dict.fromkeys(found))[:MOST_TERMS]


def match(wanted: list[Term]) -> str:
    """The same for FTS5: tokens hold letters and digits alone and stand in quotes, so none is ever syntax."""
    return " AND ".join(f'"{" ".join(term.tokens)}"{" *" if term.begins else ""}' for term in wanted)


def _tokens(word: str) -> tuple[str, ...]:
    if word.isascii():
        return (word.lower()[:MOST_LETTERS],)
    return tuple(token[:MOST_LETTERS] for token in _LETTERS.findall(_fold(word)))


def _fold(word: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(_plain(one) for one in apart.translate(_ARABIC))


def _plain(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return "" if unicodedata.category(character) in ("Mn", "Cf") else character
