"""Every limit of the public server, in one place.

The constants are part of the protocol: a client counts on them. What an operator may set stands in `Limits`; the table
`[limits]` of `intake.toml` takes these names.
"""

from dataclasses import dataclass, fields
from datetime import timedelta

EPOCH_GRACE = timedelta(days=7)
"""So long after its end an epoch still takes envelopes (protocol: `epoch-over`)."""

EPOCH_AHEAD = timedelta(hours=26)
"""So long before its start an epoch already takes envelopes (protocol: `epoch-early`)."""

ID_LENGTH = 16
"""Of a submission, and of the name of a part."""

TOKEN_LENGTH = 16
MOST_TOKENS = 512
"""Delete tokens in one request."""

SECRET_LENGTH = 32
PAGE_LENGTH = 2
SLOTS_A_PAGE = 4
"""A mailbox answers with exactly so many slots."""

PACE_SECONDS = 0.01
"""A mailbox answers so long after it was asked, or twice so long, and so on: the work, about 2 ms, does not show."""

MOST_DAYS = 2**31 - 1
"""No day manifest has a larger number: databases keep it in four bytes."""

REPLY_LIFETIME_DAYS = 180
"""A reply waits so long after the day of its post, and an older post is refused."""

POST_AHEAD_DAYS = 1
"""A post may come from a station whose calendar is so far ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an operator may set; the defaults suit one small machine."""

    request_line_bytes: int = 512
    header_fields: int = 40
    header_field_bytes: int = 4_096
    connections: int = 512
    threads: int = 16
    """Requests that one worker process handles at once."""
    silence_seconds: int = 30
    """A connection that sends no byte for so long is closed."""
    head_seconds: int = 20
    """The head of a request comes within this time, and a second more for each KiB that came."""
    body_seconds: int = 60
    """So does its body within this one; each piece of the answer is taken within it."""
    busy_seconds: int = 20
    """So long a request waits for others to finish writing before it is answered with 429."""
    retry_seconds: int = 30
    """What 429, 503 (`unavailable`) and 507 say in `Retry-After`."""
    database_bytes: int = 8 * 1024**3
    """Submissions are refused with 507 once a SQLite file would grow beyond this."""
    envelope_bytes: int = 1024**3
    """So much of it is for envelopes: no part of an attachment may take it (a quarter of it all, if that is less)."""
    staged_parts: int = 1_024
    """So many parts (1 MiB each) may wait for their envelopes, of all submissions together."""
    parts: int = 32
    """So many parts one submission may have."""
    retention_days: int = 90
    """So many days after its day was closed a submission is deleted, also where not every vault has a backup of it."""

    @property
    def part_bytes(self) -> int:
        """Parts are refused with 507 once so much would be in use: in SQLite by everything, elsewhere by parts."""
        return self.database_bytes - min(self.envelope_bytes, self.database_bytes // 4)

    @classmethod
    def names(cls) -> frozenset[str]:
        """What `[limits]` may hold."""
        return frozenset(field.name for field in fields(cls))
