"""The signed list of roots, epochs, committees and vaults (FORMAT.md 4)."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crypto.errors import FormatError
from crypto.wire.directory_parts import (
    MOST_VAULTS,
    Committee,
    Ended,
    Epoch,
    Lost,
    NamedKey,
    PostKey,
    RootChange,
    RootSet,
    Vault,
    each,
)
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url

MOST_DIRECTORY = 65_536
MOST_DAYS_VALID = 100
MOST_ACTIVE_VAULTS = 16
MOST_POST_KEYS = 2
MOST_EPOCHS = 24
MOST_ENDED = 1_200
MOST_COMMITTEES = 32
MOST_LOST = 64
INTAKE_SIGNER = "intake"

__all__ = ["Committee", "Directory", "Ended", "Epoch", "Lost", "NamedKey", "PostKey", "RootChange", "RootSet", "Vault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """One numbered state of the portal's public facts. `prev` is the hash (32) of the note before.

    `intake` signs days, always under the name `intake`.
    """

    seq: int
    prev: bytes | None
    root_change: RootChange | None
    min_seq: int
    valid_from: str
    expires: str
    roots: RootSet
    intake: NamedKey
    post: tuple[PostKey, ...]
    epochs: tuple[Epoch, ...]
    ended: tuple[Ended, ...]
    committees: tuple[Committee, ...]
    vaults: tuple[Vault, ...]
    lost: tuple[Lost, ...]
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes) -> "Directory":
        """From the JSON of a note; every name used must be defined."""
        members = Members(parse_json(data, most=MOST_DIRECTORY), "directory")
        directory = cls(
            seq=members.integer("seq", least=1),
            prev=members.data_or_null("prev", 32),
            root_change=RootChange.parse(members.take("root_change")),
            min_seq=members.integer("min_seq", least=1),
            valid_from=members.day("valid_from"),
            expires=members.day("expires"),
            roots=RootSet.parse(members.take("roots")),
            intake=NamedKey(name=INTAKE_SIGNER, key=members.data("intake", 32)),
            post=each(members, "post", PostKey.parse, most=MOST_POST_KEYS),
            epochs=each(members, "epochs", Epoch.parse, most=MOST_EPOCHS),
            ended=each(members, "ended", Ended.parse, most=MOST_ENDED),
            committees=each(members, "committees", Committee.parse, most=MOST_COMMITTEES),
            vaults=each(members, "vaults", Vault.parse, most=MOST_VAULTS),
            lost=each(members, "lost", Lost.parse, most=MOST_LOST),
            extensions=_object(members.take("extensions")),
        )
        members.end()
        _check(directory)
        return directory

    def encode(self) -> bytes:
        """The JSON to put into a note."""
        return encode_json(
            {
                "seq": self.seq,
                "prev": None if self.prev is None else to_base64url(self.prev),
                "root_change": None if self.root_change is None else self.root_change.to_json(),
                "min_seq": self.min_seq,
                "valid_from": self.valid_from,
                "expires": self.expires,
                "roots": self.roots.to_json(),
                "intake": to_base64url(self.intake.key),
                "post": [one.to_json() for one in self.post],
                "epochs": [one.to_json() for one in self.epochs],
                "ended": [one.to_json() for one in self.ended],
                "committees": [one.to_json() for one in self.committees],
                "vaults": [one.to_json() for one in self.vaults],
                "lost": [one.to_json() for one in self.lost],
                "extensions": dict(self.extensions),
            }
        )

    def epoch_on(self, day: str) -> Epoch | None:
        """The epoch that contains the day."""
        return next((epoch for epoch in self.epochs if epoch.from_day <= day < epoch.until_day), None)

    def epoch(self, epoch_id: str) -> Epoch | None:
        """The epoch of this id."""
        return next((epoch for epoch in self.epochs if epoch.id == epoch_id), None)

    def committee(self, committee_id: str) -> Committee | None:
        """The committee of this id."""
        return next((one for one in self.committees if one.id == committee_id), None)

    def vault(self, vault_id: str) -> Vault | None:
        """The vault of this id."""
        return next((one for one in self.vaults if one.id == vault_id), None)


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FormatError("directory.extensions")
    return value


def _check(directory: Directory) -> None:
    """What no single member can say."""
    valid = date.fromisoformat(directory.expires) - date.fromisoformat(directory.valid_from)
    first = directory.seq == 1
    vaults = [vault.id for vault in directory.vaults]
    committees = [committee.id for committee in directory.committees]
    epochs = directory.epochs
    checks = {
        "min_seq": directory.min_seq <= directory.seq,
        "expires": 1 <= valid.days <= MOST_DAYS_VALID,
        "prev": first == (directory.prev is None),
        "root_change": first == (directory.root_change is None)
        and (directory.root_change is None or directory.root_change.seq < directory.seq),
        "post": bool(directory.post),
        "vaults": len(set(vaults)) == len(vaults)
        and sum(vault.status == "active" for vault in directory.vaults) <= MOST_ACTIVE_VAULTS,
        "committees": len(set(committees)) == len(committees)
        and all(set(one.vaults) <= set(vaults) for one in directory.committees),
        "epochs": len({epoch.id for epoch in epochs}) == len(epochs)
        and all(set(epoch.vaults) <= set(vaults) for epoch in epochs)
        and all(a.until_day <= b.from_day for a, b in itertools.pairwise(epochs)),
        "lost": all(one.committee in committees for one in directory.lost),
    }
    for name, holds in checks.items():
        if not holds:
            raise FormatError(f"directory.{name}")
