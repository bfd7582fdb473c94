"""Consent: what a keeper shows of it, asks for through the thread, writes down, and hands out."""

from collections.abc import Iterable
from dataclasses import replace

from crypto.wire.digest import sha256
from crypto.wire.fields import Members
from crypto.wire.message import LANGUAGES
from crypto.wire.reply import CONSENT_REQUEST, MOST_REPLY, ConsentRequestBody, is_proposal, is_recipient
from review import views
from review.actions import told
from review.actions.answer import Answer
from review.actions.answering import check_content
from review.answering import Written, write_reply
from review.consent.entries import (
    MOST_BYTES,
    MOST_PERSONS,
    MOST_RECIPIENT,
    Entry,
    NotConcerned,
    Person,
    Recorded,
    Spent,
    Veto,
    Withdrawn,
    encode,
    parse,
)
from review.consent.exact import exact
from review.consent.faults import faults
from review.consent.measures import IDENTITIES, MEASURES, MOST_DAYS, expiry
from review.consent.rules import Stop, lacking
from review.prepared import prepared
from review.records import Case
from review.refusals import Refused
from review.said import Consent
from review.standing import Standing, standing
from review.store import Store
from review.verification.versions import StoredVersion, Version

_MOST_TYPED = 200
_MOST_WORDS = 10_000


def consent(store: Store, given: Members, day: str) -> Answer:
    """The consent record of a case: its persons, whose veto stands, every question, every entry."""
    number = given.integer("number", least=1)
    given.end()
    case = views.find_case(store, number)
    stands = standing(store, case, day)
    return {
        "whole": stands.is_whole,
        "unheard": stands.is_unheard,
        "persons": [told.person(stands, one) for one in stands.persons.values()],
        "consents": [told.question(stands, one) for one in stands.consents],
        "entries": [{"n": n, "day": on, "document": encode(one).decode("utf-8")} for n, on, one in stands.entries],
    }


def case_head(store: Store, given: Members, day: str) -> Answer:
    """What the top of every page of a case needs."""
    number = given.integer("number", least=1)
    given.end()
    case = views.find_case(store, number)
    return {
        "number": case.number,
        "pseudonym": case.pseudonym,
        "language": case.language,
        "wants_reply": case.thread.recipient is not None,
        "consent": standing(store, case, day).summary(),
    }


def try_consent(store: Store, given: Members, day: str) -> Answer:
    """A question as the person would see it, checked as far as sealing; nothing is kept.

    With it, what would stop the text even after everybody's yes.
    """
    written, case = _question(store, given, day)
    body = written.reply.body.to_json()
    stands = standing(store, case, day)
    weighed = stands.weighed(body["measure"], body["recipient"])
    return {"committee": written.reply.committee, "slots": len(written.slots), "body": body, "weighed": weighed}


def ask_consent(store: Store, given: Members, day: str) -> Answer:
    """Seals a question and lays it out for the next post."""
    typed = given.text("typed", most=_MOST_TYPED)
    written, case = _question(store, given, day)
    _check_typed(case, typed)
    store.add_reply(case.number, written.reply.id, written.data, written.signature, written.slots)
    store.add_consent_request(sha256(written.frame), written.reply.id)
    store.note("reply-sealed", f"{case.pseudonym} {CONSENT_REQUEST}", day)
    return {"slots": len(written.slots)}


def write_consent(store: Store, given: Members, day: str) -> Answer:
    """Adds one entry to the record; from then on nobody can change it."""
    number, document = given.integer("number", least=1), given.text("document", most=MOST_BYTES)
    given.end()
    case, entry = views.find_case(store, number), _exact(parse(document.encode("utf-8")))
    stands = standing(store, case, day)
    _check_entry(stands, entry, day)
    n = _add(store, case, stands, entry, day)
    if standing(store, case, day).vetoes:
        store.mark_state_veto(case.number, day)
    return {"n": n}


def hand_out(store: Store, given: Members, day: str) -> Answer:
    """Lets the exact text go, once: the consents with which it goes are spent."""
    typed = given.text("typed", most=_MOST_TYPED)
    case, stands, one = _named(store, given, day)
    stop = stands.stops(one.item.act)
    if stop is not None or one not in stands.used_for(one.item.act):
        raise _stopped(stands, stop or "consent-missing", one)
    _check_typed(case, typed)
    for used in stands.used_for(one.item.act):
        _add(store, case, standing(store, case, day), Spent(how=used.how, n=used.n), day)
    store.note("text-handed-out", f"{case.pseudonym} {one.how} {one.n}", day)
    return {}


def handed_out(store: Store, given: Members, day: str) -> Answer:
    """The text that was handed out today, to be printed: not on another day, nor against what was said since."""
    case, stands, one = _named(store, given, day)
    if one.state != "spent" or one.handed_out != day:
        raise _stopped(stands, stands.bar or "consent-missing", one)
    stop = stands.stops_printing(one.item.act)
    if stop == "consent-missing":
        act = one.item.act
        raise Refused(stop, persons=_labels(lacking(stands.concerned(act), act, stands.items_of_today())))
    if stop is not None:
        raise _stopped(stands, stop, one)
    return {"pseudonym": case.pseudonym, "consent": told.question(stands, one)}


