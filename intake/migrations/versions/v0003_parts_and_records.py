"""Parts of attachments, records of vaults, and the day on which each manifest was made."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The new tables and a new column; the manifests that are there count as made on their own day."""
    op.add_column("manifest", sa.Column("closed_on", sa.String(10), nullable=False, server_default=""))
    op.execute("UPDATE manifest SET closed_on = day")
    op.create_table(
        "staging",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "part",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("name", sa.LargeBinary(16), primary_key=True),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=True),
        sqlite_with_rowid=False,
    )
    held = sa.text("data IS NOT NULL")
    op.create_index("part_held", "part", ["id"], postgresql_where=held, sqlite_where=held)
    op.create_table(
        "record",
        sa.Column("vault", sa.String(32), primary_key=True),
        sa.Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("manifest", sa.Integer, nullable=False),
        sa.Column("backed_up", sa.Integer, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
