"""The SQL of a vault about its index of words: a base of `Store`.

The index holds no text, only which word stands where; it is encrypted like the rest of the vault.
"""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    update,
)

from crypto.wire.message import Message
from crypto.wire.reply import Reply
from review import schema
from review.records import Hit
from review.search.texts import texts_of_message, texts_of_reply
from review.search.words import Term, indexed, match

RULES = 1
"""Larger in each release that cuts or chooses words otherwise than the one before: then everything is indexed anew."""

_WORDS = table("words")
_ROW: ColumnElement[int] = literal_column("words.rowid", Integer)


class SearchStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def index(self, number: int, turn: int, texts: Sequence[str]) -> None:
        """The words of a turn of a case can be found from now on; turn 0 is the case itself."""
        values = {"number": number, "turn": turn}
        row = self._db.execute(insert(schema.searched).values(values).returning(schema.searched.c.id)).scalar_one()
        said = "\n".join(map(indexed, texts))
        self._db.execute(text("INSERT INTO words (rowid, said) VALUES (:row, :said)"), {"row": row, "said": said})

    def search(self, wanted: Sequence[Term], *, skip: int, most: int) -> list[Hit]:
        """The turns that hold all terms, what came last first."""
        there = schema.searched
        query = select(there.c.number, there.c.turn).select_from(there.join(_WORDS, there.c.id == _ROW))
        query = query.where(text("words MATCH :match")).order_by(_ROW.desc()).limit(most).offset(skip)
        rows = self._db.execute(query, {"match": match(list(wanted))})
        return [Hit(number=row.number, turn=row.turn) for row in rows]

    def count_hits(self, wanted: Sequence[Term], most: int) -> int:
        """How many turns hold all terms; `most` when they are as many or more."""
        found = select(_ROW).select_from(_WORDS).where(text("words MATCH :match")).limit(most).subquery()
        count = select(func.count()).select_from(found)
        return self._db.execute(count, {"match": match(list(wanted))}).scalar_one()

    def bring_index(self) -> None:
        """Indexes everything anew when that was last done by the rules of an older release, or never."""
        if self._db.scalar(select(schema.own.c.indexed)) == RULES:
            return
        self._db.execute(text("INSERT INTO words (words) VALUES ('delete-all')"))
        self._db.execute(delete(schema.searched))
        for number, pseudonym in self._db.execute(select(schema.cases.c.number, schema.cases.c.pseudonym)).all():
            self._index_case(number, pseudonym)
        self._db.execute(update(schema.own).values(indexed=RULES))

    def _index_case(self, number: int, pseudonym: str) -> None:
        self.index(number, 0, [pseudonym])
        messages, replies = schema.messages, schema.replies
        for turn, data in self._db.execute(
            select(messages.c.turn, messages.c.data).where(messages.c.number == number)
        ).all():
            self.index(number, turn, texts_of_message(Message.parse(data)))
        for turn, data in self._db.execute(
            select(replies.c.turn, replies.c.data).where(replies.c.number == number)
        ).all():
            self.index(number, turn, texts_of_reply(Reply.parse(data)))