def _question(store: Store, given: Members, day: str) -> tuple[Written, Case]:
    """Reads, checks and makes the question that is asked for."""
    number, language = given.integer("number", least=1), given.choice("language", LANGUAGES)
    explained = {name: given.text(name, most=_MOST_WORDS).strip() for name in ("learn", "help", "wrong")}
    body = ConsentRequestBody(
        language=language,
        text=prepared(CONSENT_REQUEST, language, **explained),
        measure=given.choice("measure", MEASURES),
        proposal=exact(given.text("text", most=4 * MOST_REPLY, rule=is_proposal)),
        recipient=exact(given.text("recipient", most=MOST_RECIPIENT, rule=is_recipient)),
        identity=given.choice("identity", IDENTITIES),
        expires=expiry(day, given.integer("days", least=0, most=MOST_DAYS)),
    )
    given.end()
    case = views.find_case(store, number)
    stands = standing(store, case, day)
    if case.thread.recipient is None:
        raise Refused("no-reply-wanted")
    _check_may_ask(stands, body.measure)
    if body.expires <= day:
        raise Refused("consent-day-past")
    if not all(explained.values()):
        raise Refused("reply-empty")
    check_content(store, number, CONSENT_REQUEST, body.text)
    return write_reply(store.own(), views.belief_of(store, day), case, CONSENT_REQUEST, body, day), case


def _check_may_ask(stands: Standing, measure: str) -> None:
    """Of a question, and of a yes that is written down."""
    if stands.bar is not None:
        raise Refused(stands.bar)
    if not stands.is_whole:
        raise Refused("consent-broken")
    if stands.stops_asking(measure):
        raise Refused("consent-state-veto", persons=_labels(stands.vetoes))


def _check_entry(stands: Standing, entry: Entry, day: str) -> None:
    """What may be written down at all; and nothing into a record that does not fit together."""
    if not stands.is_whole:
        raise Refused("consent-broken")
    if faults(entry, day):
        raise Refused("consent-unfinished")
    if isinstance(entry, Person):
        if entry.person > min(max(stands.persons) + 1, MOST_PERSONS):
            raise Refused("consent-no-person")
    elif isinstance(entry, Veto | Recorded | NotConcerned) and entry.person not in stands.persons:
        raise Refused("consent-no-person")
    if isinstance(entry, Recorded) and entry.said == "yes":
        _check_may_ask(stands, entry.measure)
    if isinstance(entry, Withdrawn | NotConcerned):
        _check_about(stands, entry)
    if isinstance(entry, Spent):
        raise Refused("consent-unfinished")


def _check_about(stands: Standing, entry: Withdrawn | NotConcerned) -> None:
    """What is taken back was a yes; and nobody is left out of a text who has said something of it."""
    one = _find(stands, entry.how, entry.n)
    if isinstance(entry, Withdrawn) and one.state == "withdrawn":
        raise Refused("consent-over")
    if isinstance(entry, NotConcerned) and stands.has_said(entry.person, one.item.act):
        raise Refused("consent-has-said", person=f"P{entry.person}")


def _add(store: Store, case: Case, stands: Standing, entry: Entry, day: str) -> int:
    """The number of the entry; `stands` is what the record held just before."""
    stored = store.consent_entries(case.number)
    last = stored[-1] if stored else None
    version = Version(n=len(stands.entries) + 1, day=day, prev=None if last is None else last.hash, data=encode(entry))
    store.add_consent_entry(case.number, StoredVersion(version=version, hash=version.hash(case.thread.key)))
    store.note("consent-written", f"{case.pseudonym} {version.n} {entry.kind}", day)
    return version.n


def _named(store: Store, given: Members, day: str) -> tuple[Case, Standing, Consent]:
    number, how, n = given.integer("number", least=1), given.choice("how", ("asked", "recorded")), _n(given)
    given.end()
    case = views.find_case(store, number)
    stands = standing(store, case, day)
    return case, stands, _find(stands, how, n)


def _n(given: Members) -> int:
    return given.integer("n", least=1)


def _find(stands: Standing, how: str, n: int) -> Consent:
    one = stands.consent(how, n)
    if one is None:
        raise Refused("consent-none")
    return one


def _stopped(stands: Standing, stop: Stop, one: Consent) -> Refused:
    """A refusal in full: the rule, and what would lift it."""
    if stop == "consent-state-veto":
        return Refused(stop, persons=_labels(stands.vetoes))
    if stop != "consent-missing":
        return Refused(stop)
    if one.state == "spent":
        return Refused("consent-spent", day=one.handed_out or "")
    missing = set(stands.concerned(one.item.act)) - {used.item.person for used in stands.used_for(one.item.act)}
    return Refused("consent-missing", persons=_labels(missing or {one.item.person}))


def _exact(entry: Entry) -> Entry:
    """With the one form of the words that somebody agreed to."""
    if not isinstance(entry, Recorded):
        return entry
    return replace(entry, recipient=exact(entry.recipient), text=exact(entry.text))


def _labels(persons: Iterable[int]) -> str:
    return ", ".join(f"P{person}" for person in sorted(persons))


def _check_typed(case: Case, typed: str) -> None:
    """The name of the case, typed: a hand that acts in the wrong case stops here."""
    if typed.casefold().split() != case.pseudonym.casefold().split():
        raise Refused("typed-differs", name=case.pseudonym)
