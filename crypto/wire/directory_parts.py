"""The values a directory is made of (FORMAT.md 4.1, 4.2)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from crypto.errors import FormatError
from crypto.wire.fields import Members, to_base64url
from crypto.wire.message import LANGUAGES

MOST_ROOTS = 16
MOST_VAULTS = 200
MOST_VAULTS_OF_COMMITTEE = 8
MOST_QUORUM = 16
MOST_CONFLICTS = 64
MOST_NAME = 300
ARRANGEMENTS = ("single", "principal-alternate", "joint", "bureau", "desk")
VAULT_STATES = ("active", "absent", "retired", "revoked")
ENDED_STATES = ("kept", "destroyed", "unknown")
_OPENPGP = re.compile(r"[0-9A-F]{40}\Z")

T = TypeVar("T")


def each(members: Members, name: str, parse: Callable[[object], T], *, most: int) -> tuple[T, ...]:
    """A list of values of one kind."""
    return tuple(parse(value) for value in members.list(name, most=most))


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedKey:
    """An Ed25519 public key (32 bytes) and the name it signs notes under."""

    name: str
    key: bytes

    @classmethod
    def parse(cls, value: object) -> "NamedKey":
        """From the JSON object."""
        members = Members(value, "key")
        named = cls(name=members.name("name"), key=members.data("key", 32))
        members.end()
        return named

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"name": self.name, "key": to_base64url(self.key)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RootSet:
    """The roots, and how many of them must sign."""

    threshold: int
    keys: tuple[NamedKey, ...]

    @classmethod
    def parse(cls, value: object) -> "RootSet":
        """From the JSON object; no name and no key twice."""
        members = Members(value, "roots")
        threshold = members.integer("threshold", least=1, most=MOST_ROOTS)
        keys = each(members, "keys", NamedKey.parse, most=MOST_ROOTS)
        members.end()
        names, values = {one.name for one in keys}, {one.key for one in keys}
        if not len(keys) == len(names) == len(values):
            raise FormatError("roots", "root-counted-twice")
        if threshold > len(keys):
            raise FormatError("roots.threshold")
        return cls(threshold=threshold, keys=keys)

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"threshold": self.threshold, "keys": [one.to_json() for one in self.keys]}


@dataclass(frozen=True, slots=True, kw_only=True)
class RootChange:
    """The newest earlier note that changed the roots."""

    seq: int
    hash: bytes

    @classmethod
    def parse(cls, value: object) -> "RootChange | None":
        """From the JSON object or null."""
        if value is None:
            return None
        members = Members(value, "root_change")
        change = cls(seq=members.integer("seq", least=1), hash=members.data("hash", 32))
        members.end()
        return change

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"seq": self.seq, "hash": to_base64url(self.hash)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostKey:
    """A key (32 bytes) under which posts are taken from the first day until before the second."""

    key: bytes
    from_day: str
    until_day: str

    @classmethod
    def parse(cls, value: object) -> "PostKey":
        """From the JSON object."""
        members = Members(value, "post")
        post = cls(key=members.data("key", 32), from_day=members.day("from"), until_day=members.day("until"))
        members.end()
        return post

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"key": to_base64url(self.key), "from": self.from_day, "until": self.until_day}


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """A month: from its first day until before the next, the vaults in key-file order, the key file's SHA-256."""

    id: str
    from_day: str
    until_day: str
    vaults: tuple[str, ...]
    keys: bytes

    @classmethod
    def parse(cls, value: object) -> "Epoch":
        """From the JSON object."""
        members = Members(value, "epoch")
        epoch = cls(
            id=members.epoch("id"),
            from_day=members.day("from"),
            until_day=members.day("until"),
            vaults=members.names("vaults", most=MOST_VAULTS),
            keys=members.data("keys", 32),
        )
        members.end()
        if epoch.from_day >= epoch.until_day:
            raise FormatError("epoch.until")
        return epoch

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "id": self.id,
            "from": self.from_day,
            "until": self.until_day,
            "vaults": list(self.vaults),
            "keys": to_base64url(self.keys),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is known of a past epoch's private keys."""

    id: str
    state: str

    @classmethod
    def parse(cls, value: object) -> "Ended":
        """From the JSON object."""
        members = Members(value, "ended")
        ended = cls(id=members.epoch("id"), state=members.choice("state", ENDED_STATES))
        members.end()
        return ended

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"id": self.id, "state": self.state}


