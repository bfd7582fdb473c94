"""The only place that speaks SQL, with its bases: `review.inbox`, `review.turns`, `review.own` and others.

A `Store` is one transaction's view of a vault.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from crypto.wire.fields import encode_json
from crypto.wire.message import Message, Thread
from crypto.wire.reply import Reply
from review import schema
from review.aside import AsideStore
from review.consent.store import ConsentStore
from review.inbox import InboxStore, case_of_row, share_mailbox
from review.journal import Entry, Row, What
from review.keeping import KeepingStore
from review.missing import MissingStore
from review.own import OwnStore
from review.parts import PartStore
from review.pseudonyms import new_pseudonym
from review.records import Case, OutgoingSlot
from review.search.store import SearchStore
from review.search.texts import texts_of_message, texts_of_reply
from review.turns import TurnStore
from review.verification.store import VerificationStore

_ENTRIES_AT_ONCE = 1_000


class Store(
    OwnStore,
    AsideStore,
    ConsentStore,
    InboxStore,
    KeepingStore,
    MissingStore,
    PartStore,
    SearchStore,
    TurnStore,
    VerificationStore,
):
    """Reads and writes one vault inside the transaction of `connection`."""

    # --- messages and cases

    def message_data(self, number: int, message_id: bytes) -> bytes | None:
        """The bytes of the message of this case that has this id, if it is here."""
        table = schema.messages
        return self._db.scalar(select(table.c.data).where(table.c.number == number, table.c.id == message_id))

    def case_of(self, thread: bytes) -> Case | None:
        """The case of a thread key."""
        row = self._db.execute(select(schema.cases).where(schema.cases.c.thread == thread)).one_or_none()
        return None if row is None else case_of_row(row)

    def case(self, number: int) -> Case | None:
        """The case of this number."""
        row = self._db.execute(select(schema.cases).where(schema.cases.c.number == number)).one_or_none()
        return None if row is None else case_of_row(row)

    def sharing_mailbox(self, number: int, most: int) -> list[Case]:
        """The other cases that have the mailbox or the recipient of this one, oldest first, `most` of them."""
        own, others = schema.cases.alias(), schema.cases
        query = select(others).join(own, share_mailbox(own, others)).where(own.c.number == number)
        return [case_of_row(row) for row in self._db.execute(query.order_by(others.c.number).limit(most))]

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
        self.index(row.number, 0, [row.pseudonym])
        return case_of_row(row)

    def give_mailbox(self, number: int, thread: Thread) -> None:
        """Where replies to a writer go who first wanted none, and now says otherwise."""
        values = {"recipient": thread.recipient, "mailbox": thread.mailbox}
        self._sum_up(number, **values)

    def mark_danger(self, number: int) -> None:
        """The writer says that someone is in danger now."""
        self._sum_up(number, in_danger=True)

    def mark_state_veto(self, number: int, day: str) -> None:
        """The writer says: do not contact my State. The first day stays."""
        cases = schema.cases
        condition = (cases.c.number == number) & cases.c.state_veto_day.is_(None)
        self._db.execute(update(cases).where(condition).values(state_veto_day=day))

    def add_message(
        self, number: int, message: Message, data: bytes, signature: bytes, submission: bytes, arrived: str
    ) -> None:
        """The next turn of a case, from its writer, found by its words from now on."""
        turn = self.next_turn(number)
        self._db.execute(
            insert(schema.messages).values(
                id=message.id,
                number=number,
                turn=turn,
                arrived=arrived,
                submission=submission,
                data=data,
                signature=signature,
                read=False,
                kind=message.body.kind,
            )
        )
        self.mark_seen(number, message.seen)
        self.add_to_row(number, arrived)
        self.index(number, turn, texts_of_message(message))

    # --- replies

    def add_reply(
        self, number: int, reply_id: bytes, data: bytes, signature: bytes, slots: Sequence[OutgoingSlot]
    ) -> None:
        """The next turn of a case, from the vault, with its sealed slots; found by its words from now on."""
        turn, reply = self.next_turn(number), Reply.parse(data)
        values = {"id": reply_id, "number": number, "turn": turn, "data": data, "signature": signature}
        self._db.execute(insert(schema.replies).values(values | {"kind": reply.kind, "day": reply.day}))
        self.answer_in_row(number, reply.day)
        self.index(number, turn, texts_of_reply(reply))
        rows = [{"sha256": one.sha256, "reply": reply_id, "mailbox": one.mailbox, "slot": one.slot} for one in slots]
        self._db.execute(insert(schema.outgoing), rows)

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
        for n, prev, day, what, about, stored in self.journal_rows():
            yield Entry(n=n, prev=prev, day=day, what=what, about=about), stored

    def journal_rows(self) -> Iterator[Row]:
        """The same as it is stored."""
        table = schema.journal
        columns = (table.c.n, table.c.prev, table.c.day, table.c.what, table.c.about, table.c.hash)
        # A vault's life has many entries, and every unlocking reads all: in handfuls, and by place.
        for rows in self._db.execute(select(*columns).order_by(table.c.n)).partitions(_ENTRIES_AT_ONCE):
            yield from rows

    def _is_taken(self, pseudonym: str) -> bool:
        return bool(self._db.scalar(select(exists().where(schema.cases.c.pseudonym == pseudonym))))
