"""The rules of consent over every measure, veto and state: a table says what may leave, and nothing else may."""

from dataclasses import replace
from functools import partial
from itertools import product
from typing import get_args

import pytest

from intake.limits import REPLY_LIFETIME_DAYS
from review.consent.measures import CONTACT_STATE, MEASURES, MOST_DAYS, PUBLIC, STATE_FACING, expiry, usual_days
from review.consent.rules import (
    AGAINST,
    Act,
    Answer,
    Item,
    Said,
    Saying,
    State,
    lacking,
    live,
    state_of_record,
    state_of_request,
    stops_asking,
    stops_handing_out,
    veto,
)

DAY, NEXT, LATER = "2026-11-10", "2026-11-11", "2026-11-12"
STATES: tuple[State, ...] = get_args(State)
SAID: tuple[Said, ...] = get_args(Said)
# Domain 3.1 and 3.6, rule 1, written down a second time: what of it a veto stops.
STOPPED = {
    "verify-state", "letter-to-state", "meeting-with-mission", "protection-mechanism", "raise-in-dialogue",
    "list-of-issues", "concluding-observations", "follow-up", "views", "inquiry-report", "humanitarian-approach",
}  # fmt: skip


def act_of(measure: str) -> Act:
    return Act(measure=measure, recipient="Somebody", identity="named", sha256=bytes(32))


def item(state: State, *, measure: str = "refer", person: int = 1, day: str = DAY, turn: int | None = None) -> Item:
    return Item(person=person, act=act_of(measure), state=state, day=day, turn=turn)


def test_every_measure_is_stopped_by_a_veto_or_is_not_and_the_list_is_the_domains() -> None:
    assert len(MEASURES) == len(set(MEASURES)) == 26
    assert STATE_FACING == STOPPED < set(MEASURES)
    assert PUBLIC.issubset(MEASURES)
    assert not PUBLIC & STATE_FACING
    assert CONTACT_STATE not in STATE_FACING


@pytest.mark.parametrize("measure", MEASURES)
def test_of_all_measures_states_and_vetoes_only_a_live_yes_without_veto_leaves(measure: str) -> None:
    for state, (is_vetoed, is_unheard, is_whole) in product(STATES, product((False, True), repeat=3)):
        stop = stops_handing_out(
            act_of(measure),
            [1],
            [item(state, measure=measure)],
            is_vetoed=is_vetoed,
            is_unheard=is_unheard,
            is_whole=is_whole,
        )
        leaves = (
            state == "given"
            and measure != "contact-state"
            and not (is_vetoed and measure in STOPPED)
            and not is_unheard
            and is_whole
        )
        assert (stop is None) == leaves
        assert stops_asking(measure, is_vetoed=is_vetoed) == (is_vetoed and measure in STOPPED)


@pytest.mark.parametrize(
    "other", [{"measure": "tell-chair"}, {"recipient": "Another"}, {"identity": "described"}, {"sha256": b"\x01" * 32}]
)
def test_a_yes_to_anything_else_is_none(other: dict[str, str]) -> None:
    act, yes = act_of("refer"), item("given")
    assert live(1, act, [yes]) == yes
    assert live(2, act, [yes]) is None
    assert live(1, replace(act, **other), [yes]) is None  # type: ignore[arg-type]


def test_everybody_has_to_agree() -> None:
    act = act_of("refer")
    assert lacking([1, 2, 3], act, [item("given"), item("given", person=3)]) == (2,)
    assert lacking([1, 2], act, [item("given"), item("given", person=2)]) == ()
    assert lacking([1], act, []) == (1,)


@pytest.mark.parametrize("state", STATES)
def test_what_was_said_against_the_same_act_takes_an_older_yes_and_no_newer_one(state: State) -> None:
    yes, act = item("given", day=NEXT), act_of("refer")
    for day, stays in ((DAY, True), (NEXT, state not in AGAINST), (LATER, state not in AGAINST)):
        against = item(state, day=day)
        assert (live(1, act, [yes, against]) is not None) == stays
        assert (live(1, act, [against, yes]) is not None) == stays
    assert live(1, act, [yes, item(state, day=LATER, person=2)]) == yes


