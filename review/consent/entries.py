"""What is written into the consent record of a case, one document each: never changed, and bound in one chain.

The first of every list of codes is the neutral one: nothing was said. None of them is a yes.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, get_args

from crypto.errors import FormatError
from crypto.wire.fields import encode_json, parse_json
from review.consent.measures import IDENTITIES, MEASURES, MOST_DAYS
from review.verification.kinds import Code, Codes, Day, Form, Kind, Number, Text, read, sent, write

MOST_BYTES = 256 * 1024
"""Of one document."""
MOST_PERSONS = 50
WRITER = 1
"""Whoever holds the receipt; they have a place in every record without an entry."""

NOT_SAID = "not_said"
_LINE, _REASON, _WORDS, _EXACT = 200, 2_000, 10_000, 32_000
MOST_RECIPIENT = 300

DECIDES = ("self", "other")
WHY_OTHER = (NOT_SAID, "child", "not_reachable", "authority")
SAID = (NOT_SAID, "yes", "no", "change", "not-now", "questions")
METHODS = (NOT_SAID, "meeting", "paper", "trusted_person")
EXPLAINED = ("what", "to_whom", "which_words", "may_go_wrong", "no_protection", "withdraw", "not_undone")
HOW = ("asked", "recorded")
RESULTS = (NOT_SAID, "proceed", "proceed_changed", "wait", "do_not_proceed")
WHY_OVER = (NOT_SAID, "person", "risk", "hands", "arrest")


def _field(kind: Kind, start: Any) -> Any:
    return field(default=start, metadata={"kind": kind}, repr=False)


def _text(most: int) -> Any:
    return _field(Text(most), "")


def _code(codes: tuple[str, ...]) -> Any:
    return _field(Code(codes), codes[0])


def _number() -> Any:
    return field(metadata={"kind": Number(least=1)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of the case, under the label P and their number; a later entry says it anew.

    `who` decides where the person cannot (`decides` is `other`), and `why` says why: never for a disability.
    """

    kind: ClassVar[str] = "person"

    person: int = _number()
    name: str = _text(_LINE)
    relation: str = _text(_LINE)
    decides: str = _code(DECIDES)
    why: str = _code(WHY_OTHER)
    who: str = _text(_LINE)
    child_view: str = _text(_REASON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """A person said on `day`: do not contact the State."""

    kind: ClassVar[str] = "veto"

    person: int = _number()
    day: str = _field(Day(), "")
    reason: str = _text(_REASON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a person said to one step in a meeting, on paper or through somebody they trust, and how they were told."""

    kind: ClassVar[str] = "recorded"

    person: int = _number()
    measure: str = _code((NOT_SAID, *MEASURES))
    recipient: str = _text(MOST_RECIPIENT)
    identity: str = _code((NOT_SAID, *IDENTITIES))
    text: str = _text(_EXACT)
    days: int = _field(Number(least=1), MOST_DAYS)
    said: str = _code(SAID)
    method: str = _code(METHODS)
    day: str = _field(Day(), "")
    language: str = _text(_LINE)
    interpreter: str = _text(_LINE)
    explained_by: str = _text(_LINE)
    explained: tuple[str, ...] = _field(Codes(EXPLAINED), ())
    own_words: str = _text(_WORDS)
    witness: str = _text(_LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A yes that counts no more. `how` and `n` name it: a turn of the conversation, or an entry of the record."""

    kind: ClassVar[str] = "withdrawn"

    how: str = _code(HOW)
    n: int = _number()
    why: str = _code(WHY_OVER)
    day: str = _field(Day(), "")
    words: str = _text(_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConcerned:
    """The text of `how` and `n` does not concern this person, and why; their veto stops it all the same."""

    kind: ClassVar[str] = "not-concerned"

    how: str = _code(HOW)
    n: int = _number()
    person: int = _number()
    reason: str = _text(_REASON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """The consent that the text of `how` and `n` was handed out with."""

    kind: ClassVar[str] = "spent"

    how: str = _code(HOW)
    n: int = _number()


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What was weighed before anybody was asked: the harm that a step may do, and that of leaving it."""

    kind: ClassVar[str] = "risk"

    measure: str = _code((NOT_SAID, *MEASURES))
    recipient: str = _text(MOST_RECIPIENT)
    acting: str = _text(_WORDS)
    not_acting: str = _text(_WORDS)
    result: str = _code(RESULTS)


Entry = Person | Veto | Recorded | Withdrawn | NotConcerned | Spent | Risk
_KINDS: dict[str, type[Entry]] = {one.kind: one for one in get_args(Entry)}


def encode(entry: Entry) -> bytes:
    """The document that is kept."""
    return encode_json({"v": 1, "kind": entry.kind, "entry": write(entry)})


def parse(data: bytes) -> Entry:
    """The entry of a document."""
    value = parse_json(data, most=MOST_BYTES)
    kind = value.get("kind")
    if set(value) != {"v", "kind", "entry"} or value["v"] != 1 or not isinstance(kind, str) or kind not in _KINDS:
        raise FormatError("entry")
    found: Entry = read(_KINDS[kind], value["entry"], kind)
    return found


def from_form(of: type[Entry], form: Form, **known: Any) -> Entry:
    """An entry as a page sends it; what the page's address says is `known`."""
    return sent(of, _Known(form, {name: str(value) for name, value in known.items()}))


@dataclass(frozen=True, slots=True)
class _Known:
    """A form with values that no field of it can change."""

    form: Form
    values: dict[str, str]

    def get(self, name: str) -> str | None:
        return self.values.get(name) or self.form.get(name)

    def getlist(self, name: str) -> list[str]:
        return self.form.getlist(name)
