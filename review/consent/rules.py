"""When there is consent, and when there is a veto (rules, pure): no silence is a yes, and a no is never too late.

Everything is computed from what was said and kept. Where an order is open, because two things came on one day, the
reading that stops a step wins.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from review.consent.measures import CONTACT_STATE, STATE_FACING

State = Literal["asked", "given", "refused", "change", "not-now", "questions", "withdrawn", "expired", "spent", "void"]
Said = Literal["yes", "no", "change", "not-now", "questions"]

AGAINST: frozenset[State] = frozenset({"refused", "change", "not-now", "questions", "withdrawn"})
"""What a person said that takes the yes from everything they had agreed to in the same words."""

_OTHER: dict[Said, State] = {"no": "refused", "change": "change", "not-now": "not-now", "questions": "questions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One step as it was agreed to: another text, recipient or identity level is another one. `sha256`: 32 bytes."""

    measure: str
    recipient: str
    identity: str
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What one person said to one act: its state now, and the day on which they last said something of it.

    `turn` is that of the request in the conversation, for what was asked there, and `asked` the day on which it was
    made; no item of a meeting has either.
    """

    person: int
    act: Act
    state: State
    day: str
    turn: int | None = None
    asked: str | None = None

    @property
    def outweighs_before(self) -> str:
        """A yes outweighs what was said before this day. A signed one may be held back and come late: only what was
        said before its question was made is older for certain.
        """
        return self.asked or self.day


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A signed answer to a request: what it says, the day of the manifest that brought it, the person's words with it.

    The words decide nothing here: a person reads them.
    """

    says: Said
    day: str
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A person says: do not contact my State. `turn` is that of the account which says so, if one does."""

    day: str
    turn: int | None = None


def state_of_request(
    answers: Sequence[Answer],
    *,
    has_consent: bool,
    expires: str,
    today: str,
    withdrawn: bool,
    spent: bool,
    is_void: bool = False,
) -> State:
    """Where a request of the thread stands. `answers` are those to this very request that count, in order.

    `has_consent` is what FORMAT.md 6.1 says of them; `withdrawn` that the person took it back in another way; `is_void`
    that another person, or another who decides, stands under their number since.
    """
    others = [one.says for one in answers if one.says != "yes"]
    has_yes = any(one.says == "yes" for one in answers)
    if withdrawn or (has_yes and "no" in others):
        return "withdrawn"
    if others:
        return "refused" if "no" in others else _OTHER[others[-1]]
    if spent:
        return "spent"
    if expires <= today:
        return "expired"
    if is_void:
        return "void"
    return "given" if has_consent else "asked"


def state_of_record(
    said: Said, *, expires: str, today: str, withdrawn: bool, spent: bool, is_void: bool = False
) -> State:
    """Where something that a person said outside the thread stands."""
    if withdrawn:
        return "withdrawn"
    if said != "yes":
        return _OTHER[said]
    if spent:
        return "spent"
    if expires <= today:
        return "expired"
    return "void" if is_void else "given"


def live(person: int, act: Act, items: Iterable[Item]) -> Item | None:
    """The consent of this person to exactly this act, if there is one now.

    What the person said against the same act on the same day or later takes it away; a signed yes is as old as its
    question.
    """
    own = [one for one in items if one.person == person and one.act == act]
    against = max((one.day for one in own if one.state in AGAINST), default="")
    return next((one for one in reversed(own) if one.state == "given" and one.outweighs_before > against), None)


def lacking(persons: Iterable[int], act: Act, items: Collection[Item]) -> tuple[int, ...]:
    """Whose consent is missing."""
    return tuple(person for person in persons if live(person, act, items) is None)


def veto(person: int, sayings: Iterable[Saying], items: Iterable[Item]) -> str | None:
    """The day since which this person's veto stands, or none.

    A yes to `contact-state` lifts what was said before it, while it counts; and a no to `contact-state` says it again.
    Whoever said anything but yes to such a question, on the day of the yes or later, lifts nothing; a signed yes is as
    old as its question.
    """
    asked = [one for one in items if one.person == person and one.act.measure == CONTACT_STATE]
    noes = [Saying(day=one.day) for one in asked if one.state in ("refused", "withdrawn")]
    against = max((one.day for one in asked if one.state in AGAINST), default="")
    yes = [one for one in asked if one.state == "given" and one.outweighs_before > against]
    standing = [one.day for one in (*sayings, *noes) if not any(_lifts(lifting, one) for lifting in yes)]
    return min(standing, default=None)


def _lifts(yes: Item, said: Saying) -> bool:
    """An account that was here before the question was asked is older than its answer, whatever their days."""
    was_here = yes.turn is not None and said.turn is not None and said.turn < yes.turn
    return was_here or said.day < yes.outweighs_before


Stop = Literal[
    "consent-older",
    "consent-restored",
    "consent-clock",
    "consent-broken",
    "consent-state-veto",
    "consent-only-a-question",
    "consent-unheard",
    "consent-missing",
    "consent-risk",
    "consent-unverified",
]


def stops_asking(measure: str, *, is_vetoed: bool) -> bool:
    """Whether a question about this step, or a yes to it, is refused now (rule 1). Nothing overrides it."""
    return is_vetoed and measure in STATE_FACING


def stops_handing_out(
    act: Act, persons: Iterable[int], items: Collection[Item], *, is_vetoed: bool, is_unheard: bool, is_whole: bool
) -> Stop | None:
    """What stands between the text and whoever it is for, first things first; nothing when every person agrees.

    `is_unheard`: a message of the thread stands aside that this release cannot read, which may be a no.
    """
    if not is_whole:
        return "consent-broken"
    if is_vetoed and act.measure in STATE_FACING:
        return "consent-state-veto"
    if act.measure == CONTACT_STATE:
        return "consent-only-a-question"
    if is_unheard:
        return "consent-unheard"
    return "consent-missing" if lacking(persons, act, items) else None
