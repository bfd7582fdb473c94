"""Countries by their names: CLDR's in the six languages, and those of `countries.txt`, other names and short ones."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel import Locale

from review.mentions.folding import Folded, fold
from review.mentions.runs import HAN, LETTERS, Word, words

_LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
# CLDR's codes of what is no country.
_NO_COUNTRY = frozenset({"AQ", "EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
# Everyday words too (as stems), so they count only with a capital letter inside a sentence.
_ALSO_WORDS = frozenset({"turkey", "jersey", "china", "guinea", "chile", "cuba", "того", "мал", "чад", "куб"})
_WRITTEN_TOGETHER = ("و", "ف", "ب", "ل", "ك")
_RUSSIAN_ENDING = re.compile(r"(?<=[а-я]{3})(?:ого|ому|ая|ую|ое|ые|[иы][ийх]|и?[ео][ий]|и?[аеоя]м|[аеиуыьюя]+)$")


def country_in(reply: str) -> str | None:
    """A country, in any of the six languages."""
    text = Folded(reply)
    han = _han_names().search(text.folded)
    if han:
        return text.original(han.start(), han.end())
    found, known = words(reply, LETTERS), _countries()
    for at, word in enumerate(found):
        for first in _without_joined(word.folded):
            for run in known.get(_stem(first), ()):
                following = [one.folded for one in found[at + 1 : at + len(run)]]
                if run == tuple(map(_stem, (first, *following))) and _is_meant(reply, word, run):
                    return reply[word.start : found[at + len(run) - 1].end]
    return None


@cache
def _countries() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Names as stems, by the first of them."""
    found = dict[str, set[tuple[str, ...]]]()
    for name in _names():
        run = tuple(_stem(word.folded) for word in words(name, LETTERS))
        if run and not HAN.search(name):
            found.setdefault(run[0], set()).add(run)
    return {first: tuple(sorted(runs, key=len, reverse=True)) for first, runs in found.items()}


@cache
def _names() -> frozenset[str]:
    found = set(_further())
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY:
                # "Myanmar (Burma)", "Congo - Kinshasa"
                found |= {name} | {one for one in re.split(r"\s*[()\uff08\uff09]\s*| [-\u2014] ", name) if len(one) > 3}
    return frozenset(found)


@cache
def _further() -> tuple[str, ...]:
    return tuple(files("review.mentions").joinpath("countries.txt").read_text("utf-8").split("\n")[:-1])


@cache
def _han_names() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(fold, filter(HAN.search, _names())), key=len, reverse=True)))


@cache
def _short_names() -> frozenset[str]:
    """In capitals: they count only as such."""
    return frozenset(fold(name) for name in _further() if name.isupper())


def _stem(word: str) -> str:
    """Russian words without the ending of their case, others as they are."""
    return _RUSSIAN_ENDING.sub("", word)


def _without_joined(word: str) -> tuple[str, ...]:
    """An Arabic word as it stands, and without the small words that are written together with it."""
    if not "\u0600" <= word[0] <= "\u06ff":
        return (word,)
    bare = [word[1:]] if word[0] in _WRITTEN_TOGETHER and len(word) > 3 else []
    if word.startswith("لل"):
        bare.append("ال" + word[2:])
    if word[:1] == "و" and word[1:2] in _WRITTEN_TOGETHER and len(word) > 4:
        bare.append(word[2:])
    return (word, *bare)


def _is_meant(reply: str, word: Word, run: tuple[str, ...]) -> bool:
    """Whether a name that is also an everyday word is written as a name."""
    if len(run) > 1 or run[0] not in _ALSO_WORDS | _short_names():
        return True
    written = reply[word.start : word.end]
    if run[0] in _short_names():
        return written.isupper()
    begins = re.search(r"(?:^|[.!?:\u2026\n\"\u00ab\u201c]\s*)$", reply[: word.start]) is not None
    return written[0].isupper() and not begins
