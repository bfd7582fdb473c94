"""Reads one state of an intake's database, as whoever asks at this moment would find it."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import sleep

from sqlalchemy import Connection, select

from crypto.wire.day import DayManifest, Entry
from crypto.wire.digest import sha256
from crypto.wire.note import Note, body
from intake import database, schema
from intake.errors import StoreError
from intake.store import Store
from tests.kills.ledger import now

_PATIENCE_SECONDS = 30
Stored = tuple[int, bytes, bool]
"""Length and SHA-256 as they were written down, and whether the bytes are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Rows by ID; `listed` are the entries of every manifest with its number."""

    arrived: Mapping[bytes, Stored]
    closed: Mapping[bytes, Stored]
    numbers: Mapping[bytes, int]
    gone: Mapping[bytes, str]
    staging: Mapping[bytes, int]
    parts: Mapping[bytes, Mapping[bytes, Stored]]
    listed: tuple[tuple[int, Entry], ...]
    slots: frozenset[bytes]
    altered: int


def read(store: Store, portal: str, *, whole: bool = False) -> Held:
    """One state; `whole` hashes every envelope and part too. Waits for a database that is away."""
    until = now() + _PATIENCE_SECONDS
    while True:
        try:
            with database.transaction(store.engine, writes=False) as connection:
                return of(connection, portal, whole=whole)
        except StoreError:
            if now() > until:
                raise
            sleep(0.1)


def of(connection: Connection, portal: str, *, whole: bool) -> Held:
    """As the transaction of this connection sees it."""
    arrived, closed, part = schema.arrived, schema.closed, schema.part
    columns = (closed.c.id, closed.c.n, closed.c.length, closed.c.sha256)
    rows = connection.execute(select(*columns, closed.c.envelope.is_not(None).label("here"))).all()
    parts: dict[bytes, dict[bytes, Stored]] = {}
    for row in connection.execute(select(part.c.id, part.c.name, part.c.sha256, part.c.data.is_not(None))):
        parts.setdefault(row.id, {})[row.name] = (1 << 20, row.sha256, bool(row[3]))
    return Held(
        arrived={
            row.id: (row.length, row.sha256, True)
            for row in connection.execute(select(arrived.c.id, arrived.c.length, arrived.c.sha256))
        },
        closed={row.id: (row.length, row.sha256, bool(row.here)) for row in rows},
        numbers={row.id: row.n for row in rows},
        gone={row.id: row.reason for row in connection.execute(select(schema.gone))},
        staging={row.id: row.parts for row in connection.execute(select(schema.staging))},
        parts=parts,
        listed=tuple(_listed(connection, portal)),
        slots=frozenset(connection.scalars(select(schema.slot.c.sha256))),
        altered=_altered(connection) if whole else 0,
    )


def _listed(connection: Connection, portal: str) -> list[tuple[int, Entry]]:
    table = schema.manifest
    notes = connection.execute(select(table.c.n, table.c.note).order_by(table.c.n))
    return [
        (row.n, entry)
        for row in notes
        for entry in DayManifest.parse(body(Note.parse(row.note), "day", portal)).entries
    ]


def _altered(connection: Connection) -> int:
    """How many envelopes and parts have other bytes than the SHA-256 or the length beside them says."""
    count = 0
    for table in (schema.arrived, schema.closed):
        found = connection.execute(select(table.c.length, table.c.sha256, table.c.envelope))
        count += sum(data is not None and (len(data), sha256(data)) != (size, digest) for size, digest, data in found)
    parts = connection.execute(select(schema.part.c.sha256, schema.part.c.data))
    return count + sum(data is not None and (len(data), sha256(data)) != (1 << 20, digest) for digest, data in parts)
