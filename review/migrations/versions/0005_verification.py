"""The verification record of a case: its finished versions, and what is being written of it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two more tables."""
    op.create_table(
        "verification_versions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name=op.f("fk_verification_versions_number")),
        sa.PrimaryKeyConstraint("number", "n", name=op.f("pk_verification_versions")),
    )
    op.create_table(
        "verification_drafts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name=op.f("fk_verification_drafts_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_verification_drafts")),
    )
