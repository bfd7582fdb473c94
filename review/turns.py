"""The SQL of a vault about the conversation of one case: its order, a page of it, what of it is unread.

A base of `Store`. The order stands in indexes: a page reads the words of the turns that it shows, and of no others.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, case, func, literal, select, union_all, update

from review import schema
from review.records import StoredMessage, StoredReply, Turn

# One day's envelopes come in no order: what opened the thread stands first.
_FIRST = "account"


class TurnStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def count_turns(self, number: int) -> int:
        """How many messages and replies a case has."""
        tables = (schema.messages, schema.replies)
        return sum(self._count(table, table.c.number == number) for table in tables)

    def turns(self, number: int, *, skip: int, most: int) -> list[Turn]:
        """Some turns of a case in the order in which they are read."""
        messages, replies = schema.messages, schema.replies
        written = select(messages.c.turn, _later(), literal(0).label("reply")).where(messages.c.number == number)
        sealed = select(replies.c.turn, literal(1), literal(1)).where(replies.c.number == number)
        both = union_all(written, sealed).subquery()
        rows = self._db.execute(select(both).order_by(both.c.later, both.c.turn).limit(most).offset(skip))
        return [Turn(turn=row.turn, is_reply=bool(row.reply)) for row in rows]

    def position(self, number: int, turn: int) -> int:
        """How many turns of the case stand before this one."""
        messages, replies = schema.messages, schema.replies
        ours = messages.c.number == number
        kind = self._db.scalar(select(messages.c.kind).where(ours, messages.c.turn == turn))
        if kind == _FIRST:
            return self._count(messages, ours, messages.c.kind == _FIRST, messages.c.turn < turn)
        first = self._count(messages, ours, messages.c.kind == _FIRST)
        written = self._count(messages, ours, messages.c.kind != _FIRST, messages.c.turn < turn)
        return first + written + self._count(replies, replies.c.number == number, replies.c.turn < turn)

    def first_unread(self, number: int) -> int | None:
        """The first turn, in reading order, that nobody has read."""
        table = schema.messages
        query = select(table.c.turn).where(table.c.number == number, table.c.read.is_(False))
        found: int | None = self._db.scalar(query.order_by(table.c.kind != _FIRST, table.c.turn).limit(1))
        return found

    def mark_read(self, number: int, turns: Collection[int]) -> int:
        """How many of these messages of the case were new until now."""
        table = schema.messages
        condition = (table.c.number == number) & table.c.turn.in_(turns) & table.c.read.is_(False)
        count = self._db.execute(update(table).where(condition).values(read=True)).rowcount
        if count:
            cases = schema.cases
            self._db.execute(update(cases).where(cases.c.number == number).values(unread=cases.c.unread - count))
        return count

    def messages(self, number: int, turns: Collection[int] | None = None) -> list[StoredMessage]:
        """The writer's turns of a case, in the order they came; all, or these."""
        table = schema.messages
        query = select(table).where(table.c.number == number)
        if turns is not None:
            query = query.where(table.c.turn.in_(turns))
        return [_message(row) for row in self._db.execute(query.order_by(table.c.turn))]

    def message(self, number: int, turn: int) -> StoredMessage | None:
        """The writer's turn of this place in a case, if it is one."""
        return next(iter(self.messages(number, [turn])), None)

    def replies(self, number: int, turns: Collection[int] | None = None) -> list[StoredReply]:
        """The vault's turns of a case, in order; all, or these."""
        table = schema.replies
        query = select(table).where(table.c.number == number)
        if turns is not None:
            query = query.where(table.c.turn.in_(turns))
        rows = self._db.execute(query.order_by(table.c.turn))
        return [
            StoredReply(number=row.number, turn=row.turn, data=row.data, left=row.left, seen=row.seen) for row in rows
        ]

    def reply_days(self, number: int, ids: Collection[bytes]) -> dict[bytes, str]:
        """Of these replies of the case, the days on which they were sealed."""
        table = schema.replies
        rows = self._db.execute(select(table.c.id, table.c.day).where(table.c.number == number, table.c.id.in_(ids)))
        return {row.id: row.day for row in rows}

    def first_reply(self, number: int, kind: str) -> str | None:
        """The day of the first reply of this kind."""
        table = schema.replies
        query = select(table.c.day).where(table.c.number == number, table.c.kind == kind)
        found: str | None = self._db.scalar(query.order_by(table.c.turn).limit(1))
        return found

    def mark_seen(self, number: int, ids: Collection[bytes]) -> None:
        """The writer says that they have read these replies."""
        table = schema.replies
        if ids:
            condition = (table.c.number == number) & table.c.id.in_(ids)
            self._db.execute(update(table).where(condition).values(seen=True))

    def next_turn(self, number: int) -> int:
        """The place of what comes next."""
        turns = [
            self._db.scalar(select(func.max(table.c.turn)).where(table.c.number == number))
            for table in (schema.messages, schema.replies)
        ]
        return max(turn or 0 for turn in turns) + 1

    def _count(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        return self._db.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _later() -> ColumnElement[int]:
    """0 for what opened the thread, 1 for the rest."""
    return case((schema.messages.c.kind == _FIRST, 0), else_=1).label("later")


def _message(row: Row[Any]) -> StoredMessage:
    return StoredMessage(number=row.number, turn=row.turn, arrived=row.arrived, data=row.data, read=row.read)
