"""The receipt in 12 English words, the second spelling of the same 128 bits (FORMAT.md 5.1).

The words and their checksum are those of BIP 39; its key derivation is not used.
"""

from functools import cache

from mnemonic import Mnemonic

from crypto.errors import ReceiptError
from crypto.wire.receipt import RECEIPT_LENGTH, is_ignored, parse_digits

_WORDS = 12


def format_words(receipt: bytes) -> str:
    """Twelve words in small letters, joined by single spaces."""
    if len(receipt) != RECEIPT_LENGTH:
        raise ReceiptError("receipt-count")
    words: str = _english().to_mnemonic(receipt)
    return words


def parse_receipt(text: str) -> bytes:
    """The 16 bytes of either spelling: words when an ASCII letter stands in the text, digits otherwise."""
    return parse_words(text) if any(_is_letter(character) for character in text) else parse_digits(text)


def parse_words(text: str) -> bytes:
    """The 16 bytes; letters in any case, between whatever is ignored between digits."""
    words = "".join(_letter(character) for character in text).split()
    if not _known().issuperset(words):
        raise ReceiptError("receipt-word")
    if len(words) != _WORDS:
        raise ReceiptError("receipt-count")
    try:
        return bytes(_english().to_entropy(words))
    except ValueError:
        raise ReceiptError("receipt-check") from None


def _letter(character: str) -> str:
    if _is_letter(character):
        return character.lower()
    if is_ignored(character):
        return " "
    raise ReceiptError("receipt-characters")


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


@cache
def _english() -> Mnemonic:
    return Mnemonic("english")


@cache
def _known() -> frozenset[str]:
    return frozenset(_english().wordlist)
