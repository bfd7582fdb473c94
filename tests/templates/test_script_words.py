"""The script of the form holds no words: what it asks the page for must be there, in every language."""

import re
from pathlib import Path

import pytest

import templates
from templates import languages
from tests.templates.pages import FORM_PAGES, page

SCRIPT = Path(templates.__file__).parents[1] / "intake/browser/src/page"
TEXT = "\n".join(source.read_text("utf-8") for source in sorted(SCRIPT.glob("*.ts")))

QUOTED = r'"([a-z][a-z-]*)"'
WHOLE = {"write.html": ("WORDS", "WORDS_OF_WRITE", "WORDS_OF_FILES"), "return.html": ("WORDS", "WORDS_OF_RETURN")}
CODES = {"line"}
ROUTING = {"not-open", "nobody-left", "too-many-vaults"}
NAMED_BY_VALUE = {"verdict-genuine", "verdict-retired", "verdict-not-genuine"} | ROUTING


def asked(pattern: str) -> set[str]:
    return set(re.findall(pattern.replace("NAME", QUOTED), TEXT))


def words_asked_for() -> set[str]:
    """In calls, where one may be chosen between two, and in the table of reasons."""
    in_calls = {name for call in re.findall(r"word\(([^)]*)\)", TEXT) for name in re.findall(QUOTED, call)}
    reasons = {name for name in re.findall(QUOTED, TEXT) if name.startswith("closed-")}
    return (in_calls | reasons) - CODES


def both_pages(language: str) -> str:
    return "".join(page(template, language) for template in FORM_PAGES)


@pytest.mark.parametrize("language", languages("intake"))
def test_the_page_has_every_word_that_the_script_asks_for(language: str) -> None:
    there = set(re.findall(r'data-word="([a-z-]+)"', both_pages(language)))
    assert words_asked_for() | NAMED_BY_VALUE <= there


@pytest.mark.parametrize("template", FORM_PAGES)
def test_the_script_looks_for_each_word_of_its_page_before_anybody_types(template: str) -> None:
    """One that is missing would be missed only when it is needed, and take what was typed with it."""
    there = set(re.findall(r'data-word="([a-z-]+)"', page(template, "en")))
    wanted = {name for constant in WHOLE[template] for name in words_in(constant)}
    assert there == wanted


def words_in(constant: str) -> set[str]:
    """The words of a list in the script, which stands there as pieces of text."""
    found = re.search(rf"const {constant} =\s+((?:\"[a-z -]+\"(?: \+|;)\s+)+)", TEXT)
    assert found
    return set(" ".join(re.findall(r'"([a-z -]+)"', found[1])).split())


def test_the_page_has_no_word_that_nobody_asks_for() -> None:
    there = set(re.findall(r'data-word="([a-z-]+)"', both_pages("en")))
    quoted = set(re.findall(QUOTED, TEXT))
    assert there - quoted - NAMED_BY_VALUE == set()


def test_the_page_has_every_screen_and_place_that_the_script_fills() -> None:
    html = both_pages("en")
    for screen in asked(r"screenFrom\(NAME\)"):
        assert f'<template id="{screen}">' in html
    for place in asked(r"(?:slot|say)\(\w+, NAME"):
        assert f'data-slot="{place}"' in html


def test_the_script_writes_no_markup_and_keeps_nothing() -> None:
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "localStorage", "sessionStorage",
                 "indexedDB", "console.", "document.cookie", "createElement(\"form\")"):  # fmt: skip
        assert word not in TEXT, word
