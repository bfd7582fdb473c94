"""What the station remembers of a vault's journal outside the vault: how long it is, and which entry is the last.

Without it, somebody could put an older copy of the vault in its place, and a journal without its end fits together as
well as a whole one. `NAME.vault.anchor` is JSON: `n`, the number of an entry, and `mark`, SHA-256 over a secret of the
vault (32 bytes) and the hash of that entry. The hash alone would let whoever sees the file try out what the entry may
say. The anchor is written after each commit that adds entries, so it is never ahead of the vault: killed in between, it
names an older entry, which is there.

Who can write into the folder can put an older anchor beside an older vault. Against that only a backup elsewhere helps.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from crypto.errors import FormatError
from crypto.wire.digest import sha256
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from review.durable import alone_in, replace_file

SECRET_LENGTH = 32
_MARK_LENGTH = 32
_MOST = 256

Outside = Literal["fits", "new", "never", "missing", "older"]
"""How the anchor and the vault fit: they do; the vault is being made; an older release left a vault that has never had
one; it is gone; the vault lacks its entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The newest entry of a journal, as far as it is known outside."""

    n: int
    mark: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes, n: int, entry_hash: bytes) -> "Anchor":
        """The anchor of this entry."""
        return cls(n=n, mark=sha256(secret + entry_hash))

    @classmethod
    def parse(cls, data: bytes) -> "Anchor":
        """From the bytes of its file."""
        members = Members(parse_json(data, most=_MOST), "anchor")
        members.integer("v", least=1, most=1)
        anchor = cls(n=members.integer("n", least=1), mark=members.data("mark", _MARK_LENGTH))
        members.end()
        return anchor

    def encode(self) -> bytes:
        """The bytes of its file."""
        return encode_json({"v": 1, "n": self.n, "mark": to_base64url(self.mark)})


def anchor_path(station: Path, vault: str) -> Path:
    """Where it lies."""
    return station / f"{vault}.vault.anchor"


def read_anchor(station: Path, vault: str) -> Anchor | None:
    """What the station remembers; a damaged file is no memory."""
    try:
        return Anchor.parse(anchor_path(station, vault).read_bytes())
    except (OSError, FormatError):
        return None


def keep_anchor(station: Path, vault: str, anchor: Anchor) -> None:
    """Remembers this entry, unless a later one is remembered already."""
    with alone_in(station):
        before = read_anchor(station, vault)
        if before is None or before.n < anchor.n:
            replace_file(anchor_path(station, vault), anchor.encode())
