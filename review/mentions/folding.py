"""Text as a comparison sees it: without case, accents, vowel signs and scripts of figures; with the way back."""

import unicodedata


def fold(text: str) -> str:
    """Compatibility forms, case and marks away, figures of every script as 0 to 9."""
    return "".join(map(_fold, text))


class Folded:
    """A text folded, where each character knows which one it came from."""

    def __init__(self, text: str) -> None:
        pieces = [_fold(character) for character in text]
        self._text = text
        self._from = [at for at, piece in enumerate(pieces) for _ in piece]
        self.folded = "".join(pieces)

    def original(self, start: int, end: int) -> str:
        """What stands at this not empty place of the folded text."""
        return self._text[self._from[start] : self._from[end - 1] + 1]


def _fold(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    apart = unicodedata.normalize("NFKD", character).casefold()
    return "".join(one for one in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(one))
