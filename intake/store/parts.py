"""Parts of attachments streams: staged until their envelope comes, and with it from then on."""

from intake.store.rows import Rows


class LookAtParts(Rows):
    """Reads parts."""


class ChangeParts(LookAtParts):
    """Writes them."""
