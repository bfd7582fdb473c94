"""The only place that speaks SQL, with its bases in `review.own`, `review.aside`, `review.missing` and `review.parts`.

A `Store` is one transaction's view of a vault.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, exists, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from crypto.wire.fields import encode_json
from crypto.wire.message import Message, Thread
from review import schema
from review.aside import AsideStore
from review.journal import Entry, What
from review.keeping import KeepingStore
from review.missing import MissingStore
from review.own import OwnStore
from review.parts import PartStore
from review.pseudonyms import new_pseudonym
from review.records import Case, InboxRow, OutgoingSlot, StoredMessage, StoredReply
from review.verification.store import VerificationStore


def _case(row: Row[Any]) -> Case:
    return Case(
        number=row.number,
        pseudonym=row.pseudonym,
        thread=Thread(key=row.thread, recipient=row.recipient, mailbox=row.mailbox),
        routing=row.routing,
        language=row.language,
        in_danger=row.in_danger,
        state_veto_day=row.state_veto_day,
    )


def _message(row: Row[Any]) -> StoredMessage:
    return StoredMessage(number=row.number, turn=row.turn, arrived=row.arrived, data=row.data, read=row.read)


def _share_mailbox(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Whether two cases ask for answers in one mailbox or under one key; a case that wants none shares nothing."""
    shared = (one.c.mailbox == other.c.mailbox) | (one.c.recipient == other.c.recipient)
    return shared & (one.c.number != other.c.number)


