"""Renders the desk's pages in the reader's language, with what every page shows."""

from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit
from flask import Request, request
from flask_wtf.csrf import generate_csrf
from jinja2 import Environment

from review.refusals import Refused
from templates import SOURCE_LANGUAGE, environment, languages

LANGUAGE_COOKIE = "language"
KEYS_COOKIE = "keys"
_UNITS = (("digital-gigabyte", 10**9), ("digital-megabyte", 10**6), ("digital-kilobyte", 1_000), ("digital-byte", 1))

# How a day is said, with its year and without, where that is not day, month in words, year.
_DAY_FORMS = {"es": ("d 'de' MMMM 'de' y", "d 'de' MMMM"), "zh": ("y年M月d日", "M月d日")}


class Pages:
    """One environment a language, made once."""

    def __init__(self, *, demo: bool, with_network: bool, idle_seconds: float) -> None:
        self._demo = demo
        self._with_network = with_network
        self._idle_seconds = idle_seconds
        self._environments = {language: _environment(language) for language in languages("review")}

    def render(self, name: str, **values: Any) -> str:
        """A page, in the language of the request."""
        everywhere = {
            "demo": self._demo,
            "with_network": self._with_network,
            "idle_seconds": round(self._idle_seconds),
            "keys_on": request.cookies.get(KEYS_COOKIE) != "off",
            "csrf_token": generate_csrf,
        }
        return self._environments[self.language(request)].get_template(name).render(**everywhere, **values)

    def refusal(self, refused: Refused) -> str:
        """What was refused, why, and what would lift it, in one paragraph."""
        return _refusal(self._environments[self.language(request)], refused)

    def language(self, asked: Request) -> str:
        """The language that was chosen at the desk, else the first that the browser names and we speak."""
        chosen = asked.cookies.get(LANGUAGE_COOKIE)
        if chosen in self._environments:
            return chosen
        return asked.accept_languages.best_match(list(self._environments)) or SOURCE_LANGUAGE


def refusal_in(language: str, refused: Refused) -> str:
    """The same words for a command."""
    return _refusal(_environment(language), refused)


def _refusal(words: Environment, refused: Refused) -> str:
    return words.get_template("refusals.txt").render(code=refused.code, detail=refused.detail).strip()


def said(names: Mapping[str, str], language: str) -> str:
    """A name or title of the directory, in this language."""
    return names[language]


@cache
def _environment(language: str) -> Environment:
    made = environment("review", language)
    locale = Locale.parse(language)
    day, short_day = _DAY_FORMS.get(language, ("d MMMM y", "d MMMM"))
    made.filters["day"] = partial(_day, locale=locale, form=day)
    made.filters["short_day"] = partial(_day, locale=locale, form=short_day)
    made.filters["language_name"] = partial(_language_name, locale=locale)
    made.filters["number"] = partial(format_decimal, locale=locale)
    made.filters["size"] = partial(_size, locale=locale)
    made.filters["said"] = partial(said, language=language)
    return made


def _day(day: str, *, locale: Locale, form: str) -> str:
    """A day with the month in words."""
    return format_date(date.fromisoformat(day), form, locale=locale)


def _size(length: int, *, locale: Locale) -> str:
    """Bytes, in the largest unit of which there is one; a number and a word, `1.4 MB`."""
    unit, scale = next((one for one in _UNITS if length >= one[1]), _UNITS[-1])
    rounded = round(length / scale, 1 if length < 10 * scale and scale > 1 else 0)
    return format_unit(rounded, unit, length="short", format="#,##0.#", locale=locale)


def _language_name(language: str, *, locale: Locale) -> str:
    """The name of a language, in the reader's."""
    name: str = locale.languages[language]
    return name
