"""What a focal point sees and does: the list, a case, an answer from draft to seal."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from review.pipe import MOST_LINE
from review.store import Store
from tests.material import DAY, Portal
from tests.review.carried import WORDS, Writer, bundle, close_day
from tests.review.conftest import ADDRESS, SetClock, Station
from tests.review.reading import open_reply
from tests.review.test_desk import get, post, unlock
from tests.review.test_replies import slots

ACKNOWLEDGMENT = {"kind": "acknowledgment", "language": "en", "weeks": "3"}


def arrive(station: Station, *writers: Writer, **answers: str) -> None:
    """One message of each writer."""
    envelopes = [writer.seal(writer.account(answers=answers)) for writer in writers]
    station.take("cat", bundle(station.portal, [close_day(station.portal, envelopes)]))


def test_an_empty_desk_says_what_will_stand_there(client: FlaskClient) -> None:
    unlock(client)
    assert "Messages will stand here once a bundle from intake has been imported." in get(client, "/")
    assert "will stand here, with the reason" in get(client, "/aside")


def test_the_list_says_what_must_be_known_first(client: FlaskClient, station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal, language="ar"), danger="hours", state="do_not_contact")
    unlock(client)
    page = get(client, "/")
    assert all(words in page for words in ("in danger", "not the State", "Arabic", "10 November", ">new<"))


def test_the_veto_stands_on_the_case_and_cannot_be_dismissed(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    arrive(station, Writer(portal=portal), state="do_not_contact")
    unlock(client)
    band = get(client, "/cases/cat/1").split('class="veto"')[1].split("</div>")[0]
    assert "Set by the person on 10 November 2026" in band
    assert "<button" not in band


def test_without_a_veto_there_is_no_band(client: FlaskClient, station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal), state="ask_first")
    unlock(client)
    assert 'class="veto"' not in get(client, "/cases/cat/1")


def share_a_mailbox(station: Station, words: str = "Hello.") -> None:
    """Case 2 asks for answers in the mailbox of case 1; case 3 has nothing to do with it."""
    portal = station.portal
    owner, greedy, third = (Writer(portal=portal) for _ in range(3))
    message = greedy.account(words)
    lure = replace(message, thread=replace(message.thread, mailbox=owner.account().thread.mailbox))
    envelopes = [owner.seal(owner.account()), greedy.seal(lure), third.seal(third.account())]
    station.take("cat", bundle(portal, [close_day(portal, envelopes, ids=[bytes([n]) * 16 for n in range(3)])]))


def test_two_cases_that_share_a_mailbox_say_so_and_lead_to_each_other(client: FlaskClient, station: Station) -> None:
    share_a_mailbox(station)
    unlock(client)
    names = station.look("cat", lambda store: {row.case.number: row.case.pseudonym for row in store.inbox()})
    for number, other in ((1, 2), (2, 1)):
        band = get(client, f"/cases/cat/{number}").split('class="care same-mailbox"')[1].split("</div>")[0]
        assert "Another case asks for answers in the same mailbox:" in band
        assert f'<a href="/cases/cat/{other}">{names[other]}</a>.' in band
        assert "At most one of the writers is the owner of the mailbox, and nobody here can tell which." in band
        assert "<button" not in band
    assert "same-mailbox" not in get(client, "/cases/cat/3")
    listed = {row.split('"')[0]: row for row in get(client, "/").split("</nav>")[0].split('<a href="/cases/cat/')[1:]}
    assert [number for number, row in sorted(listed.items()) if "same mailbox as another case" in row] == ["1", "2"]


def test_whoever_answers_one_of_two_cases_with_one_mailbox_is_warned_there(
    client: FlaskClient, station: Station
) -> None:
    share_a_mailbox(station)
    unlock(client)
    warning = "Put nothing here that you know from that case alone."
    for number, is_warned in ((1, True), (3, False)):
        page = get(client, f"/cases/cat/{number}/write")
        _, preview = post(client, f"/cases/cat/{number}/draft", page, **ACKNOWLEDGMENT)
        assert [warning in one.split('id="draft"')[1] for one in (page, preview)] == [is_warned, is_warned]
        assert warning not in get(client, f"/cases/cat/{number}")


def test_a_question_is_shown_as_it_was_asked(client: FlaskClient, station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal, language="ar"), danger="hours")
    unlock(client)
    page = get(client, "/cases/cat/1")
    assert '<span lang="ar" dir="rtl">هل هناك من هو في خطر الآن؟</span>' in page
    assert "Is someone in danger now?" in page
    assert '<dd class="words" dir="auto">' in page


def test_an_unknown_questionnaire_is_shown_by_names_with_a_warning(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    message = writer.account(answers={"danger": "hours"}, questionnaire=bytes(32))
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(message)])]))
    unlock(client)
    page = get(client, "/cases/cat/1")
    assert "This desk does not know the questions that were asked" in page
    assert all(f">{name}</span>" in page for name in ("account", "danger"))
    assert '<dd class="words" dir="auto">hours</dd>' in page


def test_words_cannot_become_markup(client: FlaskClient, station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    nasty = "</dd><script>alert(1)</script>{{ 7 * 7 }} %(count)s"
    message = writer.account(nasty, answers={"danger": "<b>"})
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(message)])]))
    unlock(client)
    page = get(client, "/cases/cat/1")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }} %(count)s" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Please look again after about 3 weeks"), ("fr", "Revenez voir après environ 3 semaines")],
)
def test_an_acknowledgment_is_shown_word_for_word_and_leaves_so(
    client: FlaskClient, station: Station, portal: Portal, language: str, words: str
) -> None:
    writer = Writer(portal=portal)
    arrive(station, writer)
    unlock(client)
    form = {**ACKNOWLEDGMENT, "language": language}
    status, preview = post(client, "/cases/cat/1/draft", get(client, "/cases/cat/1"), **form)
    assert status == 200
    assert post(client, "/cases/cat/1/seal", preview, **form) == (303, "/cases/cat/1#last")
    reply, _ = open_reply(writer, slots(station))
    pseudonym = station.look("cat", lambda store: store.inbox()[0].case.pseudonym)
    assert words in reply.body.text
    assert reply.body.text.endswith(f"{pseudonym}.")
    assert reply.kind == "acknowledgment"
    shown = preview.split("<blockquote")[1].split(">", 1)[1].split("</blockquote>")[0]
    assert shown == reply.body.text
    assert "cat (" not in reply.body.text


def test_the_words_of_an_acknowledgment_come_from_the_template_not_from_the_form(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    arrive(station, writer)
    unlock(client)
    post(client, "/cases/cat/1/seal", get(client, "/cases/cat/1"), **ACKNOWLEDGMENT, text="Something else.")
    assert "Something else" not in open_reply(writer, slots(station))[0].body.text


def test_a_second_acknowledgment_is_not_offered_and_the_reason_stands_there(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    arrive(station, Writer(portal=portal))
    unlock(client)
    post(client, "/cases/cat/1/seal", get(client, "/cases/cat/1"), **ACKNOWLEDGMENT)
    page = get(client, "/cases/cat/1")
    assert "Prepare acknowledgment" not in page
    assert "One was sealed on 10 November 2026." in page
    assert "It leaves with the next post." in page


def test_an_answer_in_own_words_can_be_looked_at_changed_and_sealed(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    arrive(station, writer)
    unlock(client)
    form = {"kind": "text", "language": "en", "text": "\nThank you.\r\n\r\nIs it safe to answer?\n"}
    _, preview = post(client, "/cases/cat/1/draft", get(client, "/cases/cat/1/write"), **form)
    assert "Thank you.\n\nIs it safe to answer?</blockquote>" in preview
    _, again = post(client, "/cases/cat/1/draft", preview, **form, step="change")
    assert ">\nThank you.\n\nIs it safe to answer?</textarea>" in again
    post(client, "/cases/cat/1/seal", preview, **form)
    assert open_reply(writer, slots(station))[0].body.text == "Thank you.\n\nIs it safe to answer?"


def test_a_refused_answer_stays_in_its_field_with_the_reason(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    arrive(station, Writer(portal=portal))
    unlock(client)
    copied = " ".join(WORDS.split()[:9])
    for path in ("/cases/cat/1/draft", "/cases/cat/1/seal"):
        page = get(client, "/cases/cat/1/write")
        status, shown = post(client, path, page, kind="text", language="en", text=f"You said: {copied}.")
        assert status == 422
        assert "Rule 9: no words of theirs in an answer." in shown
        assert "You said: " in shown.split("<textarea")[1]
    assert slots(station) == []


def test_who_wants_no_answer_is_offered_none(client: FlaskClient, station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal, wants_reply=False))
    unlock(client)
    page = get(client, "/cases/cat/1")
    assert "The person wants none, and left no way to reach them." in page
    assert "Write an answer" not in page
    assert "Prepare acknowledgment" not in page
    assert post(client, "/cases/cat/1/draft", page, **ACKNOWLEDGMENT)[0] == 422


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "letter", "language": "en", "text": "x"},
        {"kind": "text", "language": "de", "text": "x"},
        {"kind": "acknowledgment", "language": "de", "weeks": "3"},
        {"kind": "acknowledgment", "language": "en", "weeks": "0"},
        {},
    ],
)
def test_what_no_form_of_ours_sends_is_refused(
    client: FlaskClient, station: Station, portal: Portal, form: dict[str, str]
) -> None:
    arrive(station, Writer(portal=portal))
    unlock(client)
    assert post(client, "/cases/cat/1/seal", get(client, "/cases/cat/1"), **form)[0] == 400
    assert slots(station) == []


def fill_case(station: Station, messages: int, size: int) -> None:
    """A case of one writer: an account and further messages of this size, each ending in its number."""
    writer = Writer(portal=station.portal)
    said = [writer.account("The first."), *(writer.followup(f"{'x' * size} no. {n}.") for n in range(1, messages))]
    with station.vaults["cat"].transaction() as connection:
        store = Store(connection)
        case = store.add_case(said[0])
        for message in said:
            store.add_message(case.number, message, message.encode(), bytes(64), message.id, DAY)


def test_a_long_case_stands_on_several_pages_the_newest_first(client: FlaskClient, station: Station) -> None:
    fill_case(station, 45, 10)
    unlock(client)
    newest = get(client, "/cases/cat/1")
    assert [f"no. {n}." in newest for n in (24, 25, 44)] == [False, True, True]
    assert 'href="/cases/cat/1?before=25">Earlier in this case: 25' in newest
    assert "Later in this case" not in newest
    middle = get(client, "/cases/cat/1?before=25")
    assert [f"no. {n}." in middle for n in (4, 5, 24, 25)] == [False, True, True, False]
    assert 'href="/cases/cat/1">Later in this case: 20' in middle
    oldest = get(client, "/cases/cat/1?before=5")
    assert "The first." in oldest
    assert "Earlier in this case" not in oldest


def test_an_acknowledgment_on_an_earlier_page_is_not_offered_again(client: FlaskClient, station: Station) -> None:
    fill_case(station, 1, 0)
    unlock(client)
    post(client, "/cases/cat/1/seal", get(client, "/cases/cat/1"), **ACKNOWLEDGMENT)
    writer = Writer(portal=station.portal)
    with station.vaults["cat"].transaction() as connection:
        for n in range(20):
            message = writer.followup(f"no. {n}.")
            Store(connection).add_message(1, message, message.encode(), bytes(64), message.id, DAY)
    assert "One was sealed on 10 November 2026." in get(client, "/cases/cat/1")


def test_a_case_of_more_words_than_one_answer_carries_can_be_read(client: FlaskClient, station: Station) -> None:
    size = 250_000
    fill_case(station, MOST_LINE // size + 2, size)
    unlock(client)
    assert "Earlier in this case" in get(client, "/cases/cat/1")
    assert get(client, "/")


def test_the_browser_is_not_asked_to_keep_a_passphrase(client: FlaskClient) -> None:
    field = re.search(r'<input id="passphrase-cat"[^>]*>', get(client, "/unlock"))
    assert field is not None
    assert 'autocomplete="one-time-code"' in field[0]
    assert 'spellcheck="false"' in field[0]


def test_an_expired_directory_is_said_on_the_first_page(client: FlaskClient, station: Station, clock: SetClock) -> None:
    unlock(client)
    assert "expired on" not in get(client, "/")
    clock.day = "2027-02-16"
    assert "The directory of cat expired on 16 February 2027." in get(client, "/")


@pytest.mark.parametrize("path", ["/cases/cat/7", "/cases/ced/1", "/cases/nothing/1", "/nowhere"])
def test_what_is_not_there_is_not_there(client: FlaskClient, station: Station, path: str) -> None:
    unlock(client)
    answer = client.get(path, base_url=ADDRESS)
    assert answer.status_code == 404


def test_a_case_of_a_locked_vault_is_not_shown_through_an_open_one(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    station.add("ced")
    writer = Writer(portal=portal, committees=("ced",))
    station.take("ced", bundle(portal, [close_day(portal, [writer.seal(writer.account())])]))
    unlock(client)
    assert client.get("/cases/ced/1", base_url=ADDRESS).status_code == 404


def test_a_touched_journal_is_said_on_every_page(client: FlaskClient, station: Station) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("insert into journal values (1, null, '2026-11-10', 'post-left', 'x', x'00')")
    unlock(client)
    assert "The journal of cat does not fit together." in get(client, "/")
