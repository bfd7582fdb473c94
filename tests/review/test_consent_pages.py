"""Consent on the desk's pages, with the real keeper: from the question to the printed text, and what never shows."""

import logging
import re

import pytest
from flask.testing import FlaskClient

from crypto.wire.digest import sha256
from review.consent.entries import EXPLAINED
from tests.material import Portal
from tests.review.asked import QUESTION, RECIPIENT, TEXT, VETO, Carrier, answer, name_of, stands
from tests.review.carried import Writer
from tests.review.conftest import ADDRESS, SetClock, Station
from tests.review.test_desk import get, post, unlock

CASE = "/cases/cat/1"
PAGE = f"{CASE}/consent"
FORM = {**{name: str(value) for name, value in QUESTION.items()}, "days": "30"}
BAND = "Do not contact the State."
SEALED = "Sealed and signed. It leaves with the next post."
RECORDED = {
    "measure": "protection-network", "recipient": RECIPIENT, "identity": "named", "text": TEXT, "days": "30",
    "said": "yes", "method": "paper", "day": "2026-11-10", "language": "English", "interpreter": "",
    "explained_by": "The desk", "own_words": "Canary words.", "witness": "",
}  # fmt: skip


@pytest.fixture
def carrier(station: Station, portal: Portal) -> Carrier:
    writer = Writer(portal=portal)
    made = Carrier(station, writer)
    message, _ = writer.with_files(writer.account("Their words."), {"letter.txt": b"x"})
    made.bring(message)
    return made


def send(client: FlaskClient, path: str, **form: str | list[str]) -> tuple[int, str]:
    """Status and target or page of a form that stands at this address."""
    return post(client, path, get(client, path), **form)  # type: ignore[arg-type]


