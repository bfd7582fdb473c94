"""A no that was passed by once: left out, outrun, renamed, set aside, cut off or put back; each stops the text now."""

from dataclasses import replace

import pytest

from crypto.wire.message import Message
from review.consent.entries import Entry, NotConcerned, Person, Risk, Veto, encode
from review.store import Store
from review.verification.record import Verification
from review.verification.versions import StoredVersion, Version
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
    recorded,
    somebody,
    stands,
    state,
    write,
)
from tests.review.carried import Writer
from tests.review.conftest import Station
from tests.review.test_anchor import opened
from tests.review.test_consent import hand_out, not_handed_out, refused

NEXT, LATER, LAST = "2026-11-11", "2026-11-12", "2026-11-13"


@pytest.fixture
def writer(portal: Portal) -> Writer:
    return Writer(portal=portal)


@pytest.fixture
def carrier(station: Station, writer: Writer) -> Carrier:
    made = Carrier(station, writer)
    made.bring(writer.account("They came to the house."))
    return made


def agreed(station: Station, carrier: Carrier, **other: str) -> int:
    """The turn of a question to which the writer says yes on the next day."""
    request = ask(station, **other)
    carrier.bring(answer(carrier.writer, request, "yes"), day=NEXT)
    return stands(station, NEXT).consents[-1].n


def leave_out(turn: int) -> NotConcerned:
    return NotConcerned(how="asked", n=turn, person=2, reason="Not in the text.")


def refusal_of(station: Station, entry: Entry, day: str) -> str:
    return refused(station, "write_consent", day, document=encode(entry).decode()).code


# --- whom a text concerns


def test_whoever_said_no_to_a_text_is_not_left_out_of_it_before_or_after(station: Station, carrier: Carrier) -> None:
    write(station, somebody())
    turn = agreed(station, carrier)
    write(station, recorded(said="no", explained=()), NEXT)
    assert refusal_of(station, leave_out(turn), NEXT) == "consent-has-said"
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-missing"


def test_who_was_left_out_and_then_says_no_is_left_out_no_more(station: Station, carrier: Carrier) -> None:
    write(station, somebody())
    turn = agreed(station, carrier)
    write(station, leave_out(turn), NEXT)
    assert stands(station, NEXT).stops(stands(station, NEXT).consents[0].item.act) is None
    write(station, recorded(said="no", explained=(), day=NEXT), NEXT)
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-missing"


def test_another_name_or_decider_ends_the_yes_and_the_leaving_out_and_keeps_the_veto(
    station: Station, carrier: Carrier
) -> None:
    write(station, somebody())
    turn = agreed(station, carrier)
    yes = write(station, recorded(day=NEXT), NEXT)
    write(station, replace(somebody(), relation="half-sister"), NEXT)
    assert stands(station, NEXT).stops(stands(station, NEXT).consents[0].item.act) is None
    write(station, Veto(person=2, day=NEXT), NEXT)
    write(station, replace(somebody(), name="Another"), NEXT)
    assert (state(station, NEXT), 2 in stands(station, NEXT).vetoes) == ("void", True)
    assert not_handed_out(station, "recorded", yes, NEXT) == "consent-missing"
    write(station, recorded(day=NEXT), NEXT)
    decides = replace(somebody(), name="Another", decides="other", why="authority", who="An aunt")
    write(station, decides, NEXT)
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-missing"
    write(station, somebody(3), NEXT)
    write(station, replace(leave_out(turn), person=3), NEXT)
    act_now = stands(station, NEXT).consents[0].item.act
    assert stands(station, NEXT).concerned(act_now) == (1, 2)
    write(station, replace(somebody(3), name="Yet another"), NEXT)
    assert stands(station, NEXT).concerned(act_now) == (1, 2, 3)


def test_the_writers_first_name_ends_nothing_and_another_ends_their_yes(station: Station, carrier: Carrier) -> None:
    turn = agreed(station, carrier)
    write(station, Person(person=1, name="A name"), NEXT)
    assert state(station, NEXT) == "given"
    write(station, Person(person=1, name="Another name"), NEXT)
    assert (state(station, NEXT), not_handed_out(station, "asked", turn, NEXT)) == ("void", "consent-missing")


