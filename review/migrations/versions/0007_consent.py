"""What was asked and said about consent; and whose messages stand aside that no release so far could read."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Three more tables. Who signed what stands aside is found when it is judged again (`review.judging`)."""
    op.create_table(
        "consent_entries",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name=op.f("fk_consent_entries_number")),
        sa.PrimaryKeyConstraint("number", "n", name=op.f("pk_consent_entries")),
    )
    op.create_table(
        "consent_requests",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["reply"], ["replies.id"], name=op.f("fk_consent_requests_reply")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_consent_requests")),
    )
    op.create_index("ix_consent_requests_reply", "consent_requests", ["reply"], unique=True)
    op.create_table(
        "unheard",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("thread", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_unheard")),
    )
    op.create_index("ix_unheard_thread", "unheard", ["thread"])
