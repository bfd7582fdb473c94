"""PostgreSQL behind an intake: what it must be set to, how transactions take turns in it, and how its tables are left
without traces (deploy/INTAKE.md)."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from intake.errors import RefusedError
from intake.limits import Limits
from intake.turns import Turn

SETTINGS = {
    "archive_mode": "off",
    "log_connections": "off",
    "log_disconnections": "off",
    "log_error_verbosity": "terse",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "track_commit_timestamp": "off",
    "track_counts": "off",
    "wal_level": "minimal",
    "wal_recycle": "off",
}
"""Nothing that the server writes down besides its tables outlives them, or tells when somebody sent something."""

KEYS = {
    "arrived": ("id", "sha256"),
    "closed": ("id", "sha256"),
    "staging": ("id",),
    "part": ("id", "name", "sha256"),
    "gone": ("id",),
    "slot": ("mailbox", "sha256"),
    "delivered": ("sha256",),
}
"""The tables that requests or imports fill, and their columns of which the server must note no examples."""

# Rows that single requests changed, after the table that keeps them was last written in one go.
_TOUCHED = (
    "UPDATE closed SET n = n WHERE envelope IS NULL",
    "UPDATE part SET sha256 = sha256 WHERE data IS NULL",
    "UPDATE gone SET reason = reason",
)


_OURS = 5209
"""Sets our locks on submissions apart from any other that somebody takes in the same database."""

_TRY_CLAIM = text(f"SELECT pg_try_advisory_xact_lock({_OURS}, CAST(:key AS integer))")
_TAKES_EXAMPLES = text(
    "SELECT coalesce(attstattarget, -1) <> 0 FROM pg_attribute"
    " WHERE attrelid = CAST(:table AS regclass) AND attname = :column"
)


def prepare(engine: Engine, limits: Limits) -> None:
    """Its transactions begin and end with the words of `beginning`, and nobody waits without an end."""
    if engine.dialect.driver != "psycopg" or engine.dialect.is_async:  # `drivers` knows no other's errors
        raise RefusedError("PostgreSQL is asked through psycopg alone: postgresql+psycopg://")

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = '{limits.busy_seconds}s'")
        cursor.close()


def beginning(*, writes: bool, turn: Turn | None) -> str:
    """How a transaction begins: in one message to the server, what it takes included.

    Whoever asks for the table first is first: who shares it never keeps out for long who wants it alone. (Locks on a
    row would: those who share one go past those who wait.) Whoever writes sees what others did before its turn came:
    each statement looks anew.
    """
    if not writes:
        return "BEGIN ISOLATION LEVEL REPEATABLE READ"
    statements = ["BEGIN ISOLATION LEVEL READ COMMITTED"]
    if turn is not None:
        mode = "EXCLUSIVE" if turn.alone else "ROW SHARE"
        statements += [f"LOCK TABLE {turn.table.name} IN {mode} MODE", *claims(turn.ids)]
    return "; ".join(statements)


def claims(ids: Iterable[bytes]) -> Iterator[str]:
    """Until the transaction ends, no other one that claims one of these has begun to look at what lies under them.

    The first byte of each is locked, so that nobody who claims very many takes all the locks there are; and those in
    order, so that no two wait for each other.
    """
    for key in sorted({one[0] for one in ids}):
        yield f"SELECT pg_advisory_xact_lock({_OURS}, {key})"


def try_claim(connection: Connection, one: bytes) -> bool:
    """The same for one more, without waiting; whether that could be had."""
    claimed: bool = connection.execute(_TRY_CLAIM, {"key": one[0]}).scalar_one()
    return claimed


def other_settings(engine: Engine) -> Iterator[str]:
    """A line for each setting that is not as it must be; none for other databases."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        for name, value in SETTINGS.items():
            found = connection.scalar(text(f"SHOW {name}"))
            if found != value:
                yield f"PostgreSQL's {name} is {found}, and must be {value} (deploy/INTAKE.md)"


def level(connection: Connection) -> None:
    """Rows that were deleted one by one bear one number of a transaction, as if that had been now, all at once."""
    for statement in _TOUCHED:
        connection.execute(text(statement))


def forget_examples(connection: Connection) -> None:
    """The planner's statistics hold no identifier, which would outlive what was deleted, and take no more."""
    for table, columns in KEYS.items():
        for column in columns:
            if connection.scalar(_TAKES_EXAMPLES, {"table": table, "column": column}):
                connection.execute(text(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE bytea"))  # drops what it has
                connection.execute(text(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0"))


def rewrite(connection: Connection, table: str) -> None:
    """A table lies in the order of its keys, without what was deleted; whoever reads an older state still sees it.

    The connection must have no transaction open. It takes the table for itself while that lasts.
    """
    connection.execute(text(f"CLUSTER {table} USING {table}_pkey"))