# --- a yes that was held back


def test_a_yes_that_was_held_back_lifts_no_veto_that_was_said_after_its_question(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    request = ask(station, measure="contact-state")
    write(station, Veto(person=1, day=NEXT), NEXT)
    carrier.bring(answer(writer, request, "yes"), day=LATER)
    assert stands(station, LATER).vetoes == {1: NEXT}
    again = ask(station, LATER, measure="contact-state")
    carrier.bring(answer(writer, again, "yes"), day=LAST)
    assert stands(station, LAST).vetoes == {}


def test_a_yes_that_was_held_back_does_not_outrun_the_no_to_another_question_with_the_same_text(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    first, second = ask(station), ask(station)
    carrier.bring(answer(writer, first, "no"), day=NEXT)
    carrier.bring(answer(writer, second, "yes"), day=LATER)
    turn = stands(station, LATER).consents[-1].n
    assert (state(station, LATER), not_handed_out(station, "asked", turn, LATER)) == ("given", "consent-missing")
    carrier.bring(answer(writer, ask(station, LATER), "yes"), day=LAST)
    hand_out(station, "asked", stands(station, LAST).consents[-1].n, LAST)


# --- printing


def test_nothing_is_printed_any_more_after_a_no_of_anybody_whom_the_text_concerns(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    write(station, somebody())
    write(station, recorded(said="no", explained=()))
    request = ask(station)
    carrier.bring(answer(writer, request, "yes"), day=NEXT)
    n = write(station, recorded(day=NEXT), NEXT)
    hand_out(station, "recorded", n, NEXT)
    assert act(station, "handed_out", NEXT, how="recorded", n=n)["consent"]["text"] == TEXT
    carrier.bring(answer(writer, request, "no"), day=NEXT)
    assert refused(station, "handed_out", NEXT, how="recorded", n=n).code == "consent-missing"


# --- what is not here


def test_without_an_account_the_state_is_not_contacted_until_it_comes_or_the_person_says_so(
    station: Station, writer: Writer
) -> None:
    carrier = Carrier(station, writer)
    carrier.bring(writer.followup("Hello."))
    letter = {**QUESTION, "measure": "letter-to-state"}
    assert refused(station, "try_consent", **letter).code == "consent-state-veto"
    assert [one["unknown"] for one in act(station, "case_head")["consent"]["vetoes"]] == [True]
    request = ask(station, measure="contact-state")
    carrier.bring(answer(writer, request, "yes"), day=NEXT)
    assert stands(station, NEXT).vetoes == {}
    carrier.bring(answer(writer, request, "no"), day=NEXT)
    assert stands(station, NEXT).vetoes == {1: DAY}


def test_the_account_that_comes_says_whether_the_veto_stands(station: Station, writer: Writer) -> None:
    carrier = Carrier(station, writer)
    carrier.bring(writer.followup("Hello."))
    assert stands(station).vetoes == {1: DAY}
    write(station, somebody())
    carrier.bring(writer.account("They came."), day=NEXT)
    assert stands(station, NEXT).vetoes == {}


def test_a_signed_no_that_was_set_aside_ends_the_yes_and_a_yes_makes_none(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    def misdirected(message: Message) -> Message:
        return replace(message, routing=replace(message.routing, excluded=("cat",)))

    request = ask(station)
    carrier.bring(misdirected(answer(writer, request, "yes")), day=NEXT)
    assert state(station, NEXT) == "asked"
    carrier.bring(answer(writer, request, "yes"), day=NEXT)
    assert state(station, NEXT) == "given"
    carrier.bring(misdirected(answer(writer, request, "no")), day=LATER)
    assert {one.reason for one in station.look("cat", lambda store: store.aside())} == {"misdirected"}
    turn = stands(station, LATER).consents[-1].n
    assert (state(station, LATER), not_handed_out(station, "asked", turn, LATER)) == ("withdrawn", "consent-missing")


def test_a_signed_no_under_an_id_that_is_taken_ends_the_yes(station: Station, writer: Writer, carrier: Carrier) -> None:
    request = ask(station)
    yes = answer(writer, request, "yes")
    carrier.bring(yes, day=NEXT)
    carrier.bring(replace(answer(writer, request, "no"), id=yes.id), day=LATER)
    assert [one.reason for one in station.look("cat", lambda store: store.aside())] == ["same-id"]
    assert state(station, LATER) == "withdrawn"


def test_a_record_whose_newest_entry_was_cut_off_is_not_whole(station: Station, carrier: Carrier) -> None:
    turn = agreed(station, carrier)
    hand_out(station, "asked", turn, NEXT)
    assert stands(station, NEXT).is_whole
    with station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("DELETE FROM consent_entries")
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-broken"


def note(station: Station, *said: tuple[str, str], day: str = NEXT) -> None:
    def write_them(store: Store) -> None:
        for what, about in said:
            store.note(what, about, day)  # type: ignore[arg-type]

    station.look("cat", write_them)


def test_a_vault_that_is_older_than_the_station_remembers_gives_and_hands_out_nothing(
    station: Station, carrier: Carrier
) -> None:
    turn = agreed(station, carrier)
    note(station, ("vault-older", "remembered 9"), ("vault-opened", "cat"))
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-older"
    assert refused(station, "try_consent", NEXT, **QUESTION).code == "consent-older"
    assert refusal_of(station, recorded(1, day=NEXT), NEXT) == "consent-older"
    write(station, recorded(1, day=NEXT, said="no", explained=()), NEXT)
    note(station, ("vault-opened", "cat"))
    act(station, "try_consent", NEXT, **QUESTION)


def test_a_vault_without_the_end_of_its_journal_is_an_older_copy_and_one_that_fits_is_none(station: Station) -> None:
    assert [opened(station), opened(station)] == ["never", "fits"]
    assert not station.look("cat", lambda store: store.is_older_copy())
    with station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("DELETE FROM journal WHERE n = (SELECT max(n) FROM journal)")
    assert opened(station) == "older"
    assert station.look("cat", lambda store: store.is_older_copy())


def test_after_a_restore_nothing_is_handed_out_until_a_bundle_was_read(station: Station, carrier: Carrier) -> None:
    turn = agreed(station, carrier)
    note(station, ("vault-restored", "journal 9"))
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-restored"
    note(station, ("file-taken", "ceremony directory 1 days 0"))
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-restored"
    act(station, "try_consent", NEXT, **QUESTION)
    note(station, ("file-taken", "bundle directory 1 days 0"))
    hand_out(station, "asked", turn, NEXT)


def test_a_clock_behind_what_the_vault_has_seen_revives_no_yes(station: Station, carrier: Carrier) -> None:
    carrier.bring(answer(carrier.writer, ask(station, days=1), "yes"), day=DAY)
    carrier.bring(day=LATER)
    turn = stands(station, LATER).consents[-1].n
    assert state(station, LATER) == "expired"
    assert not_handed_out(station, "asked", turn, DAY) == "consent-clock"
    assert refused(station, "try_consent", **QUESTION).code == "consent-clock"
    write(station, Veto(person=1, day=DAY), DAY)
    act(station, "try_consent", LATER, **QUESTION)


# --- the same words


@pytest.mark.parametrize("other", [{"text": TEXT + "\n"}, {"recipient": RECIPIENT + " "}, {"text": "\n" + TEXT}])
def test_the_same_words_with_a_blank_are_the_same_act(
    station: Station, writer: Writer, carrier: Carrier, other: dict[str, str]
) -> None:
    carrier.bring(answer(writer, ask(station), "no"), day=NEXT)
    n = write(station, recorded(1, **other), NEXT)
    assert len({one.item.act for one in stands(station, NEXT).consents}) == 1
    assert not_handed_out(station, "recorded", n, NEXT) == "consent-missing"


def test_the_same_letters_in_another_form_are_the_same_act(station: Station, carrier: Carrier) -> None:
    for text in ("Am\u00e9lie", "Ame\u0301lie"):
        write(station, recorded(1, text=text))
    write(station, recorded(1, text="Amelie"))
    assert [one.text for one in stands(station).consents] == ["Am\u00e9lie", "Am\u00e9lie", "Amelie"]
    assert len({one.item.act for one in stands(station).consents}) == 2


# --- what was weighed, and what is verified


def weigh(station: Station, result: str, day: str, **other: str) -> None:
    start = Risk(measure="protection-network", recipient=RECIPIENT, acting="A.", not_acting="B.", result=result)
    write(station, replace(start, **other), day)


def test_the_newest_weighing_of_this_step_and_recipient_stops_the_text(station: Station, carrier: Carrier) -> None:
    turn = agreed(station, carrier)
    for result in ("wait", "do_not_proceed"):
        weigh(station, result, NEXT)
        assert not_handed_out(station, "asked", turn, NEXT) == "consent-risk"
        assert act(station, "try_consent", NEXT, **QUESTION)["weighed"] == "consent-risk"
    weigh(station, "proceed", NEXT)
    weigh(station, "wait", NEXT, recipient="Another")
    weigh(station, "wait", NEXT, measure="refer")
    hand_out(station, "asked", turn, NEXT)


def find(station: Station, finding: str) -> None:
    def finish(store: Store) -> None:
        case, before = store.case(1), store.verification_versions(1)
        assert case is not None
        data = Verification(finding=finding).encode()
        version = Version(n=len(before) + 1, day=NEXT, prev=before[-1].hash if before else None, data=data)
        store.add_verification_version(1, StoredVersion(version=version, hash=version.hash(case.thread.key)))

    station.look("cat", finish)


@pytest.mark.parametrize("measure", ["tell-chair", "tell-rapporteur"])
def test_the_chair_and_the_rapporteur_are_told_of_a_verified_case_alone(
    station: Station, carrier: Carrier, measure: str
) -> None:
    turn = agreed(station, carrier, measure=measure)
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-unverified"
    weigh(station, "proceed", NEXT, measure=measure)
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-unverified"
    find(station, "not_verified")
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-unverified"
    find(station, "verified")
    hand_out(station, "asked", turn, NEXT)


def test_where_somebody_is_in_danger_a_weighed_reason_does_before_a_case_is_verified(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    carrier.bring(writer.account("Now.", answers={"danger": "hours"}))
    turn = agreed(station, carrier, measure="tell-chair")
    assert not_handed_out(station, "asked", turn, NEXT) == "consent-unverified"
    weigh(station, "proceed", NEXT, measure="tell-chair")
    hand_out(station, "asked", turn, NEXT)


# --- the lists


def vetoed_in_list(station: Station, day: str) -> int:
    counts: dict[str, int] = station.look("cat", lambda store: store.count_cases(None, day))
    return counts["veto"]


def test_a_veto_that_was_written_down_stands_in_the_list_and_makes_none_of_the_writer(
    station: Station, carrier: Carrier
) -> None:
    write(station, somebody())
    assert vetoed_in_list(station, DAY) == 0
    write(station, Veto(person=2, day=DAY))
    assert (vetoed_in_list(station, DAY), stands(station).vetoes) == (1, {2: DAY})
    write(station, recorded(measure="contact-state", day=NEXT), NEXT)
    assert stands(station, NEXT).vetoes == {}


def test_a_no_to_contact_with_the_state_stands_in_the_list_and_no_other_no_does(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    carrier.bring(answer(writer, ask(station), "no"), day=NEXT)
    assert vetoed_in_list(station, NEXT) == 0
    carrier.bring(answer(writer, ask(station, NEXT, measure="contact-state"), "no"), day=LATER)
    assert (vetoed_in_list(station, LATER), stands(station, LATER).vetoes) == (1, {1: LATER})


def test_a_case_that_an_older_release_marked_is_vetoed_still(
    station: Station, writer: Writer, carrier: Carrier
) -> None:
    station.look("cat", lambda store: store.mark_state_veto(1, DAY))
    assert stands(station).vetoes == {1: DAY}
    carrier.bring(writer.account("Again.", answers=VETO), day=NEXT)
    assert stands(station, NEXT).vetoes == {1: NEXT}
