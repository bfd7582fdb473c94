"""The receipt as people write it down: 39 digits and a check digit (FORMAT.md 5.1)."""

import unicodedata

from crypto.errors import ReceiptError

RECEIPT_LENGTH = 16
_DIGITS = 39
_GROUP = 4
_IGNORED_CATEGORIES = ("Zs", "Zl", "Zp", "Pd", "Cf")
_IGNORED = "\t\r\n\u2212"

# The quasigroup of order 10 in H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def check_digit(digits: str) -> str:
    """The Damm check digit: finds every wrong digit and every swap of neighbours."""
    state = 0
    for digit in digits:
        state = int(_DAMM[state][int(digit)])
    return str(state)


def format_digits(receipt: bytes) -> str:
    """Ten groups of four digits."""
    if len(receipt) != RECEIPT_LENGTH:
        raise ReceiptError("receipt-count")
    number = str(int.from_bytes(receipt, "big")).zfill(_DIGITS)
    whole = number + check_digit(number)
    return " ".join(whole[at : at + _GROUP] for at in range(0, len(whole), _GROUP))


def parse_digits(text: str) -> bytes:
    """The 16 bytes; takes the decimal digits of any script, spaces and hyphens."""
    digits = "".join(_digit(character) for character in text)
    if len(digits) != _DIGITS + 1:
        raise ReceiptError("receipt-count")
    if check_digit(digits[:-1]) != digits[-1]:
        raise ReceiptError("receipt-check")
    number = int(digits[:-1])
    if number >= 1 << 128:
        raise ReceiptError("receipt-range")
    return number.to_bytes(RECEIPT_LENGTH, "big")


def is_ignored(character: str) -> bool:
    """Whether it is a space, a dash, a mark of direction, a tab or a line break, which people and programs add."""
    return character in _IGNORED or unicodedata.category(character) in _IGNORED_CATEGORIES


def _digit(character: str) -> str:
    if is_ignored(character):
        return ""
    value = unicodedata.decimal(character, None)
    if value is None:
        raise ReceiptError("receipt-characters")
    return str(value)
