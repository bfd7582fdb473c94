"""The append-only log that anybody can replay: one line for each directory and each closed day (FORMAT.md 10)."""

from typing import Literal

from crypto.wire.digest import sha256
from crypto.wire.fields import encode_json, to_base64url
from intake.clock import month_of
from intake.store import Change


def append(change: Change, day: str, kind: Literal["directory", "day"], seq: int, note_hash: bytes) -> None:
    """The next line, which names the hash of the line before."""
    n, prev = 1, None
    if (end := change.log_end()) is not None:
        n, prev = end[0] + 1, to_base64url(sha256(end[1]))
    line = encode_json({"n": n, "prev": prev, "kind": kind, "seq": seq, "hash": to_base64url(note_hash)})
    change.append_log(n, month_of(day), line)
