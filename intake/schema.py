"""The tables. There is no column for a moment, an address, an order of arrival, a private key or a word.

Every table is keyed by what it holds and lies in the order of its key: SQLite's hidden row numbers, which would tell
the order of arrival, do not exist here (WITHOUT ROWID).
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table

VERSION = "0003"
"""The newest migration, which a database must have been brought to."""

metadata = MetaData()


def _table(name: str, *columns: "Column[Any]") -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def _id(name: str, length: int) -> "Column[bytes]":
    return Column(name, LargeBinary(length), primary_key=True)


def _number(name: str) -> "Column[int]":
    return Column(name, Integer, primary_key=True, autoincrement=False)


def _day(name: str) -> "Column[str]":
    return Column(name, String(10), nullable=False)


def _bytes(name: str, length: int | None = None, *, nullable: bool = False) -> "Column[bytes]":
    return Column(name, LargeBinary(length), nullable=nullable)


# One row. The table is also the closing lock: whoever takes a submission shares it, whoever closes a day has it alone.
state = _table(
    "state",
    _number("one"),
    Column("portal", String(64), nullable=False),
    Column("revision", Integer, nullable=False),  # counts imports of directories: workers read anew when it moves
    _day("open_from"),  # the first day that is not closed yet
)

directory = _table("directory", _number("seq"), _bytes("hash", 32), _bytes("note"))
key_file = _table("key_file", _id("sha256", 32), _bytes("data"))
post_key = _table("post_key", _id("sha256", 32), _bytes("data"))

# Submissions of days that are still open, and of days that stand in a manifest; closing a day moves its rows over in
# the order of their IDs. An envelope that is gone leaves its hash, so that its ID stays taken.
arrived = _table(
    "arrived",
    _id("id", 16),
    _day("day"),
    Column("length", Integer, nullable=False),
    _bytes("sha256", 32),
    _bytes("envelope"),
)
closed = _table(
    "closed",
    _id("id", 16),
    Column("n", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    _bytes("sha256", 32),
    _bytes("envelope", nullable=True),
)
gone = _table("gone", _id("id", 16), Column("reason", String(8), nullable=False))
# `day` is the one whose arrivals a manifest lists; `closed_on` the one on which it was made, by intake's clock. After a
# gap, in which nobody could carry it, that becomes later (`closing.GRACE_DAYS`).
manifest = _table("manifest", _number("n"), _day("day"), _bytes("hash", 32), _bytes("note"), _day("closed_on"))

# The parts of a submission, listed by its entry in the manifest once it has one. A part that is gone leaves its hash.
# Until the envelope comes, `staging` has a row: on which day the first part came, and how many there are.
staging = _table("staging", _id("id", 16), _day("day"), Column("parts", Integer, nullable=False))
part = _table("part", _id("id", 16), _id("name", 16), _bytes("sha256", 32), _bytes("data", nullable=True))
# Those that are not gone: counted for each part that comes, while the hashes of the others become ever more.
_held = part.c.data.is_not(None)
Index("part_held", part.c.id, postgresql_where=_held, sqlite_where=_held)

# What vaults said they have kept: `manifest` is 0 where a record names none, `backed_up` is 0 or 1.
record = _table(
    "record",
    Column("vault", String(32), primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    _id("hash", 32),
    _day("day"),
    Column("manifest", Integer, nullable=False),
    Column("backed_up", Integer, nullable=False),
    _bytes("note"),
)

# Replies wait under the address of their mailbox; the hashes of all that ever came are kept.
slot = _table(
    "slot", _id("mailbox", 32), Column("day", String(10), primary_key=True), _id("sha256", 32), _bytes("data")
)
delivered = _table("delivered", _id("sha256", 32))

log = _table("log", _number("n"), Column("month", String(7), nullable=False), _bytes("line"))
