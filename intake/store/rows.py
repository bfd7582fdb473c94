"""What every part of the store stands on."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from intake import schema

_CHUNK = 500
_STATE = select(schema.state)


class Rows:
    """One transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: Row[Any] | None = None

    def _state(self) -> Row[Any]:
        """The row of the portal, read once: while a turn at its table lasts, nobody else changes it."""
        if self._read is None:
            self._read = self._connection.execute(_STATE).one()
        return self._read

    def _set_state(self, **values: object) -> None:
        """Writes it; what is asked next is read anew."""
        self._connection.execute(update(schema.state).values(**values))
        self._read = None


def chunks(ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The same, as many at once as one statement of any database takes."""
    for at in range(0, len(ids), _CHUNK):
        yield ids[at : at + _CHUNK]
