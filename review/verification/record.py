"""A verification record: its values, their neutral start, and the strict JSON document that is kept.

The first of every list of codes is the neutral one: nothing has been judged. It is the norm for a sender whom nobody
knows, and says nothing against anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crypto.errors import FormatError
from crypto.wire.fields import encode_json, parse_json
from review.verification.kinds import (
    MOST_NUMBER,
    MOST_ROWS,
    Code,
    Codes,
    Day,
    Form,
    Kind,
    Number,
    Part,
    Rows,
    Text,
    read,
    sent,
    write,
)
from review.verification.links import Cells, File, LinkedFile

MOST_BYTES = 256 * 1024
"""Of a whole document."""

_LINE, _REASON, _WORDS, _LONG = 200, 2_000, 10_000, 20_000
_VERSION = 1

CANNOT = "cannot_be_judged"

TYPES = ("not_coded", "reprisal", "intimidation", "both", "chilling_effect", "report", "preventive_request")
ACTS = (
    "detention", "violence", "killing", "enforced_disappearance", "ill_treatment", "sexual_violence", "travel_ban",
    "surveillance", "cyberattack", "smear", "restrictive_law", "legal_measure", "fine", "dismissal",
    "denial_of_medical_care", "family_targeted", "threat", "online_harassment", "other",
)  # fmt: skip
ACTORS = ("unknown", "state", "non_state", "both")
PRECISIONS = ("unknown", "day", "month", "year", "about")
SOURCE_TYPES = (
    "not_said", "writer", "person_concerned", "relative", "representative", "witness", "organisation", "institution",
    "un", "official", "media", "other",
)  # fmt: skip
WAYS = ("not_said", "thread", "meeting", "paper", "trusted_person", "public", "other")
PROXIMITIES = (CANNOT, "saw", "was_told", "document")
INDEPENDENCES = (CANNOT, "independent", "not_independent")
RELIABILITIES = (CANNOT, "reliable", "mostly_reliable", "doubtful", "not_reliable")
VALIDITIES = (CANNOT, "confirmed", "probable", "possible", "doubtful")
SAYS = (CANNOT, "supports", "contradicts", "says_nothing")
KNOWN = (CANNOT, "known", "not_known")
CORRELATIONS = ("undetermined", "established", "not_established")
FINDINGS = ("undetermined", "verified", "not_verified")
CONFIDENCES = (CANNOT, "low", "medium", "high")


def _field(kind: Kind, start: Any) -> Any:
    return field(default=start, metadata={"kind": kind}, repr=False)


def _text(most: int) -> Any:
    return _field(Text(most), "")


def _code(codes: tuple[str, ...]) -> Any:
    return _field(Code(codes), codes[0])


def _row() -> Any:
    return field(metadata={"kind": Number(least=1)})


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A date of what is alleged, as exactly as it is known."""

    row: int = _row()
    what: str = _text(_LINE)
    date: str = _text(_LINE)
    precision: str = _code(PRECISIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who or what says it, judged apart from what is said."""

    row: int = _row()
    name: str = _text(_LINE)
    kind: str = _code(SOURCE_TYPES)
    received: str = _code(WAYS)
    proximity: str = _code(PROXIMITIES)
    independence: str = _code(INDEPENDENCES)
    relation: str = _text(_REASON)
    reliability: str = _code(RELIABILITIES)
    reason: str = _text(_REASON)
    safety: str = _text(_REASON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A thing that shows something: a file of the case, or what lies elsewhere."""

    row: int = _row()
    name: str = _text(_LINE)
    file: LinkedFile | None = field(default=None, metadata={"kind": File()}, repr=False)
    shows: str = _text(_REASON)
    validity: str = _code(VALIDITIES)
    reason: str = _text(_REASON)
    custody: str = _text(_REASON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is said to have happened, and what each source says of it."""

    row: int = _row()
    words: str = _text(_REASON)
    says: Mapping[int, str] = field(default_factory=dict, metadata={"kind": Cells(SAYS)}, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Whether what happened is linked to contact with the committee: a finding of its own."""

    contact: str = _text(_WORDS)
    when: str = _text(_LINE)
    known: str = _code(KNOWN)
    timing: str = _text(_WORDS)
    statements: str = _text(_WORDS)
    pattern: str = _text(_WORDS)
    explanations: str = _text(_WORDS)
    finding: str = _code(CORRELATIONS)
    reason: str = _text(_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Highest:
    """The highest number that a row of each table has had: none is given twice."""

    dates: int = _field(Number(), 0)
    sources: int = _field(Number(), 0)
    items: int = _field(Number(), 0)
    facts: int = _field(Number(), 0)


ROWS: Mapping[str, type] = {"dates": When, "sources": Source, "items": Item, "facts": Fact}
"""The tables of a record and what their rows are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The whole record. As it is made it is the neutral start: nothing coded, nothing judged, nothing found."""

    highest: Highest = field(default_factory=Highest, metadata={"kind": Part(Highest)}, repr=False)
    type: str = _code(TYPES)
    acts: tuple[str, ...] = _field(Codes(ACTS), ())
    other_act: str = _text(_LINE)
    actor: str = _code(ACTORS)
    actor_words: str = _text(_REASON)
    summary: str = _text(_LONG)
    dates: tuple[When, ...] = _field(Rows(When), ())
    sources: tuple[Source, ...] = _field(Rows(Source), ())
    items: tuple[Item, ...] = _field(Rows(Item), ())
    facts: tuple[Fact, ...] = _field(Rows(Fact), ())
    contradictions: str = _text(_WORDS)
    questions: str = _text(_WORDS)
    correlation: Correlation = field(default_factory=Correlation, metadata={"kind": Part(Correlation)}, repr=False)
    gravity: str = _text(_WORDS)
    finding: str = _code(FINDINGS)
    confidence: str = _code(CONFIDENCES)
    reason: str = _text(_WORDS)
    author: str = _text(_LINE)
    second_reader: str = _text(_LINE)
    second_reader_day: str = _field(Day(), "")

    def __post_init__(self) -> None:
        for table in ROWS:
            numbers = [row.row for row in getattr(self, table)]
            if len(set(numbers)) != len(numbers) or max(numbers, default=0) > getattr(self.highest, table):
                raise FormatError(table)
        sources = {source.row for source in self.sources}
        if any(not sources.issuperset(fact.says) for fact in self.facts):
            raise FormatError("facts.says")

    @classmethod
    def parse(cls, data: bytes) -> "Verification":
        """From the document that is kept."""
        value = parse_json(data, most=MOST_BYTES)
        if value.pop("v", None) != _VERSION:
            raise FormatError("verification.v")
        return read(cls, value, "verification")

    @classmethod
    def sent(cls, form: Form) -> "Verification":
        """From the form of the page."""
        return sent(cls, form)

    def encode(self) -> bytes:
        """Strict JSON in its one form; may be longer than `MOST_BYTES`, and is then not to be kept."""
        return encode_json({"v": _VERSION, **write(self)})

    def is_blank(self, table: str, number: int) -> bool:
        """Whether nothing stands in this row, nor, for a source, in its column."""
        rows = [row for row in getattr(self, table) if row.row == number]
        said = table == "sources" and any(number in fact.says for fact in self.facts)
        return rows == [ROWS[table](row=number)] and not said

    def with_row(self, table: str) -> "Verification":
        """One more row at the end of a table, where there is room."""
        number, rows = getattr(self.highest, table) + 1, getattr(self, table)
        if len(rows) >= MOST_ROWS or number > MOST_NUMBER:
            return self
        grown = replace(self, highest=replace(self.highest, **{table: number}))
        return grown._with(table, (*rows, ROWS[table](row=number)))

    def without_row(self, table: str, number: int) -> "Verification":
        """The record without one row; with a source goes what it said."""
        left = tuple(row for row in getattr(self, table) if row.row != number)
        if table != "sources":
            return self._with(table, left)
        facts = tuple(
            replace(fact, says={source: says for source, says in fact.says.items() if source != number})
            for fact in self.facts
        )
        return replace(self, sources=left, facts=facts)

    def _with(self, table: str, rows: tuple[Any, ...]) -> "Verification":
        """The same with these rows in one of its tables."""
        given: dict[str, Any] = {table: rows}
        return replace(self, **given)
