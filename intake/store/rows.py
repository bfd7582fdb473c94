"""What every part of the store stands on."""

from sqlalchemy import Connection


class Rows:
    """One transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
