"""Attachment seeds are remembered, an id names a message of its case alone, the same bytes are set aside once."""

import sqlalchemy as sa
from alembic import op

from crypto.wire.digest import sha256

revision = "0002"
down_revision = "0001"

_ASIDE = sa.table("aside", *(sa.column(name) for name in ("n", "submission", "data", "sha256")))


def upgrade() -> None:
    """From the first tables."""
    op.create_table(
        "attachment_seeds",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("thread", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_attachment_seeds")),
    )
    op.create_index(op.f("ix_cases_recipient"), "cases", ["recipient"], unique=False)
    op.create_index(op.f("ix_cases_mailbox"), "cases", ["mailbox"], unique=False)
    _name_messages_within_their_case()
    op.add_column("aside", sa.Column("sha256", sa.LargeBinary(), nullable=True))
    _hash_what_is_aside()
    with op.batch_alter_table("aside") as aside:
        aside.alter_column("sha256", existing_type=sa.LargeBinary(), nullable=False)
        aside.create_unique_constraint(op.f("uq_aside_sha256"), ["sha256"])


def _name_messages_within_their_case() -> None:
    with op.batch_alter_table("messages") as messages:
        messages.drop_constraint(op.f("pk_messages"), type_="primary")
        messages.create_primary_key(op.f("pk_messages"), ["number", "id"])


def _hash_what_is_aside() -> None:
    """One row after the other, since each may be large; of the same bytes the first stay."""
    rows, columns, seen = op.get_bind(), _ASIDE.c, set[bytes]()
    for n, submission in rows.execute(sa.select(columns.n, columns.submission).order_by(columns.n)).all():
        here = (columns.n == n) & (columns.submission == submission)
        digest = sha256(rows.scalar(sa.select(columns.data).where(here)) or b"")
        if digest in seen:
            rows.execute(sa.delete(_ASIDE).where(here))
        else:
            rows.execute(sa.update(_ASIDE).where(here).values(sha256=digest))
        seen.add(digest)
