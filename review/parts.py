"""The SQL of a vault about sealed parts, and about envelopes that need not be opened again: a base of `Store`."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from review import schema
from review.records import Stream


class PartStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- parts

    def add_part(self, submission: bytes, name: bytes, data: bytes, digest: bytes, *, provisional: bool) -> None:
        """One sealed part as it came, and its SHA-256; provisional until its day is closed."""
        values = {"submission": submission, "name": name, "sha256": digest, "provisional": provisional, "data": data}
        self._db.execute(insert(schema.parts).values(values))

    def part(self, submission: bytes, name: bytes) -> bytes | None:
        """The part of this name, if it is here."""
        table = schema.parts
        return self._db.scalar(select(table.c.data).where(table.c.submission == submission, table.c.name == name))

    def part_names(self, submission: bytes) -> set[bytes]:
        """The names of the parts that came with a submission."""
        table = schema.parts
        return set(self._db.scalars(select(table.c.name).where(table.c.submission == submission)))

    def provisional(self) -> set[bytes]:
        """The submissions with parts that came before their day was closed."""
        table = schema.parts
        return set(self._db.scalars(select(table.c.submission).where(table.c.provisional.is_(True)).distinct()))

    def settle_parts(self, submission: bytes, listed: Mapping[bytes, bytes], proven: Set[bytes]) -> None:
        """What came provisionally stays if the closed day lists it (name -> SHA-256), or if it is proven."""
        table = schema.parts
        of_today = (table.c.submission == submission) & table.c.provisional.is_(True)
        for name, digest in self._db.execute(select(table.c.name, table.c.sha256).where(of_today)).all():
            here = of_today & (table.c.name == name)
            if listed.get(name) == digest or name in proven:
                self._db.execute(update(table).where(here).values(provisional=False))
            else:
                self._db.execute(delete(table).where(here))

    def add_stream(self, stream: Stream) -> None:
        """That a submission brought a message with files; what is known of it already stays."""
        row = insert_or(schema.streams).values(**asdict(stream))
        self._db.execute(row.on_conflict_do_nothing())

    def streams_of(self, number: int, message_id: bytes) -> list[Stream]:
        """Every stream that came for a message of a case."""
        table = schema.streams
        return self._streams((table.c.number == number) & (table.c.id == message_id))

    def streams_with(self, submission: bytes) -> list[Stream]:
        """Every stream that is carried by the parts of a submission."""
        return self._streams(schema.streams.c.submission == submission)

    def set_stream(self, stream: Stream) -> None:
        """What is known of it now."""
        table = schema.streams
        here = (table.c.submission == stream.submission) & (table.c.number == stream.number) & (table.c.id == stream.id)
        self._db.execute(update(table).where(here).values(state=stream.state))

    def _streams(self, which: ColumnElement[bool]) -> list[Stream]:
        rows = self._db.execute(select(schema.streams).where(which).order_by(schema.streams.c.submission))
        return [Stream(submission=row.submission, number=row.number, id=row.id, state=row.state) for row in rows]

    # --- what need not be opened again

    def handled(self) -> dict[tuple[bytes, bytes], int]:
        """Submission and SHA-256 of the envelope -> counter of the manifest it will stand in, or stands in."""
        table = schema.handled
        return {(row.submission, row.sha256): row.n for row in self._db.execute(select(table))}

    def set_handled(self, envelopes: Iterable[tuple[bytes, bytes, int]]) -> None:
        """Replaces the list: submission, SHA-256 and counter each."""
        self._db.execute(delete(schema.handled))
        rows = [{"submission": submission, "sha256": sha256, "n": n} for submission, sha256, n in envelopes]
        if rows:
            self._db.execute(insert(schema.handled), rows)
