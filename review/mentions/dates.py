"""Days, and months of a year: in figures of any script, or with the name of a month in one of the six languages."""

import re
from functools import cache

from babel import Locale

from review.mentions.folding import Folded, fold

_HIJRI = ["محرم", "صفر", "ربيع", "جمادى", "رجب", "شعبان", "رمضان", "شوال", "القعدة", "الحجة"]
# Without the ending of their case.
_RUSSIAN_STEMS = ["январ", "феврал", "март", "апрел", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"]
_RUSSIAN_MONTHS = {*(f"{stem}[а-я]{{1,3}}" for stem in _RUSSIAN_STEMS), "ма(?:и|я|е|ю|ем)"}


def date_in(reply: str) -> str | None:
    """A day, or a month of a year: the first that is written like one."""
    text = Folded(reply)
    for pattern in _dates():
        for found in pattern.finditer(text.folded):
            words = text.original(found.start(), found.end())
            if not words.startswith(("may ", "march ")):
                return words
    return None


@cache
def _dates() -> tuple[re.Pattern[str], ...]:
    month = rf"(?:{'|'.join(sorted(_months(), key=len, reverse=True))})"
    day, year = r"(?<!\d)\d{1,2}(?:st|nd|rd|th|er|[oa]|-?го|-?е)?(?!\d)", r"(?<!\d)\d{4}(?!\d)"
    between = r"[\s,.\u060c-]{0,3}(?:(?:of|the|de|del|le|من|شهر)\s+){0,2}"
    han = "[\\d一二三四五六七八九十〇零]"
    patterns = (
        r"(?<!\d)(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2}))(?!\d)",
        rf"{han}{{1,4}}\s*年\s*{han}{{1,3}}\s*月(?:\s*{han}{{1,3}}\s*[日号])?",
        rf"{han}{{1,3}}\s*月\s*{han}{{1,3}}\s*[日号]",
        rf"{day}{between}\b{month}\b(?:{between}{year})?",
        rf"\b{month}\b{between}(?:{day}|{year})",
    )
    return tuple(map(re.compile, patterns))


@cache
def _months() -> frozenset[str]:
    found = _RUSSIAN_MONTHS | {fold(name) for name in _HIJRI}
    for language in ("ar", "ar_SY", "ar_DZ", "ar_MA", "en", "es", "fr"):
        for widths in Locale.parse(language).months.values():
            for width in ("wide", "abbreviated"):
                found |= {re.escape(fold(name).rstrip(".")) + r"\.?" for name in widths.get(width, {}).values()}
    return frozenset(found)
