"""Consent at the station: asked through the thread, answered with its signature, taken back, used once."""

from typing import Any

import pytest

from crypto.errors import FormatError
from crypto.wire.message import Consent
from review import views
from review.consent.entries import NotConcerned, Spent, Veto, Withdrawn
from review.judging import judge_again
from review.refusals import Refused
from review.store import Store
from review.verification.versions import is_whole
from tests.material import DAY, Portal
from tests.review.asked import (
    QUESTION,
    RECIPIENT,
    TEXT,
    VETO,
    Carrier,
    act,
    answer,
    ask,
    name_of,
    recorded,
    somebody,
    stands,
    state,
    write,
)
from tests.review.carried import Writer
from tests.review.conftest import Station
from tests.review.reading import open_reply
from tests.review.test_import import framed

NEXT, LATER = "2026-11-11", "2026-11-12"
NOT_TO_LEAVE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"learn": "That it happened in France."}, "names-country"),
    ({"help": "Say that they came to the house and they took the papers."}, "copied-words"),
    ({"wrong": ""}, "reply-empty"), ({"text": " "}, "reply-empty"), ({"recipient": " "}, "reply-empty"),
    ({"days": 0}, "consent-day-past"), ({"text": "x" * 33_000}, "reply-too-long"),
)  # fmt: skip
LACKING: tuple[dict[str, Any], ...] = (
    {"explained": ()}, {"said": "not_said"}, {"method": "not_said"}, {"day": ""}, {"day": "2026-11-30"},
    {"explained_by": " "}, {"text": ""}, {"recipient": ""}, {"identity": "not_said"}, {"measure": "not_said"},
    {"days": 151}, {"language": ""}, {"text": "Not \u202etaht"}, {"recipient": "The\u2066 mission"},
    {"recipient": "One line,\nand another"},
)  # fmt: skip


@pytest.fixture
def writer(portal: Portal) -> Writer:
    return Writer(portal=portal)


@pytest.fixture
def carrier(station: Station, writer: Writer) -> Carrier:
    made = Carrier(station, writer)
    made.bring(writer.account("They came to the house."))
    return made


