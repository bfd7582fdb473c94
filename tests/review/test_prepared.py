"""Prepared words of answers: in six languages, the same in each, and none of them gives anybody away."""

import re

import pytest
from flask.testing import FlaskClient

from crypto.wire.fields import to_base64url
from crypto.wire.message import LANGUAGES as FORMAT_LANGUAGES
from review import theirs
from review.aims import aims
from review.mentions import country_in, date_in
from review.prepared import LANGUAGES, PREPARED, UNFILLED, prepared
from templates import environment, missing, msgids, questionnaires, translations
from tests.material import Portal
from tests.review.carried import QUESTIONNAIRE, Writer, bundle, close_day
from tests.review.conftest import ADDRESS, SetClock, Station
from tests.review.test_desk import get, post, unlock
from tests.review.test_pages import ACKNOWLEDGMENT, arrive
from tests.review.test_replies import refusal, slots

ALL = ("acknowledgment", "consent-request", *PREPARED)
VALUES: dict[str, int | str] = {
    "weeks": 3, "pseudonym": "tern-slate 41", "learn": "[1]", "help": "[2]", "wrong": "[3]",
}  # fmt: skip
TRANSLATED = [language for language in LANGUAGES if language != "en"]
# Words of domain and design that nobody should read on a screen that was seized, nor be promised.
GIVES_AWAY = re.compile(r"United Nations|Nations Unies|Naciones Unidas|ООН|الأمم المتحدة|联合国|https?:|@|victim", re.I)


def test_the_languages_are_those_that_a_reply_may_name() -> None:
    assert sorted(LANGUAGES) == sorted(FORMAT_LANGUAGES)
    assert sorted(f"{name}.txt" for name in ALL) == environment("replies", "en").list_templates()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_said_in_every_language_and_none_is_left_over(language: str) -> None:
    assert missing(language, "replies") == []
    assert set(translations("replies", language)) == msgids("replies")


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("name", ALL)
def test_a_text_has_the_same_paragraphs_places_and_figures_in_every_language(name: str, language: str) -> None:
    def shape(text: str) -> list[object]:
        paragraphs = text.split("\n\n")
        return [len(paragraphs), text.count(UNFILLED), *sorted(re.findall(r"\d+|tern-slate", text))]

    assert prepared(name, language, **VALUES) != prepared(name, "en", **VALUES)
    assert shape(prepared(name, language, **VALUES)) == shape(prepared(name, "en", **VALUES))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_no_prepared_text_names_a_place_a_day_or_a_body(name: str, language: str) -> None:
    text = prepared(name, language, **VALUES)
    assert (country_in(text), date_in(text), GIVES_AWAY.search(text)) == (None, None, None)


def test_an_answer_starts_from_prepared_words_in_the_language_that_is_chosen(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    arrive(station, Writer(portal=portal))
    unlock(client)
    shown = get(client, "/cases/cat/1/write?words=not-verified&language=ru")
    assert prepared("not-verified", "ru") in shown.split("<textarea")[1]
    assert re.search(r'<option value="ru" selected', shown.split('id="language"')[1])
    for wrong in ("words=other&language=ru", "words=not-verified&language=de", "words=../x&language=en"):
        assert client.get(f"/cases/cat/1/write?{wrong}", base_url=ADDRESS).status_code == 400


def test_an_acknowledgment_can_be_had_in_each_of_the_six_languages(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    arrive(station, Writer(portal=portal))
    unlock(client)
    page = get(client, "/cases/cat/1")
    for language in LANGUAGES:
        _, preview = post(client, "/cases/cat/1/draft", page, **{**ACKNOWLEDGMENT, "language": language})
        assert prepared("acknowledgment", language, **VALUES)[:40] in preview
        assert f'lang="{language}"' in preview
    assert slots(station) == []


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("Is it about Peru?", "names-country", "Peru"),
        ("We speak of 3 November.", "names-date", "3 November"),
        ("We opened scan 12.pdf.", "names-file", "scan 12.pdf"),
        ("1. […]", "reply-unfilled", None),
    ],
)
def test_an_answer_that_gives_somebody_away_is_refused_with_the_words(
    station: Station, portal: Portal, text: str, code: str, words: str | None
) -> None:
    writer = Writer(portal=portal)
    message, parts = writer.with_files(writer.account(), {"scan 12.pdf": b"x"})
    day = close_day(portal, [writer.seal(message)], parts=[parts])
    station.take("cat", bundle(portal, [day]))
    refused = refusal(station, text)
    assert (refused.code, refused.detail.get("words")) == (code, words)
    assert slots(station) == []


def test_what_was_answered_where_persons_are_asked_for_is_a_name(
    station: Station, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No released questionnaire asks for persons yet: this one is ours, marked in one place."""
    name = to_base64url(QUESTIONNAIRE)
    known = questionnaires()[name]
    marked = [{**one, "persons": True} if one["name"] == "unsafe" else one for one in known["questions"]]
    writer = Writer(portal=portal)
    message = writer.account(answers={"unsafe": "Near Amina Belkacem"})
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(message)])]))

    monkeypatch.setattr(theirs, "questionnaires", lambda: {name: {**known, "questions": marked}})
    refused = refusal(station, "Is Amina well?", "try_reply")
    assert (refused.code, refused.detail["words"]) == ("names-person", "Amina")
    monkeypatch.undo()
    assert refusal(station, "Is Amina well in Peru?", "try_reply").code == "names-country"


@pytest.mark.parametrize(
    ("arrived", "replied", "acknowledge", "answer"),
    [
        ("2026-11-10", [], "2026-11-17", "2027-02-17"),
        ("2026-11-10", ["2026-11-12"], None, "2027-02-12"),
        ("2026-11-10", ["2026-11-12", "2026-11-30"], None, "2027-02-28"),
        ("2027-11-22", [], "2027-11-29", "2028-02-29"),
        ("2026-12-28", [], "2027-01-04", "2027-04-04"),
    ],
)
def test_an_aim_is_seven_days_or_three_months(
    arrived: str, replied: list[str], acknowledge: str | None, answer: str
) -> None:
    found = aims(arrived, replied)
    assert (found.acknowledge_by, found.answer_by) == (acknowledge, answer)


def test_what_is_due_stands_beside_the_case_and_what_is_overdue_says_so(
    client: FlaskClient, station: Station, portal: Portal, clock: SetClock
) -> None:
    arrive(station, Writer(portal=portal))
    unlock(client)
    page = get(client, "/cases/cat/1")
    assert "by 17 November 2026" in page
    assert "was due" not in page
    clock.day = "2026-11-18"
    assert "was due by 17 November 2026" in get(client, "/cases/cat/1")


def test_who_wants_no_answer_is_due_none(client: FlaskClient, station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal, wants_reply=False))
    unlock(client)
    assert "When the person should hear from us" not in get(client, "/cases/cat/1")