def test_from_the_question_to_the_printed_text_and_nothing_of_it_reaches_journal_log_or_address(
    station: Station, clock: SetClock, client: FlaskClient, carrier: Carrier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    unlock(client)
    targets = list[str]()
    status, shown = send(client, f"{PAGE}/ask", **FORM, step="look")
    assert (status, shown.count("Amina Canary") > 1, SEALED in get(client, CASE)) == (200, True, False)
    status, shown = send(client, f"{PAGE}/ask", **FORM, step="seal", typed="wrong")
    assert (status, "not the name of this case" in shown, SEALED in get(client, CASE)) == (422, True, False)
    status, target = send(client, f"{PAGE}/ask", **FORM, step="seal", typed=name_of(station).upper())
    targets.append(target)
    assert (status, target, SEALED in get(client, CASE)) == (303, f"{CASE}#last", True)
    one = stands(station).consents[0]
    request = station.look("cat", lambda store: store.consent_requests(1))[0]
    assert request[0] == one.n
    this = f"{PAGE}/asked/{one.n}"
    assert "Missing:" in get(client, this)
    assert client.get(f"{this}/text", base_url=ADDRESS).status_code == 409
    carrier.bring(answer(carrier.writer, sha256(request[1]), "yes", "Canary answer."), day="2026-11-11")
    clock.day = "2026-11-11"
    assert "Canary answer." in get(client, CASE)
    shown = get(client, this)
    assert shown.count("Canary answer.") == 2
    assert shown.index("P1 said with the yes:") < shown.rindex("Canary answer.") < shown.index('name="typed"')
    status, body = post(client, f"{this}/text", shown, typed="wrong")
    assert (status, "not the name of this case" in body) == (409, True)
    status, target = post(client, f"{this}/text", shown, typed=name_of(station))
    targets.append(target)
    assert (status, target) == (303, f"{this}/text")
    sheet = get(client, target)
    assert TEXT in sheet
    assert RECIPIENT in sheet
    assert one.item.act.sha256.hex() in sheet
    assert post(client, f"{this}/text", shown, typed=name_of(station))[0] == 409
    status, target = send(client, f"{this}/withdrawn", why="person", day="2026-11-11", words="Canary withdrawal.")
    targets.append(target)
    assert client.get(f"{this}/text", base_url=ADDRESS).status_code == 409
    assert "Canary withdrawal." in get(client, this)
    journal = station.look("cat", lambda store: [f"{one.what} {one.about}" for one, _ in store.journal()])
    assert [line.split()[0] for line in journal if "consent" in line or "text-" in line] == [
        "consent-refused", "reply-sealed", "text-refused", "text-refused", "consent-written", "text-handed-out",
        "text-refused", "consent-written", "text-refused",
    ]  # fmt: skip
    for text in (*journal, *targets, caplog.text):
        assert "Canary" not in text
        assert RECIPIENT not in text


def test_the_veto_stands_on_every_page_of_the_case_and_nothing_takes_it_away(
    station: Station, client: FlaskClient, carrier: Carrier
) -> None:
    unlock(client)
    pages = [
        CASE, f"{CASE}/write", f"{CASE}/verification", f"{CASE}/files/1", PAGE, f"{PAGE}/ask",
        f"{PAGE}/persons/1/person", f"{PAGE}/persons/1/veto", f"{PAGE}/persons/1/recorded",
    ]  # fmt: skip
    for page in pages:
        assert f"<strong>{BAND}" not in get(client, page).split('<main id="main">')[1].split("</h1>")[0]
    carrier.bring(carrier.writer.account("Again.", answers=VETO))
    for page in pages:
        top = get(client, page).split('<main id="main">')[1].split("</h1>")[0]
        assert BAND in top
        assert "<button" not in top.split('class="veto"')[1].split("</div>")[0]
    status, shown = send(client, f"{PAGE}/ask", **FORM, step="look")
    assert (status, BAND in shown) == (200, True)
    assert "disabled" in get(client, f"{PAGE}/ask")
    status, shown = send(client, f"{PAGE}/ask", **{**FORM, "measure": "letter-to-state"}, step="look")
    assert (status, "Rule 1:" in shown, BAND in shown) == (409, True, True)


def test_a_yes_of_a_meeting_is_written_down_with_all_that_was_explained(
    station: Station, client: FlaskClient, carrier: Carrier
) -> None:
    unlock(client)
    person = {
        "name": "A sister",
        "relation": "sister",
        "decides": "self",
        "why": "not_said",
        "who": "",
        "child_view": "",
    }
    assert send(client, f"{PAGE}/persons/2/person", **person) == (303, f"{PAGE}#record")
    assert client.get(f"{PAGE}/persons/4/person", base_url=ADDRESS).status_code == 404
    lacking = {**person, "decides": "other", "why": "child"}
    status, shown = send(client, f"{PAGE}/persons/2/person", **lacking)
    assert (status, re.findall(r'id="([\w]+)-wrong"', shown)) == (422, ["who", "child_view"])
    status, shown = send(client, f"{PAGE}/persons/2/recorded", **RECORDED)
    assert (status, re.findall(r'id="([\w]+)-wrong"', shown)) == (422, ["explained"])
    assert "Canary words." in shown
    assert stands(station).consents == []
    assert send(client, f"{PAGE}/persons/2/recorded", **RECORDED, explained=list(EXPLAINED))[0] == 303
    shown = get(client, f"{PAGE}/recorded/2")
    assert "Canary words." in shown
    assert "P1 (the writer)" in shown
    assert f"{PAGE}/recorded/2/not-concerned/2" not in shown
    status, shown = send(client, f"{PAGE}/recorded/2/not-concerned/2", reason="Nothing leads to her.")
    assert (status, "P2 was asked about this very text" in shown) == (409, True)
    passes = "a yes never passes to somebody else"
    assert [passes in get(client, f"{PAGE}/persons/{one}/person") for one in (1, 2, 3)] == [True, True, False]
    assert send(client, f"{PAGE}/persons/3/person", **{**person, "name": "A brother"})[0] == 303
    left_out = f"{PAGE}/recorded/2/not-concerned/3"
    assert left_out in get(client, f"{PAGE}/recorded/2")
    assert send(client, left_out, reason=" ")[0] == 422
    assert send(client, left_out, reason="Nothing leads to her.")[0] == 303
    assert "Nothing leads to her." in get(client, f"{PAGE}/recorded/2")
    not_now = {**RECORDED, "said": "not-now", "text": "Another text."}
    assert send(client, f"{PAGE}/persons/1/recorded", **not_now)[0] == 303
    assert "not now: 1" in get(client, CASE)
    risk = {"measure": "refer", "recipient": "", "acting": "Canary risk.", "not_acting": "", "result": "wait"}
    status, shown = send(client, f"{PAGE}/risk", **risk)
    assert (status, re.findall(r'id="([\w]+)-wrong"', shown)) == (422, ["not_acting"])
    assert send(client, f"{PAGE}/risk", **{**risk, "not_acting": "Nothing."})[0] == 303
    assert "Canary risk." in get(client, PAGE)
    assert send(client, f"{PAGE}/persons/2/veto", day="2026-11-10", reason="Fear.")[0] == 303
    assert "Set by P2 (A sister)" in get(client, CASE)


def test_a_page_says_what_stops_a_text_and_what_the_desk_has_to_check_itself(
    station: Station, client: FlaskClient, carrier: Carrier
) -> None:
    unlock(client)
    told = {**FORM, "measure": "tell-chair"}
    assert "even with a yes nothing goes to the Chair" in send(client, f"{PAGE}/ask", **told, step="look")[1]
    assert "even with a yes" not in send(client, f"{PAGE}/ask", **FORM, step="look")[1]
    shown = get(client, PAGE)
    assert "known to this vault and this case alone" in shown
    assert "that is your own duty" in shown
    assert send(client, f"{PAGE}/ask", **told, step="seal", typed=name_of(station))[0] == 303
    risk = {"measure": "tell-chair", "recipient": "", "acting": "a", "not_acting": "b", "result": "wait"}
    assert send(client, f"{PAGE}/risk", **risk)[0] == 303
    request = station.look("cat", lambda store: store.consent_requests(1))[0]
    carrier.bring(answer(carrier.writer, sha256(request[1]), "yes"))
    assert "was weighed last with the result to wait" in get(client, f"{PAGE}/asked/{request[0]}")
    station.look("cat", lambda store: store.note("vault-restored", "journal 1", "2026-11-10"))
    assert "write down anew: it comes with no bundle" in get(client, PAGE)
    assert "put back from a backup" in get(client, f"{PAGE}/asked/{request[0]}")


def test_a_case_without_its_account_says_why_the_state_is_not_contacted(
    station: Station, client: FlaskClient, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    carrier = Carrier(station, writer)
    carrier.bring(writer.followup("Hello."))
    unlock(client)
    unknown = "it is not known whether the person forbade it"
    assert unknown in get(client, CASE)
    carrier.bring(writer.account("Their words.", answers=VETO))
    shown = get(client, CASE)
    assert (unknown in shown, BAND in shown) == (False, True)


STRANGE: list[tuple[str, dict[str, str]]] = [
    (f"{PAGE}/ask", {**FORM, "measure": "burn"}), (f"{PAGE}/ask", {**FORM, "identity": "face"}),
    (f"{PAGE}/ask", {**FORM, "recipient": "x" * 301}), (f"{PAGE}/ask", {**FORM, "step": "send"}),
    (f"{PAGE}/persons/1/recorded", {**RECORDED, "said": "perhaps"}),
    (f"{PAGE}/persons/1/recorded", {**RECORDED, "explained": "all"}), (f"{PAGE}/persons/1/veto", {"day": "soon"}),
]  # fmt: skip


@pytest.mark.parametrize("name", ["recipient", "text"])
def test_words_that_display_otherwise_than_they_read_are_refused_beside_their_field(
    client: FlaskClient, carrier: Carrier, name: str
) -> None:
    unlock(client)
    for step in ("look", "seal"):
        status, shown = send(client, f"{PAGE}/ask", **{**FORM, name: "Paid \u202eton\u202c to him"}, step=step)
        assert (status, re.findall(r'id="([\w]+)-wrong"', shown)) == (422, [name])
    assert "hidden character" in shown
    said = {**RECORDED, name: "Paid \u2067not\u2069 to him"}
    status, shown = send(client, f"{PAGE}/persons/1/recorded", **said, explained=list(EXPLAINED))
    assert (status, re.findall(r'id="([\w]+)-wrong"', shown)) == (422, [name])
    assert send(client, f"{PAGE}/ask", **{**FORM, name: "Paid \u200fnot to him"}, step="look")[0] == 200


@pytest.mark.parametrize("days", ["0", "151", "365"])
def test_a_yes_counts_for_no_longer_than_its_question_can_be_answered(
    client: FlaskClient, carrier: Carrier, days: str
) -> None:
    unlock(client)
    status, shown = send(client, f"{PAGE}/ask", **{**FORM, "days": days}, step="look")
    assert (status, "from 1 to 150" in shown) == (422, True)
    assert send(client, f"{PAGE}/ask", **{**FORM, "days": "150"}, step="look")[0] == 200


def test_what_no_form_of_ours_sends_is_answered_400(client: FlaskClient, carrier: Carrier) -> None:
    unlock(client)
    for path, form in STRANGE:
        assert send(client, path, **form)[0] == 400
