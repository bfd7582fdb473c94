"""The first tables: the vault itself, what it trusts, days, cases, replies, journal."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From an empty file."""
    _trust()
    _days()
    _cases()
    _journal()


def _trust() -> None:
    """What the vault is and what it believes."""
    op.create_table(
        "own",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("signing_seed", sa.LargeBinary(), nullable=False),
        sa.Column("pin", sa.LargeBinary(), nullable=True),
        sa.Column("believed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own")),
    )
    op.create_table(
        "seeds",
        sa.Column("epoch", sa.String(length=7), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_seeds")),
    )
    op.create_table(
        "directories",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_directories")),
    )
    op.create_table(
        "key_files",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_key_files")),
    )
    op.create_table(
        "post_keys",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_post_keys")),
    )


def _days() -> None:
    """What was imported."""
    op.create_table(
        "days",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_days")),
    )
    op.create_table(
        "absent",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("submission", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["n"], ["days.n"], name=op.f("fk_absent_n")),
        sa.PrimaryKeyConstraint("n", "submission", name=op.f("pk_absent")),
    )
    op.create_table(
        "aside",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("submission", sa.LargeBinary(), nullable=False),
        sa.Column("arrived", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["n"], ["days.n"], name=op.f("fk_aside_n")),
        sa.PrimaryKeyConstraint("n", "submission", name=op.f("pk_aside")),
    )


def _cases() -> None:
    """Threads, the words in them, and the answers."""
    op.create_table(
        "cases",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=40), nullable=False),
        sa.Column("thread", sa.LargeBinary(), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=True),
        sa.Column("mailbox", sa.LargeBinary(), nullable=True),
        sa.Column("routing", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("in_danger", sa.Boolean(create_constraint=True, name="in_danger"), nullable=False),
        sa.Column("state_veto_day", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cases")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_cases_pseudonym")),
        sa.UniqueConstraint("thread", name=op.f("uq_cases_thread")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.String(length=10), nullable=False),
        sa.Column("submission", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("read", sa.Boolean(create_constraint=True, name="read"), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name=op.f("fk_messages_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("number", "turn", name=op.f("uq_messages_number_turn")),
    )
    op.create_index(op.f("ix_messages_number"), "messages", ["number"], unique=False)
    op.create_table(
        "replies",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("left", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name=op.f("fk_replies_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("number", "turn", name=op.f("uq_replies_number_turn")),
    )
    op.create_index(op.f("ix_replies_number"), "replies", ["number"], unique=False)
    op.create_table(
        "outgoing",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=False),
        sa.Column("mailbox", sa.LargeBinary(), nullable=False),
        sa.Column("slot", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["reply"], ["replies.id"], name=op.f("fk_outgoing_reply")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_outgoing")),
    )
    op.create_index(op.f("ix_outgoing_reply"), "outgoing", ["reply"], unique=False)


def _journal() -> None:
    """What was done."""
    op.create_table(
        "journal",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=True),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_journal")),
    )
