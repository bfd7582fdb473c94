"""Where consent and veto stand in a case today: what was asked, said and written down, put together.

Nothing of it is stored. What cannot be read or does not fit together makes less consent, never more.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from crypto.errors import ConsentError, FormatError
from crypto.public.consent import check_answer
from crypto.wire.message import AccountBody, ConsentAnswerBody, Message
from review.consent import rules
from review.consent.entries import WRITER, Entry, NotConcerned, Person, Veto, parse
from review.consent.persons import Numbered, replaced
from review.consent.rules import Act, Item, Saying, Stop
from review.consent.weighing import Weighed, stop_of_weighing
from review.records import Case
from review.said import Consent, said
from review.signals import vetoes_state
from review.store import Store
from review.verification.record import Verification
from review.verification.versions import StoredVersion, is_whole


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The consent record of one case on one day.

    `bar` stands against asking, writing down a yes and handing out, whatever was said; `is_restored`: nothing was
    imported since the vault was restored; `has_account`: the writer's account is here, and says what they forbid.
    """

    day: str
    entries: Numbered = field(repr=False)
    consents: Sequence[Consent] = field(repr=False)
    accounts: Sequence[Saying]
    is_whole: bool
    is_unheard: bool
    has_account: bool
    bar: Stop | None
    is_restored: bool
    is_verified: bool
    in_danger: bool

    @cached_property
    def persons(self) -> Mapping[int, Person]:
        """The persons of the case by number; the writer is always there."""
        said = {one.person: one for _, _, one in self.entries if isinstance(one, Person)}
        return {WRITER: Person(person=WRITER), **dict(sorted(said.items()))}

    @cached_property
    def _replaced(self) -> Mapping[int, tuple[int, str]]:
        return replaced(self.entries)

    @cached_property
    def vetoes(self) -> Mapping[int, str]:
        """Whose veto stands, and since which day."""
        items = [one.item for one in self.consents]
        found = {person: rules.veto(person, self._sayings(person), items) for person in self.persons}
        return {person: day for person, day in found.items() if day is not None}

    def _sayings(self, person: int) -> list[Saying]:
        return [*(self.accounts if person == WRITER else ()), *self._written(person)]

    def _written(self, person: int) -> list[Saying]:
        return [Saying(day=one.day) for _, _, one in self.entries if isinstance(one, Veto) and one.person == person]

    def veto_entry(self, person: int) -> Veto | None:
        """What was last written down of this person's veto."""
        found = [one for _, _, one in self.entries if isinstance(one, Veto) and one.person == person]
        return found[-1] if found else None

    def consent(self, how: str, n: int) -> Consent | None:
        """One question."""
        return next((one for one in self.consents if (one.how, one.n) == (how, n)), None)

    def not_concerned(self, act: Act) -> Mapping[int, str]:
        """Whom this very text does not concern, and why.

        Of the writer nobody can say so, nor of whoever was asked about it or said anything of it; and it holds for no
        other person who stands under the number later.
        """
        found = dict[int, str]()
        for n, _, one in self.entries:
            if isinstance(one, NotConcerned) and n > self._replaced.get(one.person, (0, ""))[0]:
                about = self.consent(one.how, one.n)
                if about is not None and about.item.act == act and not self.has_said(one.person, act):
                    found[one.person] = one.reason
        return found

    def has_said(self, person: int, act: Act) -> bool:
        """Whether the person was asked about this text or said anything of it; of the writer, always."""
        return person == WRITER or any((one.item.person, one.item.act) == (person, act) for one in self.consents)

    def concerned(self, act: Act) -> tuple[int, ...]:
        """Whose consent this text needs."""
        left_out = self.not_concerned(act)
        return tuple(person for person in self.persons if person not in left_out)

    def stops(self, act: Act) -> rules.Stop | None:
        """What stands in the way of handing it out."""
        return self._stops(act, [one.item for one in self.consents])

    def stops_printing(self, act: Act) -> rules.Stop | None:
        """What stands in the way of printing it on the day on which it was handed out: what was said since counts."""
        return self._stops(act, self.items_of_today())

    def items_of_today(self) -> list[Item]:
        """The questions as they would stand if nothing had been handed out today."""
        return [
            replace(one.item, state="given") if one.state == "spent" and one.handed_out == self.day else one.item
            for one in self.consents
        ]

    def _stops(self, act: Act, items: Collection[Item]) -> rules.Stop | None:
        if self.bar is not None or self.is_restored:
            return self.bar or "consent-restored"
        stop = rules.stops_handing_out(
            act,
            self.concerned(act),
            items,
            is_vetoed=bool(self.vetoes),
            is_unheard=self.is_unheard,
            is_whole=self.is_whole,
        )
        return stop or self.weighed(act.measure, act.recipient)

    def weighed(self, measure: str, recipient: str) -> Weighed | None:
        """What stops this step though every person agrees."""
        entries = [one for _, _, one in self.entries]
        known = {"is_verified": self.is_verified, "in_danger": self.in_danger}
        return stop_of_weighing(measure, recipient, entries, **known)

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
            "restored": self.is_restored,
        }

    def _veto(self, person: int, day: str) -> dict[str, Any]:
        entry = self.veto_entry(person)
        reason = "" if entry is None else entry.reason
        written = rules.veto(person, self._written(person), [one.item for one in self.consents])
        is_unknown = person == WRITER and not self.has_account and written is None
        name = self.persons[person].name
        return {"person": person, "name": name, "day": day, "reason": reason, "unknown": is_unknown}