@pytest.mark.parametrize(
    ("said", "consent", "state"),
    [
        ((), False, "asked"), (("yes",), True, "given"), (("yes",), False, "asked"), (("no",), False, "refused"),
        (("change",), False, "change"), (("not-now",), False, "not-now"), (("questions",), False, "questions"),
        (("yes", "no"), False, "withdrawn"), (("no", "yes"), False, "withdrawn"),
        (("yes", "questions"), False, "questions"), (("questions", "change"), False, "change"),
        (("questions", "no"), False, "refused"), (("no", "questions"), False, "refused"),
    ],
)  # fmt: skip
def test_a_request_stands_where_its_answers_put_it(said: tuple[Said, ...], consent: bool, state: State) -> None:
    answers = [Answer(says=one, day=DAY) for one in said]
    stands = partial(state_of_request, answers, has_consent=consent, expires=LATER)
    assert stands(today=NEXT, withdrawn=False, spent=False) == state
    late = stands(today=LATER, withdrawn=False, spent=False)
    assert late == ("expired" if state in ("asked", "given") else state)
    assert stands(today=NEXT, withdrawn=True, spent=True) == "withdrawn"
    used = stands(today=LATER, withdrawn=False, spent=True)
    assert used == ("spent" if state in ("asked", "given") else state)


@pytest.mark.parametrize("said", SAID)
def test_only_a_yes_in_its_time_is_given_and_nothing_is_by_default(said: Said) -> None:
    stands = [
        state_of_record(said, expires=LATER, today=day, withdrawn=withdrawn, spent=spent)
        for day, withdrawn, spent in product((NEXT, LATER), (False, True), (False, True))
    ]
    assert stands.count("given") == (1 if said == "yes" else 0)
    assert (stands[0] == "given") == (said == "yes")


# --- the veto


@pytest.mark.parametrize("state", STATES)
def test_only_a_live_yes_to_the_one_question_lifts_a_veto(state: State) -> None:
    said = [Saying(day=DAY, turn=1)]
    assert veto(1, said, []) == DAY
    answered = item(state, measure=CONTACT_STATE, day=NEXT, turn=2)
    assert veto(1, said, [answered]) == (None if state == "given" else DAY)
    assert veto(1, said, [item(state, measure="letter-to-state", day=NEXT, turn=2)]) == DAY
    assert veto(1, said, [replace(answered, person=2)]) == DAY


def test_what_is_said_after_the_yes_or_on_its_day_stands() -> None:
    yes = item("given", measure=CONTACT_STATE, day=NEXT, turn=3)
    assert veto(1, [Saying(day=NEXT, turn=2)], [yes]) is None
    assert veto(1, [Saying(day=NEXT, turn=4)], [yes]) == NEXT
    assert veto(1, [Saying(day=NEXT)], [yes]) == NEXT
    assert veto(1, [Saying(day=DAY), Saying(day=LATER)], [yes]) == LATER


@pytest.mark.parametrize("state", STATES)
def test_a_no_to_the_question_is_a_veto_and_anything_but_yes_lifts_none(state: State) -> None:
    yes, other = item("given", measure=CONTACT_STATE, day=NEXT), item(state, measure=CONTACT_STATE, day=NEXT)
    assert veto(1, [], [other]) == (NEXT if state in ("refused", "withdrawn") else None)
    for day in (NEXT, LATER):
        stands = veto(1, [Saying(day=DAY)], [yes, replace(other, day=day)])
        assert (stands is not None) == (state in AGAINST)
    assert veto(1, [Saying(day=DAY)], [yes, replace(other, day=DAY)]) is None


def test_a_yes_counts_as_long_as_the_domain_says() -> None:
    assert {usual_days(one) for one in (*STATE_FACING, *PUBLIC)} == {90}
    assert {usual_days(one) for one in ("verify-third-party", "refer", "field-presence", "relocation-partner")} == {30}
    assert expiry("2026-12-02", 30) == "2027-01-01"


def test_a_question_waits_at_intake_for_longer_than_a_yes_to_it_may_count() -> None:
    by_stick = 21
    assert usual_days("letter-to-state") < MOST_DAYS <= REPLY_LIFETIME_DAYS - by_stick
