"""Sealed parts are kept, today so far is remembered, every thread that had a seed is named, records are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From the second tables. `judged` stays 0: what stands aside is judged anew when the vault is opened."""
    op.add_column("own", sa.Column("record", sa.LargeBinary(), nullable=True))
    op.add_column("own", sa.Column("judged", sa.Integer(), server_default="0", nullable=False))
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
