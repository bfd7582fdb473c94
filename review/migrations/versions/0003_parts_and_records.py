"""Sealed parts are kept, today so far is remembered, so is what intake deleted before it was here; records are counted.

Every thread that had a seed is named, and every submission that brought what stands aside for a later release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From the second tables. `judged` stays 0: what stands aside is judged anew when the vault is opened."""
    op.add_column("own", sa.Column("record", sa.LargeBinary(), nullable=True))
    op.add_column("own", sa.Column("judged", sa.Integer(), server_default="0", nullable=False))
    _add_places()
    op.create_table(
        "handled",
        sa.Column("submission", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("submission", "sha256", name=op.f("pk_handled")),
    )
    op.create_table(
        "parts",
        sa.Column("submission", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("provisional", sa.Boolean(create_constraint=True, name="provisional"), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("submission", "name", name=op.f("pk_parts")),
    )
    op.create_table(
        "streams",
        sa.Column("submission", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["number", "id"], ["messages.number", "messages.id"], name=op.f("fk_streams_number_id_messages")
        ),
        sa.PrimaryKeyConstraint("submission", "number", "id", name=op.f("pk_streams")),
    )
    op.create_index(op.f("ix_streams_number_id"), "streams", ["number", "id"], unique=False)
    with op.batch_alter_table("attachment_seeds") as seeds:
        seeds.drop_constraint(op.f("pk_attachment_seeds"), type_="primary")
        seeds.create_primary_key(op.f("pk_attachment_seeds"), ["sha256", "thread"])


def _add_places() -> None:
    """Two lists of submissions by the counter of their manifest."""
    op.create_table(
        "lost",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("submission", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["n"], ["days.n"], name=op.f("fk_lost_n")),
        sa.PrimaryKeyConstraint("n", "submission", name=op.f("pk_lost")),
    )
    op.create_table(
        "aside_again",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("submission", sa.LargeBinary(), nullable=False),
        sa.Column("arrived", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["n"], ["days.n"], name=op.f("fk_aside_again_n")),
        sa.ForeignKeyConstraint(["sha256"], ["aside.sha256"], name=op.f("fk_aside_again_sha256")),
        sa.PrimaryKeyConstraint("n", "submission", name=op.f("pk_aside_again")),
    )
    op.create_index(op.f("ix_aside_again_sha256"), "aside_again", ["sha256"], unique=False)
