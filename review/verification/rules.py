"""What a record must hold before it is finished. A draft may lack all of it; no finding at all is a finished record."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crypto.wire.fields import is_day
from review.verification.record import CANNOT, Correlation, Verification, When

FaultCode = Literal[
    "no-type",
    "no-summary",
    "no-act",
    "no-other-act",
    "no-date",
    "date-is-no-day",
    "date-is-no-month",
    "date-is-no-year",
    "no-precision",
    "no-name",
    "no-reliability-reason",
    "no-relation",
    "no-item",
    "no-validity-reason",
    "no-fact",
    "no-contact",
    "no-correlation-reason",
    "no-ground",
    "no-confidence",
    "no-finding-reason",
    "no-author",
    "reader-is-author",
    "no-reader",
    "no-reader-day",
]

# What is no act against anybody may name none (domain 2, branches: chilling effect, report, request).
_ACT_NEEDED = ("reprisal", "intimidation", "both")
_SHAPES = {
    "day": (is_day, "date-is-no-day"),
    "month": (lambda text: bool(re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text)), "date-is-no-month"),
    "year": (lambda text: bool(re.fullmatch(r"[0-9]{4}", text)), "date-is-no-year"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is missing, and the field of the form beside which it is said."""

    field: str
    code: FaultCode


def faults(record: Verification) -> tuple[Fault, ...]:
    """All that stands between a draft and a finished version, in the order of the form."""
    return (
        *_what(record),
        *(fault for row in record.dates for fault in _date(row)),
        *_sources(record),
        *_items(record),
        *(Fault(f"facts-{row.row}-words", "no-fact") for row in record.facts if not _said(row.words)),
        *_correlation(record.correlation),
        *_finding(record),
        *_hands(record),
    )


def _what(record: Verification) -> Iterator[Fault]:
    if record.type == "not_coded":
        yield Fault("type", "no-type")
    if record.type in _ACT_NEEDED and not record.acts:
        yield Fault("acts", "no-act")
    if "other" in record.acts and not _said(record.other_act):
        yield Fault("other_act", "no-other-act")
    if not _said(record.summary):
        yield Fault("summary", "no-summary")


def _date(row: When) -> Iterator[Fault]:
    where = f"dates-{row.row}"
    date = row.date.strip()
    if not date:
        yield Fault(f"{where}-date", "no-date")
    elif row.precision == "unknown":
        yield Fault(f"{where}-precision", "no-precision")
    elif row.precision in _SHAPES:
        has_shape, code = _SHAPES[row.precision]
        if not has_shape(date):
            yield Fault(f"{where}-date", code)  # type: ignore[arg-type]  # one of the three above


def _sources(record: Verification) -> Iterator[Fault]:
    for row in record.sources:
        where = f"sources-{row.row}"
        if not _said(row.name):
            yield Fault(f"{where}-name", "no-name")
        if row.independence == "not_independent" and not _said(row.relation):
            yield Fault(f"{where}-relation", "no-relation")
        if row.reliability != CANNOT and not _said(row.reason):
            yield Fault(f"{where}-reason", "no-reliability-reason")


def _items(record: Verification) -> Iterator[Fault]:
    for row in record.items:
        where = f"items-{row.row}"
        if not _said(row.shows):
            yield Fault(f"{where}-shows", "no-item")
        if row.validity != CANNOT and not _said(row.reason):
            yield Fault(f"{where}-reason", "no-validity-reason")


def _correlation(part: Correlation) -> Iterator[Fault]:
    if part.finding == "established" and not _said(part.contact):
        yield Fault("correlation-contact", "no-contact")
    if part.finding != "undetermined" and not _said(part.reason):
        yield Fault("correlation-reason", "no-correlation-reason")


def _finding(record: Verification) -> Iterator[Fault]:
    if record.finding == "undetermined":
        return
    if record.finding == "verified" and not record.sources and not record.items:
        yield Fault("finding", "no-ground")
    if record.confidence == CANNOT:
        yield Fault("confidence", "no-confidence")
    if not _said(record.reason):
        yield Fault("reason", "no-finding-reason")


def _hands(record: Verification) -> Iterator[Fault]:
    if not _said(record.author):
        yield Fault("author", "no-author")
    reader = record.second_reader.strip()
    if reader and reader.casefold() == record.author.strip().casefold():
        yield Fault("second_reader", "reader-is-author")
    if reader and not record.second_reader_day:
        yield Fault("second_reader_day", "no-reader-day")
    if record.second_reader_day and not reader:
        yield Fault("second_reader", "no-reader")


def _said(text: str) -> bool:
    return bool(text.strip())
