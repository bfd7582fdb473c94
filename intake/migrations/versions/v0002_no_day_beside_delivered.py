"""Hashes of delivered replies are kept for ever, and no day beside them."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Whoever gets the database learns how many slots came since the start, not on which days."""
    op.execute("ALTER TABLE delivered DROP COLUMN day")
