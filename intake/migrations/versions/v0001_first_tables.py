"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The first tables; none of them has hidden row numbers."""
    _table(
        "state",
        _number("one"),
        sa.Column("portal", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("open_from", sa.String(10), nullable=False),
    )
    _directory()
    _submissions()
    _replies()
    _table("log", _number("n"), sa.Column("month", sa.String(7), nullable=False), _bytes("line"))


def _directory() -> None:
    _table("directory", _number("seq"), _bytes("hash", 32), _bytes("note"))
    _table("key_file", _id("sha256", 32), _bytes("data"))
    _table("post_key", _id("sha256", 32), _bytes("data"))


def _submissions() -> None:
    _table(
        "arrived",
        _id("id", 16),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        _bytes("sha256", 32),
        _bytes("envelope"),
    )
    _table(
        "closed",
        _id("id", 16),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        _bytes("sha256", 32),
        sa.Column("envelope", sa.LargeBinary, nullable=True),
    )
    _table("gone", _id("id", 16), sa.Column("reason", sa.String(8), nullable=False))
    _table(
        "manifest",
        _number("n"),
        sa.Column("day", sa.String(10), nullable=False),
        _bytes("hash", 32),
        _bytes("note"),
    )


def _replies() -> None:
    _table(
        "slot",
        _id("mailbox", 32),
        sa.Column("day", sa.String(10), primary_key=True),
        _id("sha256", 32),
        _bytes("data"),
    )
    _table("delivered", _id("sha256", 32), sa.Column("day", sa.String(10), nullable=False))


def _table(name: str, *columns: "sa.Column[Any]") -> None:
    op.create_table(name, *columns, sqlite_with_rowid=False)


def _id(name: str, length: int) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary(length), primary_key=True)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _bytes(name: str, length: int | None = None) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary(length), nullable=False)
