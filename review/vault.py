"""One vault: a SQLCipher file that its passphrase opens, and the small clear file that says how.

`NAME.vault` is the database: SQLCipher 4, AES-256 in pages of 4,096 bytes, each with an HMAC-SHA512 (`review.cipher`).
Its key is raw, so SQLCipher's own derivation is not used; it comes from Argon2id over the passphrase, with the salt and
the named profile of `NAME.vault.json` (`review.header`), and from a key file where the small file says so. Only the
keeper's process calls `create` and `open_vault`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine

from crypto.errors import FormatError
from review import cipher
from review.durable import scratch
from review.header import Header, header_bytes, needs_key_file
from review.keyfile import read_key_file
from review.passphrase import NEWEST_PROFILE
from review.placing import (
    check_free,
    check_private,
    clear_unfinished,
    put_in_place,
    settle,
    vault_names,
    vault_path,
    write_header,
)
from review.refusals import RefusalCode, Refused
from review.tables import ForeignTablesError, NewerTablesError, check_tables, upgrade

__all__ = ["Header", "Vault", "create", "open_under", "open_vault", "vault_names", "vault_path", "write_header"]


class Vault:
    """An open vault. Every piece of work is one transaction: all of it, or nothing."""

    def __init__(self, path: Path, header: Header, engine: Engine) -> None:
        self.path = path
        self.header = header
        self._engine = engine

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.stem

    @property
    def station(self) -> Path:
        """The folder in which it lies."""
        return self.path.parent

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commits at the end, rolls back on any exception. Refused when another file has taken the vault's place."""
        with self._engine.begin() as connection:
            if header_bytes(self.path) != self.header.encode():
                raise Refused("keeper-gone", vault=self.name)
            yield connection

    @contextmanager
    def still(self) -> Iterator[tuple[Connection, BinaryIO]]:
        """A transaction, and the file of the vault as it is when the transaction begins.

        Nobody else writes meanwhile; whoever uses this must read the file before they write themselves.
        """
        # Closing a file takes away all locks that this process has on it: so it is closed after the transaction.
        with self.path.open("rb") as file, self.transaction() as connection:
            yield connection, file

    def check_whole(self) -> None:
        """Every page is as it was written under this key, and the pages fit together; refused if not."""
        with self._engine.connect() as connection:
            altered = connection.exec_driver_sql("PRAGMA cipher_integrity_check").first()
            found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        if altered is not None or found != "ok":
            raise Refused("vault-unsound", vault=self.name)

    def close(self) -> None:
        """Forgets it; a second time does nothing."""
        self._engine.dispose()


def create(
    station: Path,
    name: str,
    passphrase: str,
    profile: str = NEWEST_PROFILE,
    fill: Callable[[Connection], bytes | None] = lambda _connection: None,
) -> Vault:
    """A new vault with its tables and what `fill` puts there, which gives its anchor; never over one that is there.

    It is made elsewhere and put in place when it is finished: killed at any point, there is all of it or nothing.
    """
    path, header = vault_path(station, name), Header.new(profile)
    key = header.key(passphrase)
    station.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(station)
    settle(station)
    clear_unfinished(path)
    check_free(path)
    with scratch(station) as folder:
        copy = vault_path(folder, name)
        write_header(copy, header)
        vault = open_under(copy, header, key)
        try:
            with vault.transaction() as connection:
                anchor = fill(connection)
        finally:
            vault.close()
        put_in_place(copy, header, path, may_replace=False, anchor=anchor)
    return open_under(path, header, key)


def open_vault(
    station: Path, name: str, passphrase: str, key_file: Path | None = None, *, from_elsewhere: bool = False
) -> Vault:
    """The vault, brought to this release's tables. A wrong passphrase and a damaged file look the same: they are.

    One `from_elsewhere` is refused when it holds anything that no release makes.
    """
    path = vault_path(station, name)
    if station.is_dir():
        check_private(station)
        settle(station)
    try:
        header = Header.parse(header_bytes(path) or b"")
    except FormatError:
        raise Refused("no-vault" if header_bytes(path) is None else "vault-damaged", vault=name) from None
    if not path.exists():
        raise Refused("no-vault", vault=name)
    key = header.key(passphrase, contents_of(header, name, key_file))
    return open_under(path, header, key, from_elsewhere=from_elsewhere)


def contents_of(header: Header, name: str, key_file: Path | None) -> bytes | None:
    """What the vault's key file (32) holds, if it needs one; one that is absent or another's is refused.

    That comes before any stretching, so that the refusal says nothing of the passphrase.
    """
    if not header.key_file:
        return None
    if key_file is None:
        raise Refused("keyfile-missing", vault=name, path="")
    return read_key_file(key_file, name)


def open_under(path: Path, header: Header, key: bytes, *, from_elsewhere: bool = False) -> Vault:
    """The vault of this file and key."""
    try:
        with cipher.opened(path, key) as engine, engine.begin() as connection:
            if from_elsewhere:
                check_tables(connection)
            upgrade(connection)
    except cipher.WrongKeyError:
        raise Refused(wrong(header), vault=path.stem) from None
    except NewerTablesError:
        raise Refused("vault-newer", vault=path.stem) from None
    except ForeignTablesError:
        raise Refused("vault-foreign", vault=path.stem) from None
    return Vault(path, header, engine)


def check_key(path: Path, header: Header, key: bytes) -> None:
    """Refused when this key does not open the file."""
    try:
        cipher.check_key(path, key)
    except cipher.WrongKeyError:
        raise Refused(wrong(header), vault=path.stem) from None


def wrong(header: Header) -> RefusalCode:
    """What is said of a key that opens nothing: of two things that make one, nobody can tell which was wrong."""
    return "wrong-together" if header.key_file else "wrong-passphrase"


def asks_key_file(station: Path, name: str) -> bool:
    """Whether the vault of this name opens with a key file only."""
    return needs_key_file(vault_path(station, name))
