"""What every part of the store stands on."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

_CHUNK = 500


class Rows:
    """One transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection


def chunks(ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The same, as many at once as one statement of any database takes."""
    for at in range(0, len(ids), _CHUNK):
        yield ids[at : at + _CHUNK]
