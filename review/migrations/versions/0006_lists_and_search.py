"""What lists need stands beside each case, message and reply, and there is room for an index of words.

The index is filled when the vault is opened (`review.search.indexing`): how words are cut belongs to a release.
"""

import json
from base64 import urlsafe_b64decode
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_IN_DANGER, _WAITING, _ANSWERED = 0, 10_000_000, 30_000_000
_INDEXES = {
    "ix_cases_list": ("cases", ["place", "number", "language", "unread", "in_danger", "state_veto_day", "due"]),
    "ix_messages_turns": ("messages", ["number", "kind", "turn", "read"]),
    "ix_replies_turns": ("replies", ["number", "turn", "kind", "day"]),
    "ix_replies_left": ("replies", ["left"]),
}


def upgrade() -> None:
    """Columns, indexes over them, two tables; and what the columns say of all that is here."""
    _add_columns()
    _add_tables()
    connection = op.get_bind()
    _read_messages(connection)
    _read_replies(connection)
    for (number,) in connection.execute(sa.text("SELECT number FROM cases")).all():
        _sum_up(connection, number)
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)


def _add_columns() -> None:
    day, text, number = sa.String(length=10), sa.String(length=32), sa.Integer()
    for name in ("messages", "unread", "place"):
        op.add_column("cases", sa.Column(name, number, nullable=False, server_default="0"))
    for name in ("first_arrived", "arrived", "waits_since", "replied", "due"):
        op.add_column("cases", sa.Column(name, day))
    op.add_column("messages", sa.Column("kind", text, nullable=False, server_default=""))
    op.add_column("replies", sa.Column("kind", text, nullable=False, server_default=""))
    op.add_column("replies", sa.Column("day", day, nullable=False, server_default=""))
    op.add_column("replies", sa.Column("seen", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("own", sa.Column("indexed", number, nullable=False, server_default="0"))


def _add_tables() -> None:
    op.create_table(
        "searched",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name=op.f("fk_searched_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searched")),
        sa.UniqueConstraint("number", "turn", name=op.f("uq_searched_number_turn")),
    )
    op.execute("CREATE VIRTUAL TABLE words USING fts5(said, content='', tokenize='unicode61 remove_diacritics 2')")


def _read_messages(connection: sa.Connection) -> None:
    """The kind of each; and which replies its writer had seen."""
    for number, name in connection.execute(sa.text("SELECT number, id FROM messages")).all():
        one = {"number": number, "id": name}
        said = _json(connection, "SELECT data FROM messages WHERE number = :number AND id = :id", one)
        connection.execute(
            sa.text("UPDATE messages SET kind = :kind WHERE number = :number AND id = :id"),
            {**one, "kind": said.get("kind", "")},
        )
        for seen in said.get("seen", ()):
            connection.execute(
                sa.text("UPDATE replies SET seen = 1 WHERE number = :number AND id = :id"),
                {"number": number, "id": urlsafe_b64decode(seen + "==")},
            )


def _read_replies(connection: sa.Connection) -> None:
    """Kind and day of each."""
    for (name,) in connection.execute(sa.text("SELECT id FROM replies")).all():
        said = _json(connection, "SELECT data FROM replies WHERE id = :id", {"id": name})
        connection.execute(
            sa.text("UPDATE replies SET kind = :kind, day = :day WHERE id = :id"),
            {"id": name, "kind": said.get("kind", ""), "day": said.get("day", "")},
        )


def _json(connection: sa.Connection, query: str, one: dict[str, Any]) -> dict[str, Any]:
    """The object that was signed; an empty one instead of what is none."""
    try:
        said = json.loads(connection.execute(sa.text(query), one).scalar_one())
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _sum_up(connection: sa.Connection, number: int) -> None:
    one = {"number": number}
    replied, last = connection.execute(
        sa.text("SELECT max(nullif(day, '')), coalesce(max(turn), 0) FROM replies WHERE number = :number"), one
    ).one()
    count, unread, first, arrived, since = connection.execute(
        sa.text(
            "SELECT count(*), coalesce(sum(read = 0), 0), min(arrived), max(arrived),"
            " min(CASE WHEN turn > :last THEN arrived END) FROM messages WHERE number = :number"
        ),
        {**one, "last": last},
    ).one()
    danger = connection.execute(sa.text("SELECT in_danger FROM cases WHERE number = :number"), one).scalar_one()
    connection.execute(
        sa.text(
            "UPDATE cases SET messages = :count, unread = :unread, first_arrived = :first, arrived = :arrived,"
            " waits_since = :since, replied = :replied, place = :place,"
            " due = CASE WHEN recipient IS NULL THEN NULL ELSE :due END WHERE number = :number"
        ),
        {
            **one, "count": count, "unread": unread, "first": first, "arrived": arrived, "since": since,
            "replied": replied, "place": _place(since, arrived, danger), "due": _due(first, replied),
        },
    )  # fmt: skip


def _place(since: str | None, arrived: str | None, danger: bool) -> int:
    if since is not None:
        return (_IN_DANGER if danger else _WAITING) + date.fromisoformat(since).toordinal()
    return _ANSWERED - (0 if arrived is None else date.fromisoformat(arrived).toordinal())


def _due(first: str | None, replied: str | None) -> str | None:
    if replied is not None:
        start = date.fromisoformat(replied)
        years, month = divmod(start.month + 2, 12)
        year = start.year + years
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).isoformat()
    return None if first is None else (date.fromisoformat(first) + timedelta(days=7)).isoformat()
