"""The SQL of a vault about its list of cases: pages of it, how many stand where, what each case's row sums up, and
what waits to leave.

A base of `Store`. A page reads the rows that it shows; everything else is counted in one index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, exists, func, select, true, update

from crypto.wire.message import LANGUAGES, Thread
from review import schema
from review.aims import aims
from review.places import IN_DANGER, NOBODY_WAITS, SHOWS, WAITING, Show, place
from review.records import Case, InboxRow, OutgoingSlot, Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases: of one kind, in one language or any; `day` is today, which says what is overdue."""

    show: Show = "all"
    language: str | None = None
    day: str = ""


def case_of_row(row: Row[Any]) -> Case:
    """From a row of `cases`."""
    return Case(
        number=row.number,
        pseudonym=row.pseudonym,
        thread=Thread(key=row.thread, recipient=row.recipient, mailbox=row.mailbox),
        routing=row.routing,
        language=row.language,
        in_danger=row.in_danger,
        state_veto_day=row.state_veto_day,
    )


def share_mailbox(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Whether two cases ask for answers in one mailbox or under one key; a case that wants none shares nothing."""
    shared = (one.c.mailbox == other.c.mailbox) | (one.c.recipient == other.c.recipient)
    return shared & (one.c.number != other.c.number)


class InboxStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def inbox(self, wanted: Filter | None = None, *, skip: int = 0, most: int | None = None) -> list[InboxRow]:
        """The cases of a filter in the order of their need (`review.places`), some of them."""
        return self._rows(_condition(wanted or Filter()), skip=skip, most=most)

    def count_cases(self, language: str | None, day: str) -> dict[str, int]:
        """How many cases each filter shows, in one language or in any; `pressing` are those that wait in danger."""
        filters = {str(one): Filter(show=one, language=language, day=day) for one in SHOWS}
        pressing = _condition(Filter(language=language)) & (schema.cases.c.place < WAITING)
        return self._counted({name: _condition(one) for name, one in filters.items()} | {"pressing": pressing})

    def count_languages(self) -> dict[str, int]:
        """How many cases there are in each language that occurs."""
        counts = self._counted({one: schema.cases.c.language == one for one in LANGUAGES})
        return {language: count for language, count in counts.items() if count}

    def _counted(self, conditions: Mapping[str, ColumnElement[bool]]) -> dict[str, int]:
        """How many cases meet each condition, counted in one pass through an index."""
        counts = [func.count().filter(condition).label(f"n_{name}") for name, condition in conditions.items()]
        row = self._db.execute(select(*counts).select_from(schema.cases)).one()
        return dict(zip(conditions, row, strict=True))

    def longest_waiting(self) -> InboxRow | None:
        """The case that has waited longest for an answer, in danger or not."""
        cases = schema.cases
        ends = [
            self._rows(cases.c.place.between(start, end - 1), skip=0, most=1)
            for start, end in ((IN_DANGER, WAITING), (WAITING, NOBODY_WAITS))
        ]
        return min((rows[0] for rows in ends if rows), key=lambda row: row.waits_since or "", default=None)

    def _rows(self, condition: ColumnElement[bool], *, skip: int, most: int | None) -> list[InboxRow]:
        cases, others = schema.cases, schema.cases.alias()
        first = select(cases.c.number).where(condition).order_by(cases.c.place, cases.c.number)
        numbers = first.limit(most).offset(skip).subquery()
        shared = exists().where(share_mailbox(cases, others)).label("shares_mailbox")
        query = select(cases, shared).join(numbers, numbers.c.number == cases.c.number)
        return [_inbox_row(row) for row in self._db.execute(query.order_by(cases.c.place, cases.c.number))]

    def summary(self, number: int) -> Summary:
        """What the row of a case sums up."""
        cases = schema.cases
        columns = (cases.c.unread, cases.c.first_arrived, cases.c.replied)
        row = self._db.execute(select(*columns).where(cases.c.number == number)).one()
        return Summary(unread=row.unread, first_arrived=row.first_arrived, replied=row.replied)

    def waiting_page(self, most: int) -> list[OutgoingSlot]:
        """The slots of replies that have not left, oldest first: whole replies, up to `most` slots or one reply.

        The oldest are the same again until they have left, however many come after them.
        """
        outgoing, replies = schema.outgoing, schema.replies
        counted = select(replies.c.id, func.count().label("slots")).join(outgoing).where(replies.c.left.is_(None))
        oldest = counted.group_by(replies.c.id).order_by(replies.c.day, replies.c.id).limit(most)
        ids, slots = list[bytes](), 0
        for row in self._db.execute(oldest):
            slots += row.slots
            if ids and slots > most:
                break
            ids.append(row.id)
        query = select(outgoing).where(outgoing.c.reply.in_(ids)).order_by(outgoing.c.sha256)
        return [OutgoingSlot(mailbox=row.mailbox, sha256=row.sha256, slot=row.slot) for row in self._db.execute(query)]

    def add_to_row(self, number: int, arrived: str) -> None:
        """One more message in the row of a case, which came on this day and waits for an answer."""
        cases = schema.cases
        columns = (cases.c.messages, cases.c.unread, cases.c.first_arrived, cases.c.arrived, cases.c.waits_since)
        row = self._db.execute(select(*columns).where(cases.c.number == number)).one()
        self._sum_up(
            number,
            messages=row.messages + 1,
            unread=row.unread + 1,
            first_arrived=min(arrived, row.first_arrived or arrived),
            arrived=max(arrived, row.arrived or arrived),
            waits_since=min(arrived, row.waits_since or arrived),
        )

    def answer_in_row(self, number: int, day: str) -> None:
        """The writer of a case has an answer, sealed on this day."""
        replied = self._db.scalar(select(schema.cases.c.replied).where(schema.cases.c.number == number))
        self._sum_up(number, replied=max(day, replied or day), waits_since=None)

    def _sum_up(self, number: int, **changed: Any) -> None:
        """Sets these columns of a case, and what follows from them: by when an answer is due, and its place."""
        cases = schema.cases
        columns = (cases.c.recipient, cases.c.in_danger, cases.c.first_arrived, cases.c.arrived)
        query = select(*columns, cases.c.waits_since, cases.c.replied).where(cases.c.number == number)
        now = {**self._db.execute(query).one()._mapping, **changed}
        where = place(now["waits_since"], now["arrived"], in_danger=now["in_danger"])
        values = {**changed, "due": _due(now), "place": where}
        self._db.execute(update(cases).where(cases.c.number == number).values(values))


def _due(now: Mapping[str, Any]) -> str | None:
    if now["recipient"] is None or now["first_arrived"] is None:
        return None
    found = aims(now["first_arrived"], [] if now["replied"] is None else [now["replied"]])
    return found.acknowledge_by or found.answer_by


def _condition(wanted: Filter) -> ColumnElement[bool]:
    cases = schema.cases
    condition = {
        "waiting": cases.c.place < NOBODY_WAITS,
        "unread": cases.c.unread > 0,
        "danger": cases.c.in_danger,
        "overdue": cases.c.due < wanted.day,
        "veto": cases.c.state_veto_day.is_not(None),
        "answered": cases.c.place >= NOBODY_WAITS,
        "all": true(),
    }[wanted.show]
    return condition if wanted.language is None else condition & (cases.c.language == wanted.language)


def _inbox_row(row: Row[Any]) -> InboxRow:
    return InboxRow(
        case=case_of_row(row),
        messages=row.messages,
        arrived=row.arrived,
        unread=row.unread,
        waits_since=row.waits_since,
        due=row.due,
        shares_mailbox=row.shares_mailbox,
    )
