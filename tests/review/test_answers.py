"""Each answer stands under its question as it was asked."""

from typing import Any

from review.answers import answered, raw
from templates import questionnaire_bytes, questionnaire_hash, questionnaires

KNOWN = questionnaires()
HASH = questionnaire_hash(questionnaire_bytes())


def message(language: str = "en", **answers: str | list[str]) -> dict[str, Any]:
    """An account as the keeper shows it."""
    return {"kind": "account", "questionnaire": HASH, "language": language, "answers": answers}


def test_questions_are_said_in_the_language_they_were_asked_in() -> None:
    found = answered(message("ar", danger="hours"), KNOWN, "fr")
    assert found is not None
    question, choice = found[0].question, found[0].choices[0]
    assert (question.language, choice.language) == ("ar", "ar")
    assert question.here is not None
    assert question.here.startswith("Quelqu’un est-il en danger")
    assert choice.here == "Oui, dans les heures ou les jours qui viennent"


def test_questions_in_the_readers_language_are_said_once() -> None:
    found = answered(message("fr", danger="hours"), KNOWN, "fr")
    assert found is not None
    assert found[0].question.here is None


def test_a_language_the_form_did_not_speak_falls_back_to_english() -> None:
    found = answered(message("ru", danger="hours"), KNOWN, "fr")
    assert found is not None
    assert found[0].question.language == "en"


def test_answers_stand_in_the_order_of_the_questions() -> None:
    found = answered(message(danger="soon", account="Words."), KNOWN, "en")
    assert found is not None
    assert [one.text for one in found] == ["Words.", None]


def test_an_answer_to_no_question_is_shown_all_the_same() -> None:
    found = answered(message(account="Words.", elsewhere="More."), KNOWN, "en")
    assert found is not None
    assert [(one.question.text, one.text) for one in found][1:] == [("elsewhere", "More.")]


def test_a_choice_that_the_questionnaire_does_not_know_is_shown_by_its_name() -> None:
    found = answered(message(danger="tomorrow"), KNOWN, "en")
    assert found is not None
    assert [one.text for one in found[0].choices] == ["tomorrow"]


def test_an_unknown_questionnaire_has_no_questions_but_all_answers() -> None:
    unknown = {**message(account="Words.", danger=["soon"]), "questionnaire": "x" * 43}
    assert answered(unknown, KNOWN, "en") is None
    shown = raw(unknown)
    assert [(one.question.text, one.text, [choice.text for choice in one.choices]) for one in shown] == [
        ("account", "Words.", []),
        ("danger", None, ["soon"]),
    ]
