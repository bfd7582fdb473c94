"""Where consent and veto stand in a case today: what was asked, said and written down, put together.

Nothing of it is stored. What cannot be read or does not fit together makes less consent, never more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from crypto.errors import ConsentError, FormatError
from crypto.public.consent import check_answer, has_consent
from crypto.wire.digest import sha256
from crypto.wire.frame import REPLY_FRAMES, Frame
from crypto.wire.message import AccountBody, ConsentAnswerBody, Message
from crypto.wire.reply import ConsentRequestBody, Reply
from review.consent import rules
from review.consent.entries import (
    WRITER,
    Entry,
    NotConcerned,
    Person,
    Recorded,
    Spent,
    Veto,
    Withdrawn,
    parse,
)
from review.consent.measures import expiry
from review.consent.rules import Act, Answer, Item, Saying, State
from review.records import Case
from review.signals import vetoes_state
from review.store import Store
from review.verification.versions import StoredVersion, is_whole

_SAID: tuple[rules.Said, ...] = get_args(rules.Said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One question to one person, and where it stands. `how` and `n` name it: a turn, or an entry of the record."""

    how: str
    n: int
    item: Item
    text: str = field(repr=False)
    expires: str
    asked: str
    answers: tuple[Answer, ...] = ()
    recorded: Recorded | None = field(default=None, repr=False)
    withdrawn: Withdrawn | None = field(default=None, repr=False)
    handed_out: str | None = None

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.item.state


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The consent record of one case on one day."""

    entries: Sequence[tuple[int, str, Entry]] = field(repr=False)
    consents: Sequence[Consent] = field(repr=False)
    accounts: Sequence[Saying]
    is_whole: bool
    is_unheard: bool

    @cached_property
    def persons(self) -> Mapping[int, Person]:
        """The persons of the case by number; the writer is always there."""
        said = {one.person: one for _, _, one in self.entries if isinstance(one, Person)}
        return {WRITER: Person(person=WRITER), **dict(sorted(said.items()))}

    @cached_property
    def vetoes(self) -> Mapping[int, str]:
        """Whose veto stands, and since which day."""
        items = [one.item for one in self.consents]
        found = {person: rules.veto(person, self._sayings(person), items) for person in self.persons}
        return {person: day for person, day in found.items() if day is not None}

    def _sayings(self, person: int) -> list[Saying]:
        written = [Saying(day=one.day) for _, _, one in self.entries if isinstance(one, Veto) and one.person == person]
        return [*(self.accounts if person == WRITER else ()), *written]

    def veto_entry(self, person: int) -> Veto | None:
        """What was last written down of this person's veto."""
        found = [one for _, _, one in self.entries if isinstance(one, Veto) and one.person == person]
        return found[-1] if found else None

    def consent(self, how: str, n: int) -> Consent | None:
        """One question."""
        return next((one for one in self.consents if (one.how, one.n) == (how, n)), None)

    def not_concerned(self, act: Act) -> Mapping[int, str]:
        """Whom this very text does not concern, and why; of the writer nobody can say so."""
        said = dict[int, str]()
        for _, _, one in self.entries:
            if isinstance(one, NotConcerned) and one.person != WRITER:
                about = self.consent(one.how, one.n)
                if about is not None and about.item.act == act:
                    said[one.person] = one.reason
        return said

    def concerned(self, act: Act) -> tuple[int, ...]:
        """Whose consent this text needs."""
        left_out = self.not_concerned(act)
        return tuple(person for person in self.persons if person not in left_out)

    def stops(self, act: Act) -> rules.Stop | None:
        """What stands in the way of handing it out."""
        return rules.stops_handing_out(
            act,
            self.concerned(act),
            [one.item for one in self.consents],
            is_vetoed=bool(self.vetoes),
            is_unheard=self.is_unheard,
            is_whole=self.is_whole,
        )

    def used_for(self, act: Act) -> list[Consent]:
        """The consents with which it would be handed out."""
        items = [one.item for one in self.consents]
        live = [rules.live(person, act, items) for person in self.concerned(act)]
        return [one for one in self.consents if any(one.item is item for item in live)]

    def stops_asking(self, measure: str) -> bool:
        """Rule 1."""
        return rules.stops_asking(measure, is_vetoed=bool(self.vetoes))

    def summary(self) -> dict[str, Any]:
        """For pages: whose veto stands and why, and how many questions stand where."""
        states = [one.state for one in self.consents]
        return {
            "vetoes": [self._veto(person, day) for person, day in self.vetoes.items()],
            "states": [{"state": state, "count": states.count(state)} for state in dict.fromkeys(states)],
            "persons": len(self.persons),
            "unheard": self.is_unheard,
            "whole": self.is_whole,
        }

    def _veto(self, person: int, day: str) -> dict[str, Any]:
        entry = self.veto_entry(person)
        reason = "" if entry is None else entry.reason
        return {"person": person, "name": self.persons[person].name, "day": day, "reason": reason}


def standing(store: Store, case: Case, day: str) -> Standing:
    """Of this case, on this day."""
    stored = store.consent_entries(case.number)
    entries = list(_entries(stored))
    whole = is_whole(stored, case.thread.key) and len(entries) == len(stored)
    unheard = store.is_unheard(case.thread.key)
    asked = _asked(store, case.number, entries, day, is_unheard=unheard)
    recorded = [_recorded(n, on, one, entries, day) for n, on, one in entries if isinstance(one, Recorded)]
    return Standing(
        entries=entries,
        consents=[*asked, *recorded],
        accounts=_accounts(store, case),
        is_whole=whole,
        is_unheard=unheard,
    )


