"""The append-only log that anybody can replay (FORMAT.md 10).

One line for each directory, each closed day, each record, and for what was deleted before everybody had it.
"""

from typing import Any, Literal

from crypto.wire.digest import sha256
from crypto.wire.fields import encode_json, to_base64url
from intake.clock import month_of
from intake.store import Change, StoredRecord


def append(change: Change, day: str, kind: Literal["directory", "day"], seq: int, note_hash: bytes) -> None:
    """A directory or a day: the hash of its note."""
    _append(change, day, kind, seq, {"hash": to_base64url(note_hash)})


def append_record(change: Change, day: str, record: StoredRecord) -> None:
    """A record of a vault."""
    _append(change, day, "record", record.n, {"hash": to_base64url(record.hash), "vault": record.vault})


def append_limit(change: Change, day: str, n: int, count: int) -> None:
    """So many entries of manifest `n` were deleted at the limit, before every vault concerned had a backup of them."""
    _append(change, day, "limit", n, {"count": count})


def _append(change: Change, day: str, kind: str, seq: int, members: dict[str, Any]) -> None:
    """The next line, which names the hash of the line before."""
    n, prev = 1, None
    if (end := change.log_end()) is not None:
        n, prev = end[0] + 1, to_base64url(sha256(end[1]))
    change.append_log(n, month_of(day), encode_json({"n": n, "prev": prev, "kind": kind, "seq": seq, **members}))
