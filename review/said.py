"""What each person of a case was asked and said: through the thread, signed, and as it was written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import get_args

from crypto.errors import ConsentError
from crypto.public.consent import check_answer, has_consent
from crypto.wire.digest import sha256
from crypto.wire.frame import MESSAGE_FRAMES, REPLY_FRAMES, Frame
from crypto.wire.message import ConsentAnswerBody, Message
from crypto.wire.reply import ConsentRequestBody, Reply
from review.consent import rules
from review.consent.entries import WRITER, Recorded, Spent, Withdrawn
from review.consent.exact import exact
from review.consent.measures import expiry
from review.consent.persons import Numbered, replaced
from review.consent.rules import Act, Answer, Item, State
from review.records import Case
from review.store import Store

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

    @property
    def with_yes(self) -> tuple[str, ...]:
        """The person's own words with each yes, in order; a condition may stand in them."""
        own = [self.recorded.own_words] if self.recorded and self.recorded.said == "yes" else []
        return tuple(text for text in (*(one.text for one in self.answers if one.says == "yes"), *own) if text.strip())


def said(store: Store, case: Case, entries: Numbered, today: str, *, is_unheard: bool) -> list[Consent]:
    """All of it, where it stands today."""
    since = replaced(entries)
    asked = _asked(store, case, entries, today, is_unheard=is_unheard, replaced_on=since.get(WRITER, (0, ""))[1])
    recorded = [
        _recorded(n, on, one, entries, today, is_void=n < since.get(one.person, (0, ""))[0])
        for n, on, one in entries
        if isinstance(one, Recorded)
    ]
    return [*asked, *recorded]


def _answers(store: Store, case: Case) -> list[tuple[Message, str]]:
    """The signed answers of the thread, each with its day; of those that were set aside, all but a yes."""
    taken = [(Message.parse(data), day) for _, day, data in store.said_in(case.number, ConsentAnswerBody.kind)]
    left = [
        (Message.parse(Frame.parse(frame, MESSAGE_FRAMES).message), day)
        for day, frame in store.set_aside_of(case.thread.key)
    ]
    return [*taken, *((message, day) for message, day in left if _says_other_than_yes(message))]


def _says_other_than_yes(message: Message) -> bool:
    return isinstance(message.body, ConsentAnswerBody) and message.body.answer != "yes"


def _asked(
    store: Store, case: Case, entries: Numbered, today: str, *, is_unheard: bool, replaced_on: str
) -> list[Consent]:
    requests = store.consent_requests(case.number)
    if not requests:
        return []
    messages = _answers(store, case)
    return [
        _request(turn, frame, messages, entries, today, is_unheard=is_unheard, replaced_on=replaced_on)
        for turn, frame in requests
    ]


def _request(
    turn: int,
    frame: bytes,
    messages: Sequence[tuple[Message, str]],
    entries: Numbered,
    today: str,
    *,
    is_unheard: bool,
    replaced_on: str,
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
        is_void=reply.day <= replaced_on,
    )
    days = [*(one.day for one in answers), *([withdrawn.day] if withdrawn else [])]
    act = _act(body.measure, body.recipient, body.identity, body.proposal)
    return Consent(
        how="asked",
        n=turn,
        item=Item(person=WRITER, act=act, state=state, day=max(days, default=reply.day), turn=turn, asked=reply.day),
        text=exact(body.proposal),
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
            says = check_answer(frame, message, day)
        except ConsentError:
            continue
        text = message.body.text if isinstance(message.body, ConsentAnswerBody) else ""
        found.append(Answer(says=says, day=day, text=text))
    return tuple(sorted(found, key=lambda one: one.day))


def _recorded(n: int, on: str, one: Recorded, entries: Numbered, today: str, *, is_void: bool) -> Consent:
    withdrawn, spent = _over(entries, "recorded", n)
    expires = expiry(one.day, one.days)
    answer: rules.Said = next((said for said in _SAID if said == one.said), "no")
    state = rules.state_of_record(
        answer,
        expires=expires,
        today=today,
        withdrawn=withdrawn is not None,
        spent=spent is not None,
        is_void=is_void,
    )
    day = one.day if withdrawn is None else max(one.day, withdrawn.day)
    act = _act(one.measure, one.recipient, one.identity, one.text)
    return Consent(
        how="recorded",
        n=n,
        item=Item(person=one.person, act=act, state=state, day=day),
        text=exact(one.text),
        expires=expires,
        asked=on,
        recorded=one,
        withdrawn=withdrawn,
        handed_out=spent,
    )


def _over(entries: Numbered, how: str, n: int) -> tuple[Withdrawn | None, str | None]:
    """That it was taken back, and the day on which it was handed out."""
    here = [(on, one) for _, on, one in entries if isinstance(one, Withdrawn | Spent) and (one.how, one.n) == (how, n)]
    taken = [one for _, one in here if isinstance(one, Withdrawn)]
    spent = [on for on, one in here if isinstance(one, Spent)]
    return (taken[0] if taken else None), (spent[0] if spent else None)


def _act(measure: str, recipient: str, identity: str, text: str) -> Act:
    digest = sha256(exact(text).encode("utf-8"))
    return Act(measure=measure, recipient=exact(recipient), identity=identity, sha256=digest)
