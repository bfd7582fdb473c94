"""A backup: one file that holds one vault as it was, encrypted as it lay.

Four things follow each other, and nothing comes behind them:

1. one line of JSON in its one form (FORMAT.md 1.2) of at most 1,024 bytes, ended by a line feed: `{v, kind, vault,
   profile, salt, length}`, with `kind` the text `sealed-intake/backup`, the vault's name, `length` how many bytes the
   database has, and `v`, `profile`, `salt`, and `needs` if a key file is needed, as in `NAME.vault.json`;
2. `length` bytes: the database, page by page as it stands in `NAME.vault`, under the key that the passphrase makes with
   this profile and salt, and with the key file;
3. SHA-256 (32 bytes) of all that stands before.

Nothing of a case is readable in it without the passphrase; how large the vault is and how it is called is.

The hash finds what a stick lost or a copying machine changed, before anything is restored. It is no signature: whoever
changes the file can make another hash. That nobody changed a page is known when the vault is opened, for each page has
its HMAC under the key. That the file is the newest backup is known to the vault alone, and to no file.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crypto.errors import FormatError
from crypto.public.whole import new_file
from crypto.wire.digest import Sha256
from crypto.wire.fields import Members, encode_json, parse_json
from review.files import free_path, open_regular
from review.header import Header
from review.placing import vault_path, write_header
from review.refusals import Refused

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
        members.choice("kind", (KIND,))
        head = cls(vault=members.name("vault"), header=Header.read(members), length=members.integer("length", least=1))
        members.end()
        return head

    def encode(self) -> bytes:
        """Its bytes, with the line feed."""
        said = {**self.header.members(), "kind": KIND, "vault": self.vault, "length": self.length}
        return encode_json(said) + b"\n"


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


class OpenBackup:
    """A backup that is being read, from one file that nobody can exchange meanwhile."""

    def __init__(self, source: BinaryIO, path: Path) -> None:
        self.name = path.name
        self._source = source
        self._line = source.readline(_MOST_LINE + 1)
        try:
            if not self._line.endswith(b"\n"):
                raise FormatError("backup")
            self.head = BackupHead.parse(self._line[:-1])
        except FormatError:
            raise Refused("backup-unfit", path=repr(path.name)) from None

    def unpack(self, folder: Path) -> None:
        """Writes the database into an empty folder, as the vault that it is of; refused if cut or altered.

        What was written when it is refused is for the caller to remove: it may be anything. Once.
        """
        sha256 = Sha256()
        sha256.update(self._line)
        path = vault_path(folder, self.head.vault)
        with new_file(path) as out:
            copied = _copy(self._source, out, self.head.length, sha256)
        write_header(path, self.head.header)
        if copied != self.head.length or self._source.read(_HASH_LENGTH + 1) != sha256.digest():
            raise Refused("backup-damaged", path=repr(self.name))


@contextmanager
def open_backup(path: Path) -> Iterator[OpenBackup]:
    """Refused when it is no backup."""
    with open_regular(path) as source:
        # As it stands on the stick, not as this machine remembers having written it.
        os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        yield OpenBackup(source, path)


def read_head(path: Path) -> BackupHead:
    """Which vault it is of; refused when it is no backup."""
    with open_backup(path) as backup:
        return backup.head


def free_name(folder: Path, vault: str, day: str) -> Path:
    """`NAME-DAY.backup`, or with a number where that is taken: what is there may be all that is left of a vault."""
    return free_path(folder, f"{vault}-{day}", SUFFIX)


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


def _copy(source: BinaryIO, out: BinaryIO, length: int, sha256: Sha256) -> int:
    """At most `length` bytes; how many there were."""
    copied = 0
    while copied < length and (data := source.read(min(_CHUNK, length - copied))):
        out.write(data)
        sha256.update(data)
        copied += len(data)
    return copied