def standing(store: Store, case: Case, day: str) -> Standing:
    """Of this case, on this day."""
    stored = store.consent_entries(case.number)
    entries = list(_entries(stored))
    is_complete = len(entries) == len(stored) == store.entries_written(case.pseudonym)
    unheard = store.is_unheard(case.thread.key)
    accounts = store.said_in(case.number, AccountBody.kind)
    return Standing(
        day=day,
        entries=entries,
        consents=said(store, case, entries, day, is_unheard=unheard),
        accounts=_sayings(store, case, entries, accounts),
        is_whole=is_whole(stored, case.thread.key) and is_complete,
        is_unheard=unheard,
        has_account=bool(accounts),
        bar=_bar(store, day),
        is_restored=store.waits_for_bundle(),
        is_verified=_is_verified(store, case),
        in_danger=case.in_danger,
    )


def _bar(store: Store, day: str) -> Stop | None:
    """The vault may lack what was said; or the machine's clock stands behind a day that the vault has seen."""
    if store.is_older_copy():
        return "consent-older"
    return "consent-clock" if day < store.newest_day() else None


def _is_verified(store: Store, case: Case) -> bool:
    """Whether the newest finished verification finds so."""
    stored = store.verification_versions(case.number)
    if not stored or not is_whole(stored, case.thread.key):
        return False
    try:
        return Verification.parse(stored[-1].version.data).finding == "verified"
    except FormatError:
        return False


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


def _sayings(store: Store, case: Case, entries: Numbered, accounts: Sequence[tuple[int, str, bytes]]) -> list[Saying]:
    """The accounts that forbid it. Where no account is here it is not known whether the writer does, so they do.

    A case that an older release marked is vetoed whatever its messages say now; what this release marks has its reason
    in the record or in a signed answer.
    """
    found = [Saying(day=arrived, turn=turn) for turn, arrived, data in accounts if vetoes_state(Message.parse(data))]
    marked, first = case.state_veto_day, store.summary(case.number).first_arrived
    if not accounts and first is not None:
        found = [Saying(day=first, turn=1)]
    answered = {arrived for _, arrived, _ in store.said_in(case.number, ConsentAnswerBody.kind)}
    if found or marked is None or marked in answered | {on for _, on, _ in entries}:
        return found
    return [Saying(day=marked)]
