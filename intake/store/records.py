"""What vaults said they have kept (FORMAT.md 9.6)."""

from intake.store.rows import Rows


class LookAtRecords(Rows):
    """Reads records."""


class ChangeRecords(LookAtRecords):
    """Writes them."""
