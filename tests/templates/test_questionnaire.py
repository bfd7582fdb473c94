"""The released questionnaire: one form of bytes, whole in its languages, fit for a message."""

from collections.abc import Iterator
from typing import Any

import pytest

from crypto.wire.digest import sha256
from crypto.wire.fields import is_name, parse_json, to_base64url
from templates import languages, questionnaire_bytes, questionnaire_hash, questionnaires

MOST = 65_536


@pytest.fixture
def questionnaire() -> dict[str, Any]:
    return parse_json(questionnaire_bytes(), most=MOST)


def texts(value: object, spoken: list[str]) -> Iterator[dict[str, str]]:
    """Every text of the questionnaire: an object whose members are languages."""
    if isinstance(value, dict):
        if "en" in value:
            yield value
        for below in value.values():
            yield from texts(below, spoken)
    elif isinstance(value, list):
        for below in value:
            yield from texts(below, spoken)


def test_it_is_strict_json_and_known_by_its_hash(questionnaire: dict[str, Any]) -> None:
    name = to_base64url(sha256(questionnaire_bytes()))
    assert questionnaire_hash(questionnaire_bytes()) == name
    assert questionnaires()[name] == questionnaire


def test_every_text_is_said_in_every_language_of_the_form(questionnaire: dict[str, Any]) -> None:
    assert set(languages("intake")) <= set(questionnaire["languages"])
    found = list(texts(questionnaire, questionnaire["languages"]))
    assert len(found) > 30
    for text in found:
        assert sorted(text) == questionnaire["languages"]
        assert all(words.strip() for words in text.values())


def test_questions_have_names_that_a_message_may_carry(questionnaire: dict[str, Any]) -> None:
    names = [question["name"] for question in questionnaire["questions"]]
    assert len(set(names)) == len(names)
    assert all(map(is_name, names))
    for question in questionnaire["questions"]:
        choices = [choice["name"] for choice in question["choices"]]
        assert all(map(is_name, choices))
        assert len(set(choices)) == len(choices)
        assert (question["kind"] == "choice") == bool(choices)
        assert question["default"] in (None, *choices)


def test_every_question_belongs_to_a_part(questionnaire: dict[str, Any]) -> None:
    parts = [part["name"] for part in questionnaire["parts"]]
    assert {question["part"] for question in questionnaire["questions"]} <= set(parts)


def test_only_the_own_words_are_needed_and_the_state_is_not_contacted_unasked(questionnaire: dict[str, Any]) -> None:
    assert [question["name"] for question in questionnaire["questions"] if question["needed"]] == ["account"]
    state = next(question for question in questionnaire["questions"] if question["name"] == "state")
    assert state["default"] == "ask_first"
