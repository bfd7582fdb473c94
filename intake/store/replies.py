"""Sealed replies, and the hashes of all that ever came."""

from sqlalchemy import delete, insert, literal, select

from intake import schema
from intake.store.rows import Rows
from intake.store.values import Slot


class LookAtReplies(Rows):
    """Reads mailboxes."""

    def slots(self, mailbox: bytes, *, since: str, skip: int, most: int) -> list[bytes]:
        """Slots of a mailbox from this day on: newest day first, then by hash."""
        table = schema.slot
        query = select(table.c.data).where(table.c.mailbox == mailbox, table.c.day >= since)
        order = query.order_by(table.c.day.desc(), table.c.sha256)
        return list(self._connection.scalars(order.offset(skip).limit(most)))

    def delivered(self, sha256: bytes) -> bool:
        """Whether a slot of this hash ever came."""
        table = schema.delivered
        return self._connection.scalar(select(literal(1)).where(table.c.sha256 == sha256)) is not None


class ChangeReplies(LookAtReplies):
    """Writes them."""

    def add_slot(self, slot: Slot) -> None:
        """A slot that never came before; its hash is remembered."""
        self._connection.execute(
            insert(schema.slot).values(mailbox=slot.mailbox, day=slot.day, sha256=slot.sha256, data=slot.data)
        )
        self._connection.execute(insert(schema.delivered).values(sha256=slot.sha256))

    def empty_mailbox(self, mailbox: bytes) -> bool:
        """Its slots are gone; their hashes stay remembered, so that nothing comes back."""
        return self._connection.execute(delete(schema.slot).where(schema.slot.c.mailbox == mailbox)).rowcount > 0

    def drop_slots_before(self, day: str) -> int:
        """Replies that have waited long enough; how many slots."""
        return self._connection.execute(delete(schema.slot).where(schema.slot.c.day < day)).rowcount