def _entries(stored: Sequence[StoredVersion]) -> Iterator[tuple[int, str, Entry]]:
    """What can be read of the record; the rest makes it one that does not fit together."""
    for one in stored:
        try:
            yield one.version.n, one.version.day, parse(one.version.data)
        except FormatError:
            continue


def answer_state(store: Store, message: Message, day: str) -> str:
    """What a signed answer is to this vault: `counts`, or why it does not count."""
    if not isinstance(message.body, ConsentAnswerBody):
        return "other-request"
    found = store.consent_request(message.body.request)
    if found is None:
        return "not-ours"
    try:
        check_answer(found[2], message, day)
    except ConsentError as error:
        return error.code
    return "counts"


def answered_turn(store: Store, message: Message, number: int) -> int | None:
    """The turn of the request in this case that the answer names."""
    found = store.consent_request(message.body.request) if isinstance(message.body, ConsentAnswerBody) else None
    return None if found is None or found[0] != number else found[1]


def _accounts(store: Store, case: Case) -> list[Saying]:
    """The accounts that say so; a case that an older release marked is vetoed whatever its messages say now."""
    said = [
        Saying(day=arrived, turn=turn)
        for turn, arrived, data in store.said_in(case.number, AccountBody.kind)
        if vetoes_state(Message.parse(data))
    ]
    return said or ([Saying(day=case.state_veto_day)] if case.state_veto_day else [])


def _asked(
    store: Store, number: int, entries: Sequence[tuple[int, str, Entry]], today: str, *, is_unheard: bool
) -> list[Consent]:
    requests = store.consent_requests(number)
    if not requests:
        return []
    messages = [(Message.parse(data), arrived) for _, arrived, data in store.said_in(number, ConsentAnswerBody.kind)]
    return [_request(turn, frame, messages, entries, today, is_unheard=is_unheard) for turn, frame in requests]


def _request(
    turn: int,
    frame: bytes,
    messages: Sequence[tuple[Message, str]],
    entries: Sequence[tuple[int, str, Entry]],
    today: str,
    *,
    is_unheard: bool,
) -> Consent:
    reply = Reply.parse(Frame.parse(frame, REPLY_FRAMES).message)
    body = reply.body
    if not isinstance(body, ConsentRequestBody):
        raise ConsentError("other-request")
    answers = _counting(frame, messages)
    withdrawn, spent = _over(entries, "asked", turn)
    state = rules.state_of_request(
        answers,
        has_consent=has_consent(frame, messages) and not is_unheard,
        expires=body.expires,
        today=today,
        withdrawn=withdrawn is not None,
        spent=spent is not None,
    )
    days = [*(one.day for one in answers), *([withdrawn.day] if withdrawn else [])]
    act = _act(body.measure, body.recipient, body.identity, body.proposal)
    return Consent(
        how="asked",
        n=turn,
        item=Item(person=WRITER, act=act, state=state, day=max(days, default=reply.day), turn=turn),
        text=body.proposal,
        expires=body.expires,
        asked=reply.day,
        answers=answers,
        withdrawn=withdrawn,
        handed_out=spent,
    )


def _counting(frame: bytes, messages: Sequence[tuple[Message, str]]) -> tuple[Answer, ...]:
    found = list[Answer]()
    for message, day in messages:
        try:
            found.append(Answer(says=check_answer(frame, message, day), day=day))
        except ConsentError:
            continue
    return tuple(sorted(found, key=lambda one: one.day))


def _recorded(n: int, on: str, one: Recorded, entries: Sequence[tuple[int, str, Entry]], today: str) -> Consent:
    withdrawn, spent = _over(entries, "recorded", n)
    expires = expiry(one.day, one.days)
    said: rules.Said = next((said for said in _SAID if said == one.said), "no")
    state = rules.state_of_record(
        said, expires=expires, today=today, withdrawn=withdrawn is not None, spent=spent is not None
    )
    day = one.day if withdrawn is None else max(one.day, withdrawn.day)
    act = _act(one.measure, one.recipient, one.identity, one.text)
    return Consent(
        how="recorded",
        n=n,
        item=Item(person=one.person, act=act, state=state, day=day),
        text=one.text,
        expires=expires,
        asked=on,
        recorded=one,
        withdrawn=withdrawn,
        handed_out=spent,
    )


def _over(entries: Sequence[tuple[int, str, Entry]], how: str, n: int) -> tuple[Withdrawn | None, str | None]:
    """That it was taken back, and the day on which it was handed out."""
    here = [(on, one) for _, on, one in entries if isinstance(one, Withdrawn | Spent) and (one.how, one.n) == (how, n)]
    taken = [one for _, one in here if isinstance(one, Withdrawn)]
    spent = [on for on, one in here if isinstance(one, Spent)]
    return (taken[0] if taken else None), (spent[0] if spent else None)


def _act(measure: str, recipient: str, identity: str, text: str) -> Act:
    return Act(measure=measure, recipient=recipient, identity=identity, sha256=sha256(text.encode("utf-8")))
