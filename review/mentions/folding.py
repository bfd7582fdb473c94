"""Text as a comparison sees it, with the way back: no case, accents or vowel signs, nothing that cannot be seen, one
script of figures, one dash.
"""

import unicodedata

_MINUS = "\u2212"


def fold(text: str) -> str:
    """Compatibility forms, case, marks and what cannot be seen away; figures of every script as 0 to 9, dashes as -."""
    return "".join(map(_fold, text))


class Folded:
    """A text folded, where each character knows which one it came from."""

    def __init__(self, text: str) -> None:
        pieces = [_fold(character) for character in text]
        self._text = text
        self._from = [at for at, piece in enumerate(pieces) for _ in piece]
        self.folded = "".join(pieces)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text stands what stands at this not empty place of the folded one."""
        return self._from[start], self._from[end - 1] + 1

    def original(self, start: int, end: int) -> str:
        """The words there."""
        first, behind = self.place(start, end)
        return self._text[first:behind]


def _fold(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(character) == "Pd" or character == _MINUS:
        return "-"
    apart = unicodedata.normalize("NFKD", character).casefold()
    return "".join(one for one in unicodedata.normalize("NFKD", apart) if not _is_unseen(one))


def _is_unseen(character: str) -> bool:
    """Marks that combine, and what only says how to set a text: joiners, soft hyphens, directions (category Cf)."""
    return bool(unicodedata.combining(character)) or unicodedata.category(character) == "Cf"
