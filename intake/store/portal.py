"""The portal itself, its directories and keys, and the public log."""

from collections.abc import Iterator

from sqlalchemy import func, insert, select

from intake import schema
from intake.store.rows import Rows


class LookAtPortal(Rows):
    """Reads what the ceremony made and the log."""

    def portal(self) -> str:
        """The portal this database belongs to."""
        portal: str = self._state().portal
        return portal

    def revision(self) -> int:
        """Moves whenever directories or records were imported."""
        revision: int = self._state().revision
        return revision

    def open_from(self) -> str:
        """The first day that is not closed yet."""
        day: str = self._state().open_from
        return day

    def open_day(self, today: str) -> str:
        """The day under which what comes today is kept: never one that is closed, whatever the clock says."""
        return max(today, self.open_from())

    def directories(self) -> list[tuple[int, bytes]]:
        """Every directory note with its `seq`, ascending."""
        table = schema.directory
        return [(row.seq, row.note) for row in self._connection.execute(select(table).order_by(table.c.seq))]

    def directory_hashes(self) -> dict[int, bytes]:
        """The hash of every directory note by its `seq`."""
        table = schema.directory
        return {row.seq: row.hash for row in self._connection.execute(select(table.c.seq, table.c.hash))}

    def key_file(self, sha256: bytes) -> bytes | None:
        """The key file of this hash."""
        table = schema.key_file
        return self._connection.scalar(select(table.c.data).where(table.c.sha256 == sha256))

    def key_files(self) -> Iterator[tuple[bytes, bytes]]:
        """Every key file with its hash, in the order of the hashes."""
        table = schema.key_file
        for row in self._connection.execute(select(table).order_by(table.c.sha256)):
            yield row.sha256, row.data

    def post_keys(self) -> Iterator[tuple[bytes, bytes]]:
        """Every sealed post key with the hash of its file, in the order of the hashes."""
        table = schema.post_key
        for row in self._connection.execute(select(table).order_by(table.c.sha256)):
            yield row.sha256, row.data

    def log_lines(self, month: str) -> list[bytes]:
        """The public log's lines of a month, in order."""
        table = schema.log
        return list(self._connection.scalars(select(table.c.line).where(table.c.month == month).order_by(table.c.n)))

    def whole_log(self) -> Iterator[bytes]:
        """Every line of the public log, in order."""
        table = schema.log
        yield from self._connection.scalars(select(table.c.line).order_by(table.c.n))

    def log_end(self) -> tuple[int, bytes] | None:
        """Number and bytes of the newest line of the public log."""
        table = schema.log
        row = self._connection.execute(select(table.c.n, table.c.line).order_by(table.c.n.desc()).limit(1)).first()
        return None if row is None else (row.n, row.line)

    def count(self) -> dict[str, int]:
        """How many rows each table has."""
        return {
            table.name: self._connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in schema.metadata.sorted_tables
        }


class ChangePortal(LookAtPortal):
    """Writes it."""

    def begin_portal(self, portal: str, day: str) -> None:
        """The one row of a new database."""
        self._connection.execute(insert(schema.state).values(one=1, portal=portal, revision=0, open_from=day))

    def add_directory(self, seq: int, note_hash: bytes, note: bytes) -> None:
        """A directory note; every worker reads anew."""
        self._connection.execute(insert(schema.directory).values(seq=seq, hash=note_hash, note=note))
        self._set_state(revision=schema.state.c.revision + 1)

    def add_key_file(self, sha256: bytes, data: bytes) -> None:
        """A key file that was not there."""
        self._connection.execute(insert(schema.key_file).values(sha256=sha256, data=data))

    def add_post_key(self, sha256: bytes, data: bytes) -> None:
        """A sealed post key that was not there."""
        self._connection.execute(insert(schema.post_key).values(sha256=sha256, data=data))

    def set_open_from(self, day: str) -> None:
        """The first day that is not closed yet."""
        self._set_state(open_from=day)

    def append_log(self, n: int, month: str, line: bytes) -> None:
        """The next line of the public log."""
        self._connection.execute(insert(schema.log).values(n=n, month=month, line=line))
