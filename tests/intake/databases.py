"""Where the databases of the tests come from: SQLite files, or a PostgreSQL of the tests' own (postgres.py)."""

from pathlib import Path
from typing import Protocol

from intake.config import DEFAULT_DATABASE, database_inside

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASE = "intake.db"
Kept = bytes | str
"""A database as it once was, to be copied: the bytes of its file, or its URL."""


class Databases(Protocol):
    """Makes databases, each known by its URL."""

    def __hash__(self) -> int:
        """Each kind is made once."""

    def place(self, folder: Path) -> str:
        """The URL of a database without tables, for an intake in this folder."""

    def keep(self, url: str) -> Kept:
        """Sets a database aside that nobody has open."""

    def copy(self, kept: Kept, folder: Path) -> str:
        """The URL of a new database, for an intake in this folder, that holds what was kept."""


class SqliteFiles:
    """A file in the folder of each intake, where `intake init` makes it."""

    def place(self, folder: Path) -> str:
        """SQLite makes the file when it is first written to."""
        return database_inside(folder, DEFAULT_DATABASE)

    def keep(self, url: str) -> Kept:
        """One file: whoever closed it last has emptied its log."""
        return file_of(url).read_bytes()

    def copy(self, kept: Kept, folder: Path) -> str:
        """Readable for its owner only, like the folder around it."""
        assert isinstance(kept, bytes)
        url = self.place(folder)
        file_of(url).write_bytes(kept)
        return url


def file_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(url.removeprefix("sqlite:///"))