@dataclass(frozen=True, slots=True, kw_only=True)
class Committee:
    """A body that receives, or one that does not receive here yet and its own ordinary contact."""

    id: str
    names: Mapping[str, str]
    arrangement: str
    vaults: tuple[str, ...]
    status: str
    contact: str

    @classmethod
    def parse(cls, value: object) -> "Committee":
        """From the JSON object; open exactly when it has vaults."""
        members = Members(value, "committee")
        committee = cls(
            id=members.name("id"),
            names=_languages(members.take("names")),
            arrangement=members.choice("arrangement", ARRANGEMENTS),
            vaults=members.names("vaults", most=MOST_VAULTS_OF_COMMITTEE),
            status=members.choice("status", ("open", "not-open")),
            contact=members.text("contact", most=200),
        )
        members.end()
        if (committee.status == "open") != bool(committee.vaults):
            raise FormatError("committee.vaults")
        return committee

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "id": self.id,
            "names": dict(self.names),
            "arrangement": self.arrangement,
            "vaults": list(self.vaults),
            "status": self.status,
            "contact": self.contact,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """The unit that owns keys: its titles, how many of how many open it, its signing key (32 bytes), its state."""

    id: str
    titles: Mapping[str, str]
    quorum: tuple[int, int]
    key: bytes
    conflicts: tuple[str, ...]
    openpgp: str | None
    status: str
    from_day: str
    until_day: str | None

    @classmethod
    def parse(cls, value: object) -> "Vault":
        """From the JSON object."""
        members = Members(value, "vault")
        vault = cls(
            id=members.name("id"),
            titles=_languages(members.take("titles")),
            quorum=_quorum(members.take("quorum")),
            key=members.data("key", 32),
            conflicts=members.countries("conflicts", most=MOST_CONFLICTS),
            openpgp=_fingerprint(members.take("openpgp")),
            status=members.choice("status", VAULT_STATES),
            from_day=members.day("from"),
            until_day=members.day_or_null("until"),
        )
        members.end()
        return vault

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "id": self.id,
            "titles": dict(self.titles),
            "quorum": {"k": self.quorum[0], "n": self.quorum[1]},
            "key": to_base64url(self.key),
            "conflicts": list(self.conflicts),
            "openpgp": self.openpgp,
            "status": self.status,
            "from": self.from_day,
            "until": self.until_day,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What was sent to this committee between these days cannot be read: please send again."""

    committee: str
    from_day: str
    until_day: str

    @classmethod
    def parse(cls, value: object) -> "Lost":
        """From the JSON object."""
        members = Members(value, "lost")
        lost = cls(committee=members.name("committee"), from_day=members.day("from"), until_day=members.day("until"))
        members.end()
        return lost

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {"committee": self.committee, "from": self.from_day, "until": self.until_day}


def _languages(value: object) -> dict[str, str]:
    members = Members(value, "names")
    names = {language: members.text(language, least=1, most=MOST_NAME) for language in LANGUAGES}
    members.end()
    return names


def _quorum(value: object) -> tuple[int, int]:
    members = Members(value, "quorum")
    n = members.integer("n", least=1, most=MOST_QUORUM)
    k = members.integer("k", least=1, most=n)
    members.end()
    return k, n


def _fingerprint(value: object) -> str | None:
    if value is None or (isinstance(value, str) and _OPENPGP.match(value)):
        return value
    raise FormatError("vault.openpgp")
