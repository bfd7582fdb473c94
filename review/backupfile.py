"""A backup: one file that holds one vault as it was, encrypted as it lay.

Four things follow each other, and nothing comes behind them:

1. one line of JSON in its one form (FORMAT.md 1.2) of at most 1,024 bytes, ended by a line feed: `{v, kind, vault,
   profile, salt, length}`, with `v` 1, `kind` the text `sealed-intake/backup`, the vault's name, `profile` and `salt`
   as in `NAME.vault.json`, and `length` how many bytes the database has;
2. `length` bytes: the database, page by page as it stands in `NAME.vault`, under the key that the passphrase makes with
   this profile and salt;
3. SHA-256 (32 bytes) of all that stands before.

Nothing of a case is readable in it without the passphrase; how large the vault is and how it is called is.

The hash finds what a stick lost or a copying machine changed, before anything is restored. It is no signature: whoever
changes the file can make another hash. That nobody changed a page is known when the vault is opened, for each page has
its HMAC under the key. That the file is the newest backup is known to the vault alone, and to no file.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crypto.errors import FormatError
from crypto.public.whole import new_file
from crypto.wire.digest import Sha256
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from review.files import open_regular
from review.passphrase import PROFILES, SALT_LENGTH
from review.refusals import Refused
from review.vault import Header, vault_path, write_header

SUFFIX = ".backup"
KIND = "sealed-intake/backup"
_MOST_LINE = 1_024
_CHUNK = 1024 * 1024
_HASH_LENGTH = 32
_UNFINISHED = ".unfinished-"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupHead:
    """The first line of a backup."""

    vault: str
    header: Header
    length: int

    @classmethod
    def parse(cls, line: bytes) -> "BackupHead":
        """From its bytes without the line feed."""
        members = Members(parse_json(line, most=_MOST_LINE), "backup")
        members.integer("v", least=1, most=1)
        members.choice("kind", (KIND,))
        head = cls(
            vault=members.name("vault"),
            header=Header(profile=members.choice("profile", tuple(PROFILES)), salt=members.data("salt", SALT_LENGTH)),
            length=members.integer("length", least=1),
        )
        members.end()
        return head

    def encode(self) -> bytes:
        """Its bytes, with the line feed."""
        return (
            encode_json(
                {
                    "v": 1,
                    "kind": KIND,
                    "vault": self.vault,
                    "profile": self.header.profile,
                    "salt": to_base64url(self.header.salt),
                    "length": self.length,
                }
            )
            + b"\n"
        )


def write_backup(out: BinaryIO, vault: str, header: Header, database: BinaryIO) -> int:
    """Writes all of it, a mebibyte at a time; how many bytes the database has."""
    length = os.fstat(database.fileno()).st_size
    sha256 = Sha256()
    head = BackupHead(vault=vault, header=header, length=length).encode()
    sha256.update(head)
    out.write(head)
    if _copy(database, out, length, sha256) != length:
        raise Refused("file-unreadable", path=repr(f"{vault}.vault"))
    out.write(sha256.digest())
    return length


def read_head(path: Path) -> BackupHead:
    """Which vault it is of; refused when it is no backup."""
    with open_regular(path) as source:
        return _head(source, path)[0]


def unpack(path: Path, folder: Path) -> BackupHead:
    """Writes the database of a backup into an empty folder, as the vault that it is of; refused if cut or altered.

    What was written when it is refused is for the caller to remove: it may be anything.
    """
    with open_regular(path) as source:
        # As it stands on the stick, not as this machine remembers having written it.
        os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        head, line = _head(source, path)
        sha256 = Sha256()
        sha256.update(line)
        path_there = vault_path(folder, head.vault)
        with new_file(path_there) as out:
            copied = _copy(source, out, head.length, sha256)
        write_header(path_there, head.header)
        rest = source.read(_HASH_LENGTH + 1)
    if copied != head.length or rest != sha256.digest():
        raise Refused("backup-damaged", path=repr(path.name))
    return head


def free_name(folder: Path, vault: str, day: str) -> Path:
    """`NAME-DAY.backup`, or with a number where that is taken: what is there may be all that is left of a vault."""
    named = folder / f"{vault}-{day}{SUFFIX}"
    number = 2
    while os.path.lexists(named):
        named = folder / f"{vault}-{day}-{number}{SUFFIX}"
        number += 1
    return named


def sweep_unfinished(folder: Path, vault: str) -> None:
    """Removes what a keeper of this vault left there that was killed while it wrote a backup.

    Only while nobody else can write one of this vault: in a transaction of it.
    """
    for left in folder.glob(f"{_UNFINISHED}*"):
        try:
            if read_head(left).vault == vault:
                left.unlink()
        except Refused:
            continue


def _head(source: BinaryIO, path: Path) -> tuple[BackupHead, bytes]:
    line = source.readline(_MOST_LINE + 1)
    try:
        if not line.endswith(b"\n"):
            raise FormatError("backup")
        return BackupHead.parse(line[:-1]), line
    except FormatError:
        raise Refused("backup-unfit", path=repr(path.name)) from None


def _copy(source: BinaryIO, out: BinaryIO, length: int, sha256: Sha256) -> int:
    """At most `length` bytes; how many there were."""
    copied = 0
    while copied < length and (data := source.read(min(_CHUNK, length - copied))):
        out.write(data)
        sha256.update(data)
        copied += len(data)
    return copied
