"""Which backups were made, which of them verified; the secret that hides the journal's end outside the vault."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """From the third tables: no backup is known of, and nothing was said outside yet."""
    op.create_table(
        "backups",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("verified", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_backups")),
    )
    op.create_table(
        "anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_anchor_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor")),
    )