class Store(OwnStore, AsideStore, KeepingStore, MissingStore, PartStore, VerificationStore):
    """Reads and writes one vault inside the transaction of `connection`."""

    # --- messages and cases

    def message_data(self, number: int, message_id: bytes) -> bytes | None:
        """The bytes of the message of this case that has this id, if it is here."""
        table = schema.messages
        return self._db.scalar(select(table.c.data).where(table.c.number == number, table.c.id == message_id))

    def case_of(self, thread: bytes) -> Case | None:
        """The case of a thread key."""
        row = self._db.execute(select(schema.cases).where(schema.cases.c.thread == thread)).one_or_none()
        return None if row is None else _case(row)

    def case(self, number: int) -> Case | None:
        """The case of this number."""
        row = self._db.execute(select(schema.cases).where(schema.cases.c.number == number)).one_or_none()
        return None if row is None else _case(row)

    def sharing_mailbox(self, number: int, most: int) -> list[Case]:
        """The other cases that have the mailbox or the recipient of this one, oldest first, `most` of them."""
        own, others = schema.cases.alias(), schema.cases
        query = select(others).join(own, _share_mailbox(own, others)).where(own.c.number == number)
        return [_case(row) for row in self._db.execute(query.order_by(others.c.number).limit(most))]

    def is_seed_of_others(self, seed_hash: bytes, thread: bytes) -> bool:
        """Whether the attachments of another thread had the seed of this SHA-256."""
        table = schema.attachment_seeds
        return bool(self._db.scalar(select(exists().where(table.c.sha256 == seed_hash, table.c.thread != thread))))

    def remember_seed(self, seed_hash: bytes, thread: bytes) -> None:
        """That this thread had a seed of this SHA-256."""
        values = {"sha256": seed_hash, "thread": thread}
        self._db.execute(insert_or(schema.attachment_seeds).values(values).on_conflict_do_nothing())

    def add_case(self, message: Message) -> Case:
        """A new case for the thread of this message, under a fresh pseudonym."""
        values = {
            "pseudonym": new_pseudonym(self._is_taken),
            "thread": message.thread.key,
            "recipient": message.thread.recipient,
            "mailbox": message.thread.mailbox,
            "routing": encode_json(message.routing.to_json()),
            "language": message.language,
            "in_danger": False,
        }
        row = self._db.execute(insert(schema.cases).values(values).returning(schema.cases)).one()
        return _case(row)

    def give_mailbox(self, number: int, thread: Thread) -> None:
        """Where replies to a writer go who first wanted none, and now says otherwise."""
        values = {"recipient": thread.recipient, "mailbox": thread.mailbox}
        self._db.execute(update(schema.cases).where(schema.cases.c.number == number).values(values))

    def mark_danger(self, number: int) -> None:
        """The writer says that someone is in danger now."""
        self._db.execute(update(schema.cases).where(schema.cases.c.number == number).values(in_danger=True))

    def mark_state_veto(self, number: int, day: str) -> None:
        """The writer says: do not contact my State. The first day stays."""
        cases = schema.cases
        condition = (cases.c.number == number) & cases.c.state_veto_day.is_(None)
        self._db.execute(update(cases).where(condition).values(state_veto_day=day))

    def add_message(
        self, number: int, message: Message, data: bytes, signature: bytes, submission: bytes, arrived: str
    ) -> None:
        """The next turn of a case, from its writer."""
        self._db.execute(
            insert(schema.messages).values(
                id=message.id,
                number=number,
                turn=self._next_turn(number),
                arrived=arrived,
                submission=submission,
                data=data,
                signature=signature,
                read=False,
            )
        )

    def mark_read(self, number: int) -> int:
        """How many messages of the case were new until now."""
        table = schema.messages
        condition = (table.c.number == number) & table.c.read.is_(False)
        return self._db.execute(update(table).where(condition).values(read=True)).rowcount

    def messages(self, number: int) -> list[StoredMessage]:
        """The writer's turns of a case, in order."""
        table = schema.messages
        rows = self._db.execute(select(table).where(table.c.number == number).order_by(table.c.turn))
        return [_message(row) for row in rows]

    def message(self, number: int, turn: int) -> StoredMessage | None:
        """The writer's turn of this place in a case, if it is one."""
        table = schema.messages
        query = select(table).where(table.c.number == number, table.c.turn == turn)
        row = self._db.execute(query).one_or_none()
        return None if row is None else _message(row)

    def inbox(self) -> list[InboxRow]:
        """Every case, newest arrival first."""
        cases, messages, replies, others = schema.cases, schema.messages, schema.replies, schema.cases.alias()
        sent = select(replies.c.number, func.max(replies.c.turn).label("turn")).group_by(replies.c.number).subquery()
        came = (
            select(
                messages.c.number,
                func.count().label("messages"),
                func.max(messages.c.arrived).label("arrived"),
                func.max(messages.c.turn).label("turn"),
                func.count().filter(messages.c.read.is_(False)).label("unread"),
            )
            .group_by(messages.c.number)
            .subquery()
        )
        query = (
            select(cases, came.c.messages, came.c.arrived, came.c.unread)
            .add_columns((came.c.turn > func.coalesce(sent.c.turn, 0)).label("waiting"))
            .add_columns(exists().where(_share_mailbox(cases, others)).label("shares_mailbox"))
            .join(came, came.c.number == cases.c.number)
            .outerjoin(sent, sent.c.number == cases.c.number)
            .order_by(came.c.arrived.desc(), cases.c.number.desc())
        )
        return [
            InboxRow(
                case=_case(row),
                messages=row.messages,
                arrived=row.arrived,
                unread=row.unread,
                waiting=row.waiting,
                shares_mailbox=row.shares_mailbox,
            )
            for row in self._db.execute(query)
        ]

    # --- replies

    def add_reply(
        self, number: int, reply_id: bytes, data: bytes, signature: bytes, slots: Sequence[OutgoingSlot]
    ) -> None:
        """The next turn of a case, from the vault, with its sealed slots."""
        turn = self._next_turn(number)
        values = {"id": reply_id, "number": number, "turn": turn, "data": data, "signature": signature}
        self._db.execute(insert(schema.replies).values(values))
        rows = [{"sha256": one.sha256, "reply": reply_id, "mailbox": one.mailbox, "slot": one.slot} for one in slots]
        self._db.execute(insert(schema.outgoing), rows)

    def replies(self, number: int) -> list[StoredReply]:
        """The vault's turns of a case, in order."""
        table = schema.replies
        rows = self._db.execute(select(table).where(table.c.number == number).order_by(table.c.turn))
        return [StoredReply(number=row.number, turn=row.turn, data=row.data, left=row.left) for row in rows]

    def waiting_replies(self) -> int:
        """How many replies wait for the next post."""
        return self._db.scalar(select(func.count()).where(schema.replies.c.left.is_(None))) or 0

    def waiting_slots(self) -> list[OutgoingSlot]:
        """The slots of every reply that has not left."""
        outgoing, replies = schema.outgoing, schema.replies
        query = select(outgoing).join(replies).where(replies.c.left.is_(None)).order_by(outgoing.c.sha256)
        return [OutgoingSlot(mailbox=row.mailbox, sha256=row.sha256, slot=row.slot) for row in self._db.execute(query)]

    def mark_left(self, slots: Sequence[bytes], day: str) -> int:
        """The replies whose slots left with a post on this day; how many they were."""
        outgoing, replies = schema.outgoing, schema.replies
        of_slots = select(outgoing.c.reply).where(outgoing.c.sha256.in_(slots))
        condition = replies.c.id.in_(of_slots) & replies.c.left.is_(None)
        return self._db.execute(update(replies).where(condition).values(left=day)).rowcount

    # --- journal

    def note(self, what: What, about: str, day: str) -> None:
        """Writes the next entry of the journal."""
        last = self._db.execute(select(schema.journal).order_by(schema.journal.c.n.desc()).limit(1)).one_or_none()
        n, prev = (1, None) if last is None else (last.n + 1, last.hash)
        entry = Entry(n=n, prev=prev, day=day, what=what, about=about)
        self._db.execute(insert(schema.journal).values(**asdict(entry), hash=entry.hash()))

    def journal(self) -> Iterator[tuple[Entry, bytes]]:
        """Every entry with the hash that was stored with it, oldest first."""
        for row in self._db.execute(select(schema.journal).order_by(schema.journal.c.n)):
            yield Entry(n=row.n, prev=row.prev, day=row.day, what=row.what, about=row.about), row.hash

    def _is_taken(self, pseudonym: str) -> bool:
        return bool(self._db.scalar(select(exists().where(schema.cases.c.pseudonym == pseudonym))))

    def _next_turn(self, number: int) -> int:
        turns = [
            self._db.scalar(select(func.max(table.c.turn)).where(table.c.number == number))
            for table in (schema.messages, schema.replies)
        ]
        return max(turn or 0 for turn in turns) + 1
