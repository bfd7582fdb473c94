"""Receipts in digits of every script and in words (FORMAT.md 5.1)."""

from typing import Any

from crypto.wire.fields import to_base64url
from crypto.wire.receipt import check_digit, format_digits
from crypto.wire.receipt_words import format_words
from tests.vectors import scene

Case = dict[str, Any]
ZERO, TOP, SOME = bytes(16), b"\xff" * 16, scene.RECEIPT
OTHER = scene.seed("another receipt")[:16]

# The zeros of the 66 scripts and styles that had decimal digits in Unicode 14; later versions only add.
ZEROS = (
    *(0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50),
    *(0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50),
    *(0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136),
    *(0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0),
    *(0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0),
)

_GAPS = {
    "spaces": " ",
    "hyphens": "-",
    "line feeds": "\n",
    "carriage returns and line feeds": "\r\n",
    "tabs": "\t",
    "no-break spaces": "\u00a0",
    "thin spaces": "\u2009",
    "ideographic spaces": "\u3000",
    "line separators": "\u2028",
    "hyphens of Unicode": "\u2010",
    "en dashes": "\u2013",
    "em dashes": "\u2014",
    "minus signs": "\u2212",
    "marks of direction": "\u200f\u2067\u2069\u061c",
    "soft hyphens": "\u00ad",
    "zero-width spaces": "\u200b",
    "byte order marks": "\ufeff",
}
_STRANGE = {
    "a full stop": ".",
    "a comma": ",",
    "an underscore": "_",
    "a plus": "+",
    "a form feed": "\f",
    "a vertical tab": "\v",
    "a next-line control": "\u0085",
    "a NUL": "\0",
    "a half": "\u00bd",
    "a raised two": "\u00b2",
    "a circled one": "\u2460",
    "a Chinese one": "\u4e00",
    "a Roman one": "\u2160",
    "an Arabic letter": "\u0627",
    "a Cyrillic letter": "\u0430",
    "an accent": "\u0301",
}


def receipts() -> dict[str, Any]:
    """Texts to bytes, or the code of the refusal."""
    receipts_ = (ZERO, TOP, SOME, OTHER, bytes(15) + b"\x01", b"\x80" + bytes(15))
    written = [
        {"receipt": to_base64url(one), "digits": format_digits(one), "words": format_words(one)} for one in receipts_
    ]
    return {"written": written, "zeros": list(ZEROS), "digits": _digits(), "words": _words()}


def _good(name: str, text: str, receipt: bytes = SOME) -> Case:
    return {"name": name, "text": text, "receipt": to_base64url(receipt)}


def _bad(name: str, text: str, code: str) -> Case:
    return {"name": name, "text": text, "code": code}


def _digits() -> list[Case]:
    written = format_digits(SOME)
    plain = written.replace(" ", "")
    mixed = "".join(chr(ZEROS[at] + int(digit)) for at, digit in enumerate(plain))
    cases = [_good("without spaces", plain), _good("a script for each digit", mixed)]
    cases += [_good(f"{name} between", gap + written.replace(" ", gap) + gap) for name, gap in _GAPS.items()]
    cases += [
        _bad("nothing", "", "receipt-count"),
        _bad("spaces alone", " \n ", "receipt-count"),
        _bad("a digit too few", plain[:-1], "receipt-count"),
        _bad("a digit too many", plain + "0", "receipt-count"),
        _bad("a wrong check digit", plain[:-1] + str((int(plain[-1]) + 1) % 10), "receipt-check"),
        _bad("two digits swapped", plain[:20] + plain[21] + plain[20] + plain[22:], "receipt-check"),
        _bad("2 to the 128th", _checked(str(1 << 128)), "receipt-range"),
        _bad("forty nines but the check", _checked("9" * 39), "receipt-range"),
        _bad("2 to the 128th with a wrong check digit", str(1 << 128) + "0", "receipt-check"),
    ]
    strange = {name: plain[:12] + mark + plain[12:] for name, mark in _STRANGE.items()}
    return cases + [_bad(f"{name} in it", text, "receipt-characters") for name, text in strange.items()]


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def _words() -> list[Case]:
    words = format_words(SOME).split(" ")
    text = " ".join(words)
    swapped = " ".join([*words[:3], words[4], words[3], *words[5:]])
    cases = [_good("as written", text), _good("capitals", text.upper()), _good("a capital each", text.title())]
    cases += [_good("nothing but zeros", format_words(ZERO), ZERO), _good("nothing but ones", format_words(TOP), TOP)]
    cases += [_good(f"{name} between", gap + text.replace(" ", gap) + gap) for name, gap in _GAPS.items()]
    cases += [
        _bad("one word is another of the list", " ".join([*words[:5], "zoo", *words[6:]]), "receipt-check"),
        _bad("one word is not in the list", " ".join([*words[:5], "zooo", *words[6:]]), "receipt-word"),
        _bad("a word shortened to four letters", text.replace(words[0], words[0][:4], 1), "receipt-word"),
        _bad("two words swapped", swapped, "receipt-check"),
        _bad("two words run together", text.replace(" ", "", 1), "receipt-word"),
        _bad("a word cut in two", text[:2] + " " + text[2:], "receipt-word"),
        _bad("eleven words", " ".join(words[:11]), "receipt-count"),
        _bad("thirteen words", f"{text} abandon", "receipt-count"),
        _bad("twenty-four words", f"{text} {text}", "receipt-count"),
        _bad("eleven words, one of them not in the list", " ".join([*words[:10], "zooo"]), "receipt-word"),
        _bad("one letter", "a", "receipt-word"),
        _bad("twelve times the first word", " ".join(["abandon"] * 12), "receipt-check"),
        _bad("digits between the words", text.replace(" ", " 1 ", 1), "receipt-characters"),
        _bad("numbered words", " ".join(f"{at}. {word}" for at, word in enumerate(words, 1)), "receipt-characters"),
        _bad("digits with one letter", format_digits(SOME) + "x", "receipt-characters"),
        _bad("a letter O for a zero", format_digits(SOME).replace("0", "O", 1), "receipt-characters"),
        _bad("a word in wide letters", text.replace(words[0], "\uff41\uff42", 1), "receipt-characters"),
        _bad("a Kelvin sign for a k", text.replace("a", "\u212a", 1), "receipt-characters"),
        _bad("a dotless i", text.replace("i", "\u0131", 1), "receipt-characters"),
    ]
    strange = {name: text.replace(" ", f" {mark} ", 1) for name, mark in _STRANGE.items()}
    return cases + [_bad(f"{name} in it", text, "receipt-characters") for name, text in strange.items()]
