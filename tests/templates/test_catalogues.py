"""Every sentence is said in every language, with the same places to fill in."""

import re
from itertools import product

import pytest

from templates import App, catalogue, direction, environment, languages, missing, msgids, translations
from tests.templates.pages import APPS

SHIPPED = [(app, language) for app in APPS for language in languages(app) if language != "en"]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize(("app", "language"), SHIPPED)
def test_every_sentence_is_translated(app: App, language: str) -> None:
    assert missing(language, app) == []


def test_a_sentence_without_translation_is_noticed() -> None:
    """No catalogue of this language is shipped, so all of it is missing."""
    assert missing("de") == sorted(msgids("intake"))


@pytest.mark.parametrize(("app", "language"), SHIPPED)
def test_no_translation_is_left_over(app: App, language: str) -> None:
    shared = msgids("intake") | msgids("review")
    assert [english for english in translations(app, language) if english not in shared] == []


@pytest.mark.parametrize(("app", "language"), SHIPPED)
def test_translations_fill_in_what_the_english_fills_in(app: App, language: str) -> None:
    for english, said in translations(app, language).items():
        assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(english)), english
        assert said.count("%") == english.count("%"), english


@pytest.mark.parametrize(("app", "language"), SHIPPED)
def test_translations_hold_no_markup(app: App, language: str) -> None:
    """gettext words are not escaped again, so none may contain what escaping is for."""
    assert [said for said in translations(app, language).values() if set(said) & set('<>&"')] == []


@pytest.mark.parametrize("app", APPS)
def test_english_sentences_hold_no_markup(app: App) -> None:
    assert [words for words in msgids(app) if set(words) & set('<>&"')] == []


def test_the_compiled_catalogue_says_what_the_file_says() -> None:
    for english, said in translations("intake", "ar").items():
        assert catalogue("intake", "ar").gettext(english) == said
        assert catalogue("intake", "en").gettext(english) == english


def test_an_application_sees_its_own_templates_and_the_shared_ones_alone() -> None:
    for app, other in (APPS, APPS[::-1]):
        names = environment(app, "en").list_templates()
        assert "shared/demo.html" in names
        assert not [name for name in names if name.startswith(other)]
    assert not set(environment("review", "en").list_templates()) & {"write.html", "return.html"}


def test_a_language_that_is_not_shipped_is_refused() -> None:
    for app, language in product(APPS, ("de", "xx", "")):
        with pytest.raises(KeyError):
            environment(app, language)


def test_arabic_alone_runs_from_right_to_left() -> None:
    assert {language: direction(language) for language in languages("intake")} == {
        "en": "ltr",
        "fr": "ltr",
        "ar": "rtl",
    }
