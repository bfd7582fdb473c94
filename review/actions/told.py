"""What a page is told of a consent record: plain values."""

from typing import Any

from review.consent.entries import Person
from review.consent.measures import CONTACT_STATE, STATE_FACING
from review.said import Consent
from review.standing import Standing


def person(stands: Standing, one: Person) -> dict[str, Any]:
    """One person of the case, and whether their veto stands."""
    entry = stands.veto_entry(one.person)
    return {
        "person": one.person,
        "name": one.name,
        "relation": one.relation,
        "decides": one.decides,
        "why": one.why,
        "who": one.who,
        "child_view": one.child_view,
        "veto_day": stands.vetoes.get(one.person),
        "veto_reason": None if entry is None else entry.reason,
    }


def question(stands: Standing, one: Consent) -> dict[str, Any]:
    """One question, where it stands, and what stands in the way of the text."""
    act, stop = one.item.act, stands.stops(one.item.act)
    used = stands.used_for(act)
    return {
        "how": one.how,
        "n": one.n,
        "person": one.item.person,
        "measure": act.measure,
        "recipient": act.recipient,
        "identity": act.identity,
        "sha256": act.sha256.hex(),
        "text": one.text,
        "state": one.state,
        "day": one.item.day,
        "asked": one.asked,
        "expires": one.expires,
        "handed_out": one.handed_out,
        "state_facing": act.measure in STATE_FACING,
        "concerned": list(stands.concerned(act)),
        "not_concerned": [{"person": one, "reason": said} for one, said in stands.not_concerned(act).items()],
        "lacking": sorted(set(stands.concerned(act)) - {each.item.person for each in used}),
        "answers": [{"says": answer.says, "day": answer.day, "text": answer.text} for answer in one.answers],
        "with_yes": [{"person": each.item.person, "text": text} for each in used for text in each.with_yes],
        "stop": stop or (None if one in used else "elsewhere"),
        "may_leave_out": [one for one in stands.persons if not stands.has_said(one, act)],
        "only_a_question": act.measure == CONTACT_STATE,
    }
