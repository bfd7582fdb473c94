"""Root keys in files of their own, each under its own passphrase.

`root-1.key` is JSON: the public key, and an age file with the private seed (32 bytes), sealed to the one X-Wing key
that the passphrase makes by Argon2id. So a root is protected by the same two pieces as everything else here.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from crypto.errors import AgeError, CryptoError
from crypto.public.seal import seal
from crypto.secret.identity import public_key
from crypto.secret.unseal import unseal
from crypto.sign.sign import public, signing_key
from crypto.wire.directory import NamedKey
from crypto.wire.fields import Members, encode_json, from_base64url, to_base64url
from review.files import new_file, read_file
from review.passphrase import NEWEST_PROFILE, PROFILES, SALT_LENGTH, new_passphrase, new_salt, stretch
from review.refusals import Refused

_MOST_FILE = 16_384
_SUFFIX = ".key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """What stands in a root's file."""

    name: str
    key: bytes
    profile: str
    salt: bytes
    sealed: bytes

    @classmethod
    def parse(cls, name: str, data: bytes) -> "Root":
        """From the bytes of its file."""
        members = Members(json.loads(data), "root")
        members.integer("v", least=1, most=1)
        root = cls(
            name=name,
            key=members.data("key", 32),
            profile=members.choice("profile", tuple(PROFILES)),
            salt=members.data("salt", SALT_LENGTH),
            sealed=from_base64url(members.text("sealed", most=_MOST_FILE)),
        )
        members.end()
        return root

    def encode(self) -> bytes:
        """The bytes of its file."""
        return encode_json(
            {
                "v": 1,
                "key": to_base64url(self.key),
                "profile": self.profile,
                "salt": to_base64url(self.salt),
                "sealed": to_base64url(self.sealed),
            }
        )

    def named_key(self) -> NamedKey:
        """Its public half, as a directory lists it."""
        return NamedKey(name=self.name, key=self.key)

    def seed(self, passphrase: str) -> bytes:
        """Its private half."""
        try:
            seed = unseal(self.sealed, [stretch(passphrase, self.salt, self.profile)])
        except AgeError:
            raise Refused("root-passphrase", root=self.name) from None
        if public(seed) != self.key:
            raise Refused("root-passphrase", root=self.name)
        return seed


def make_root(folder: Path, name: str) -> str:
    """Writes a new root's file and returns the passphrase that opens it."""
    passphrase, salt, seed = new_passphrase(), new_salt(), signing_key()
    sealed = seal(seed, [public_key(stretch(passphrase, salt, NEWEST_PROFILE))])
    root = Root(name=name, key=public(seed), profile=NEWEST_PROFILE, salt=salt, sealed=sealed)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with new_file(folder / f"{name}{_SUFFIX}") as out:
        out.write(root.encode())
    return passphrase


def read_roots(folder: Path) -> list[Root]:
    """The roots of a folder, by name."""
    try:
        return [Root.parse(path.stem, read_file(path, _MOST_FILE)) for path in sorted(folder.glob(f"*{_SUFFIX}"))]
    except (CryptoError, ValueError):
        raise Refused("file-unreadable", path=folder.name) from None
