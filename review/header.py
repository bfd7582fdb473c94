"""`NAME.vault.json`, the small clear file beside a vault: what its key is made of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crypto.errors import FormatError
from crypto.secret.vault_key import vault_key
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from review.passphrase import NEWEST_PROFILE, PROFILES, SALT_LENGTH, new_salt, stretch

_MOST_HEADER = 1_024
_PLAIN, _WITH_KEY_FILE = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The Argon2id profile by name, the salt, and whether a key file is needed too (then its version is 2)."""

    profile: str
    salt: bytes
    key_file: bool = False

    @classmethod
    def read(cls, members: Members) -> "Header":
        """Its members among others; refuses a profile this release does not know."""
        version = members.integer("v", least=_PLAIN, most=_WITH_KEY_FILE)
        header = cls(
            profile=members.choice("profile", tuple(PROFILES)),
            salt=members.data("salt", SALT_LENGTH),
            key_file=version == _WITH_KEY_FILE,
        )
        if header.key_file:
            members.choice("needs", ("key-file",))
        return header

    @classmethod
    def parse(cls, data: bytes) -> "Header":
        """From the bytes of `NAME.vault.json`."""
        members = Members(parse_json(data, most=_MOST_HEADER), "vault header")
        header = cls.read(members)
        members.end()
        return header

    @classmethod
    def new(cls, profile: str = NEWEST_PROFILE, *, key_file: bool = False) -> "Header":
        """With a salt of its own."""
        return cls(profile=profile, salt=new_salt(), key_file=key_file)

    def members(self) -> dict[str, Any]:
        """What stands in the file."""
        said: dict[str, Any] = {"v": _PLAIN, "profile": self.profile, "salt": to_base64url(self.salt)}
        return {**said, "v": _WITH_KEY_FILE, "needs": "key-file"} if self.key_file else said

    def encode(self) -> bytes:
        """The bytes of `NAME.vault.json`."""
        return encode_json(self.members())

    def key(self, passphrase: str, key_file: bytes | None = None) -> bytes:
        """What the passphrase makes with it: the key (32) of the database. A key file (32) counts if one is needed."""
        stretched = stretch(passphrase, self.salt, self.profile)
        if not self.key_file:
            return stretched
        assert key_file is not None
        return vault_key(stretched, key_file, self.salt)


def header_path(vault: Path) -> Path:
    """Where it lies."""
    return vault.with_name(vault.name + ".json")


def header_bytes(vault: Path) -> bytes | None:
    """What stands there."""
    try:
        return header_path(vault).read_bytes()
    except FileNotFoundError:
        return None


def needs_key_file(vault: Path) -> bool:
    """Whether this vault opens with a key file only, as far as the small file can be read."""
    try:
        return Header.parse(header_bytes(vault) or b"").key_file
    except FormatError:
        return False