def refused(station: Station, action: str, day: str = DAY, **given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        act(station, action, day, **given)
    return caught.value


def hand_out(station: Station, how: str, n: int, day: str = DAY) -> None:
    act(station, "hand_out", day, how=how, n=n, typed=name_of(station))


def not_handed_out(station: Station, how: str, n: int, day: str = DAY) -> str:
    return refused(station, "hand_out", day, how=how, n=n, typed=name_of(station)).code


# --- the way of a question


def test_a_question_is_asked_answered_and_taken_back(station: Station, writer: Writer, carrier: Carrier) -> None:
    request = ask(station)
    turn = stands(station).consents[0].n
    assert (state(station), not_handed_out(station, "asked", turn)) == ("asked", "consent-missing")
    carrier.bring(answer(writer, request, "yes", "If it helps."), day=NEXT)
    assert state(station, NEXT) == "given"
    turns = station.look("cat", lambda store: views.case(store, 1))["turns"]
    assert [(one["kind"], one.get("counts")) for one in turns] == [
        ("account", None), ("consent-request", None), ("consent-answer", "counts"),
    ]  # fmt: skip
    assert (turns[2]["text"], turns[2]["asked"]["recipient"]) == ("If it helps.", RECIPIENT)
    carrier.bring(answer(writer, request, "no"), day=LATER)
    assert (state(station, LATER), not_handed_out(station, "asked", turn, LATER)) == ("withdrawn", "consent-missing")


def test_the_receipt_opens_exactly_what_was_previewed(station: Station, writer: Writer, carrier: Carrier) -> None:
    shown = act(station, "try_consent", **QUESTION)["body"]
    ask(station)
    slots = station.look("cat", lambda store: [one.slot for one in store.waiting_slots()])
    reply, _ = open_reply(writer, slots)
    assert (reply.kind, reply.body.to_json()) == ("consent-request", shown)
    assert (shown["proposal"], shown["recipient"], shown["expires"]) == (TEXT, RECIPIENT, "2026-12-10")
    assert shown["text"].count("\n\n") == 4
    assert "If you say no, we will not do it, and you lose nothing." in shown["text"]
    with pytest.raises(Refused) as caught:
        act(station, "ask_consent", **QUESTION, typed="another case")
    assert caught.value.code == "typed-differs"
    assert len(stands(station).consents) == 1


def test_an_answer_that_an_older_release_set_aside_reaches_its_case(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    request = ask(station)
    frame = writer.frame(answer(writer, request, "yes"))

    def as_before(store: Store) -> None:
        store.set_aside(1, b"\x01" * 16, DAY, "not-understood", frame)
        store.set_judged(1)

    station.look("cat", as_before)
    assert state(station) == "asked"
    station.look("cat", lambda store: judge_again(store, views.belief_of(store, DAY), DAY))
    assert (state(station), station.look("cat", lambda store: store.count_aside())) == ("given", 0)


@pytest.mark.parametrize(
    ("says", "then"), [("no", "refused"), ("change", "change"), ("not-now", "not-now"), ("questions", "questions")]
)
def test_what_is_no_yes_is_none_and_a_later_yes_makes_none_of_it(
    station: Station, writer: Writer, carrier: Carrier, says: Consent, then: str
) -> None:
    request = ask(station)
    carrier.bring(answer(writer, request, says), day=NEXT)
    assert state(station, NEXT) == then
    carrier.bring(answer(writer, request, "yes"), day=LATER)
    assert state(station, LATER) != "given"


def test_a_late_yes_another_vaults_question_and_another_threads_are_shown_as_that(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    request = ask(station, days=1)
    other = Writer(portal=station.portal)
    for message in (other.account("Other words."), answer(other, request, "yes")):
        carrier.bring_frame(other.frame(message), day=NEXT)
    carrier.bring(answer(writer, request, "yes"), answer(writer, b"\x07" * 32, "yes"), day=LATER)
    assert state(station, LATER) == "expired"
    cases = station.look("cat", lambda store: [views.case(store, number) for number in (1, 2)])
    said = [one["counts"] for case in cases for one in case["turns"] if one["kind"] == "consent-answer"]
    assert sorted(said) == ["consent-expired", "not-ours", "other-thread"]


def test_a_yes_ends_by_itself_on_its_day(station: Station, writer: Writer, carrier: Carrier) -> None:
    carrier.bring(answer(writer, ask(station, days=2), "yes"), day=NEXT)
    assert [state(station, day) for day in (NEXT, LATER)] == ["given", "expired"]


def test_what_this_release_cannot_read_stops_the_consent_of_its_thread_alone(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    carrier.bring(answer(writer, ask(station), "yes"), day=NEXT)
    turn = stands(station).consents[0].n
    stranger = Writer(portal=station.portal)
    newer = answer(stranger, bytes(32), "no").encode().replace(b'"kind":"consent-answer"', b'"kind":"consent-newer"')
    carrier.bring_frame(framed(stranger, newer), day=NEXT)
    assert (state(station, NEXT), stands(station, NEXT).is_unheard) == ("given", False)
    own = answer(writer, bytes(32), "no").encode().replace(b'"kind":"consent-answer"', b'"kind":"consent-newer"')
    carrier.bring_frame(framed(stranger, own), day=NEXT)
    assert state(station, NEXT) == "given"
    carrier.bring_frame(framed(writer, own), day=NEXT)
    assert (state(station, NEXT), stands(station, NEXT).is_unheard) == ("asked", True)
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-unheard"


def test_a_question_that_may_not_leave_is_refused(station: Station, carrier: Carrier) -> None:
    carrier.bring(carrier.writer.account("They came to the house and they took the papers with them."))
    name = name_of(station)
    for change, code in NOT_TO_LEAVE:
        assert refused(station, "try_consent", **{**QUESTION, **change}).code == code
        assert refused(station, "ask_consent", **{**QUESTION, **change}, typed=name).code == code
    named = {"text": "On 3 November 2026 they came to the house and they took the papers, in France."}
    act(station, "try_consent", **{**QUESTION, **named})


HIDDEN = ("\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069")


def test_no_question_is_sealed_that_displays_otherwise_than_it_reads(station: Station, carrier: Carrier) -> None:
    hidden = [{name: f"a{mark}b"} for mark in HIDDEN for name in ("recipient", "text")]
    for words in (*hidden, {"recipient": "a\nb"}, {"recipient": "a\x00b"}, {"recipient": "a\u2028b"}):
        for action, typed in (("try_consent", {}), ("ask_consent", {"typed": name_of(station)})):
            with pytest.raises(FormatError):
                act(station, action, **{**QUESTION, **words}, **typed)
    assert stands(station).consents == []
    ask(station, text="a\u200fb\nc", recipient="a\u200eb")
    assert state(station) == "asked"


def test_who_wants_no_answer_is_not_asked(station: Station) -> None:
    silent = Writer(portal=station.portal, wants_reply=False)
    Carrier(station, silent).bring(silent.account("They came."))
    assert refused(station, "try_consent", **QUESTION).code == "no-reply-wanted"


# --- the veto


def test_only_a_signed_yes_lifts_the_writers_veto_and_a_no_sets_it_again(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    carrier.bring(writer.account("Again.", answers=VETO))
    letter = {**QUESTION, "measure": "letter-to-state"}
    assert stands(station).vetoes == {1: DAY}
    assert refused(station, "try_consent", **letter).code == "consent-state-veto"
    with pytest.raises(Refused):
        write(station, recorded(1, measure="letter-to-state"))
    with pytest.raises(Refused):
        write(station, recorded(1, measure="contact-state"))
    request = ask(station, measure="contact-state")
    assert refused(station, "try_consent", **letter).code == "consent-state-veto"
    carrier.bring(answer(writer, request, "yes"), day=NEXT)
    assert (stands(station, NEXT).vetoes, stands(station, "2026-12-10").vetoes) == ({}, {1: DAY})
    act(station, "try_consent", NEXT, **letter)
    assert not_handed_out(station, "asked", stands(station).consents[0].n, NEXT) == "consent-only-a-question"
    carrier.bring(answer(writer, request, "no"), day=LATER)
    assert stands(station, LATER).vetoes == {1: DAY}


def test_a_new_account_that_says_so_sets_the_veto_again(station: Station, writer: Writer, carrier: Carrier) -> None:
    carrier.bring(writer.account("Again.", answers=VETO))
    request = ask(station, measure="contact-state")
    carrier.bring(answer(writer, request, "yes"), day=NEXT)
    carrier.bring(writer.account("And again."), day=LATER)
    assert stands(station, LATER).vetoes == {}
    carrier.bring(writer.account("And again.", answers=VETO), day=LATER)
    assert stands(station, LATER).vetoes == {1: LATER}


def test_anybodys_veto_stops_the_text_until_their_own_new_yes(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    write(station, somebody())
    request = ask(station, measure="letter-to-state")
    turn = stands(station).consents[0].n
    carrier.bring(answer(writer, request, "yes"), day=NEXT)
    n = write(station, recorded(measure="letter-to-state"), NEXT)
    assert stands(station, NEXT).stops(stands(station, NEXT).consents[0].item.act) is None
    write(station, Veto(person=2, day=NEXT), NEXT)
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-state-veto"
    assert not_handed_out(station, "recorded", n, NEXT) == "consent-state-veto"
    write(station, recorded(measure="contact-state", day=NEXT), NEXT)
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-state-veto"
    write(station, recorded(measure="contact-state", day=LATER), LATER)
    assert stands(station, LATER).vetoes == {}
    hand_out(station, "asked", turn, LATER)


# --- handing out


def test_a_text_leaves_once_and_only_with_everybodys_yes_to_exactly_it(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    write(station, somebody())
    carrier.bring(answer(writer, ask(station), "yes"), day=NEXT)
    turn = stands(station).consents[0].n
    others: tuple[dict[str, Any], ...] = (
        {"text": TEXT + " Now."},
        {"recipient": "Another"},
        {"identity": "described"},
        {"measure": "refer"},
    )
    for other in others:
        write(station, recorded(**other), NEXT)
        assert not_handed_out(station, "asked", turn, NEXT) == "consent-missing"
    write(station, recorded(), NEXT)
    assert refused(station, "hand_out", NEXT, how="asked", n=turn, typed="wrong").code == "typed-differs"
    hand_out(station, "asked", turn, NEXT)
    assert act(station, "handed_out", NEXT, how="asked", n=turn)["consent"]["text"] == TEXT
    assert refused(station, "handed_out", LATER, how="asked", n=turn).code == "consent-spent"
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-spent"
    assert [one.state for one in stands(station, NEXT).consents].count("spent") == 2


def test_what_was_taken_back_in_another_way_leaves_no_more(station: Station, writer: Writer, carrier: Carrier) -> None:
    carrier.bring(answer(writer, ask(station), "yes"), day=NEXT)
    turn = stands(station).consents[0].n
    write(station, Withdrawn(how="asked", n=turn, why="person", day=NEXT), NEXT)
    assert (state(station, NEXT), not_handed_out(station, "asked", turn, NEXT)) == ("withdrawn", "consent-missing")
    with pytest.raises(Refused) as caught:
        write(station, Withdrawn(how="asked", n=turn, why="person", day=NEXT), NEXT)
    assert caught.value.code == "consent-over"
    write(station, recorded(1, day=NEXT), NEXT)
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-missing"
    n = write(station, recorded(1, day=LATER), LATER)
    hand_out(station, "recorded", n, LATER)


def test_a_text_is_handed_out_from_the_question_that_has_the_yes_and_no_other(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    first = ask(station)
    ask(station)
    carrier.bring(answer(writer, first, "yes"), day=NEXT)
    yes, other = (one.n for one in stands(station).consents)
    assert not_handed_out(station, "asked", other, NEXT) == "consent-missing"
    hand_out(station, "asked", yes, NEXT)


def test_whom_a_text_does_not_concern_is_not_asked_and_the_writer_always_is(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    write(station, somebody())
    carrier.bring(answer(writer, ask(station), "yes"), day=NEXT)
    turn = stands(station).consents[0].n
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-missing"
    write(station, NotConcerned(how="asked", n=turn, person=2, reason="Not in the text."), NEXT)
    assert stands(station, NEXT).stops(stands(station, NEXT).consents[0].item.act) is None
    with pytest.raises(Refused) as caught:
        write(station, NotConcerned(how="asked", n=turn, person=1, reason="Not in the text."), NEXT)
    assert caught.value.code == "consent-has-said"
    assert stands(station, NEXT).concerned(stands(station, NEXT).consents[0].item.act) == (1,)


# --- the record


def test_an_entry_that_was_changed_or_cut_out_makes_every_yes_none(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    carrier.bring(answer(writer, ask(station), "yes"), day=NEXT)
    turn = stands(station).consents[0].n
    write(station, somebody(), NEXT)
    write(station, NotConcerned(how="asked", n=turn, person=2, reason="Not in it."), NEXT)
    stored = station.look("cat", lambda store: (store.consent_entries(1), store.case(1)))
    assert stored[1] is not None
    assert is_whole(stored[0], stored[1].thread.key)
    with station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("UPDATE consent_entries SET day = '2026-01-01' WHERE n = 1")
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-broken"
    with station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("UPDATE consent_entries SET data = X'7b7d' WHERE n = 2")
    assert not act(station, "case_head", NEXT)["consent"]["whole"]
    with pytest.raises(Refused) as caught:
        write(station, somebody(), NEXT)
    assert caught.value.code == "consent-broken"
    assert refused(station, "try_consent", NEXT, **QUESTION).code == "consent-broken"


def test_no_yes_is_written_down_of_which_something_is_missing(station: Station, carrier: Carrier) -> None:
    write(station, somebody())
    for lacking in LACKING:
        with pytest.raises(Refused) as caught:
            write(station, recorded(**lacking))
        assert caught.value.code == "consent-unfinished"
    assert write(station, recorded()) == 2


def test_nobody_writes_into_a_record_what_only_handing_out_writes(station: Station, carrier: Carrier) -> None:
    n = write(station, recorded(1))
    with pytest.raises(Refused):
        write(station, Spent(how="recorded", n=n))
    with pytest.raises(Refused):
        write(station, recorded(7))
    with pytest.raises(Refused):
        write(station, somebody(9))
    assert state(station) == "given"
