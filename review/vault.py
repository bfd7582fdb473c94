"""One vault: a SQLCipher file that its passphrase opens, and the small clear file that says how.

`NAME.vault` is the database: SQLCipher 4, AES-256 in pages of 4,096 bytes, each with an HMAC-SHA512. Its key is raw, so
SQLCipher's own derivation is not used; it comes from Argon2id over the passphrase, with the salt and the named profile
of `NAME.vault.json`. Only the keeper's process calls `create` and `open`.

Another database takes the place of a vault in one step (`put_in_place`): under `.NAME.vault.SALT` first, with the salt
in hexadecimal, then the small file with this salt, which decides, then the name. Whoever finds `.NAME.vault.SALT` later
ends the way that the small file says (`settle`).
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import sqlcipher3
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

from crypto.errors import FormatError
from crypto.public.whole import new_file
from crypto.wire.fields import Members, encode_json, is_name, parse_json, to_base64url
from review.durable import alone_in, flush, flush_file, rename, replace_file
from review.files import is_private
from review.passphrase import NEWEST_PROFILE, PROFILES, SALT_LENGTH, new_salt, stretch
from review.refusals import Refused

_SUFFIX = ".vault"
_MOST_HEADER = 1_024
_BUSY_SECONDS = 30
_PENDING = re.compile(r"\.([a-z][a-z0-9_-]{0,31})\.vault\.([0-9a-f]{32})\Z")
_SETTINGS = (
    "PRAGMA cipher_compatibility = 4",
    "PRAGMA cipher_page_size = 4096",
    "PRAGMA cipher_use_hmac = ON",
    "PRAGMA cipher_hmac_algorithm = HMAC_SHA512",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = EXTRA",
)


def vault_names(station: Path) -> tuple[str, ...]:
    """The vaults of a station's folder, in the order of their names."""
    return tuple(sorted(path.stem for path in station.glob(f"*{_SUFFIX}") if is_name(path.stem)))


def vault_path(station: Path, name: str) -> Path:
    """Where the vault of this name lies."""
    return station / f"{name}{_SUFFIX}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands in the clear: the Argon2id profile by name, and the salt."""

    profile: str
    salt: bytes

    @classmethod
    def parse(cls, data: bytes) -> "Header":
        """From the bytes of `NAME.vault.json`; refuses a profile this release does not know."""
        members = Members(parse_json(data, most=_MOST_HEADER), "vault header")
        members.integer("v", least=1, most=1)
        header = cls(profile=members.choice("profile", tuple(PROFILES)), salt=members.data("salt", SALT_LENGTH))
        members.end()
        return header

    @classmethod
    def new(cls, profile: str = NEWEST_PROFILE) -> "Header":
        """With a salt of its own."""
        return cls(profile=profile, salt=new_salt())

    def encode(self) -> bytes:
        """The bytes of `NAME.vault.json`."""
        return encode_json({"v": 1, "profile": self.profile, "salt": to_base64url(self.salt)})

    def key(self, passphrase: str) -> bytes:
        """What the passphrase makes with it: the key (32) of the database."""
        return stretch(passphrase, self.salt, self.profile)


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
            if _header_bytes(self.path) != self.header.encode():
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


def create(station: Path, name: str, passphrase: str, profile: str = NEWEST_PROFILE) -> Vault:
    """A new vault without content, with its tables; refuses to touch one that is there."""
    path, header = vault_path(station, name), Header.new(profile)
    key = header.key(passphrase)
    station.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(station)
    try:
        write_header(path, header)
    except FileExistsError:
        raise Refused("vault-exists", vault=name) from None
    return open_under(path, header, key)


def open_vault(station: Path, name: str, passphrase: str) -> Vault:
    """The vault, brought to this release's tables. A wrong passphrase and a damaged file look the same: they are."""
    path = vault_path(station, name)
    if station.is_dir():
        check_private(station)
        settle(station)
    try:
        header = Header.parse(_header_path(path).read_bytes())
    except FileNotFoundError:
        raise Refused("no-vault", vault=name) from None
    except FormatError:
        raise Refused("vault-damaged", vault=name) from None
    if not path.exists():
        raise Refused("no-vault", vault=name)
    return open_under(path, header, header.key(passphrase))


def open_under(path: Path, header: Header, key: bytes) -> Vault:
    """The vault of this file and key."""
    engine = _engine(path, key)
    try:
        engine.connect().close()
    except OperationalError:
        raise
    except DatabaseError:
        # SQLCipher says the same to a wrong key and to a damaged first page: this is no database.
        raise Refused("wrong-passphrase", vault=path.stem) from None
    try:
        with engine.begin() as connection:
            _migrate(connection)
    except CommandError:
        engine.dispose()
        raise Refused("vault-newer", vault=path.stem) from None
    return Vault(path, header, engine)


def check_key(path: Path, key: bytes) -> None:
    """Refused when this key does not open the file."""
    engine = _engine(path, key)
    try:
        engine.connect().close()
    except OperationalError:
        raise
    except DatabaseError:
        raise Refused("wrong-passphrase", vault=path.stem) from None
    finally:
        engine.dispose()


def rekey(path: Path, key: bytes, new: bytes) -> None:
    """Every page of the file under another key. Not safe against a loss of power: for a copy."""
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    try:
        connection.execute(_with_key("key", key))
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_with_key("rekey", new))
    finally:
        connection.close()


def put_in_place(made: Path, header: Header, path: Path, *, may_replace: bool) -> None:
    """The database becomes the vault of this path, durably; killed at any point, it is the vault before or this one."""
    with alone_in(path.parent):
        if not may_replace:
            check_free(path)
        flush_file(made)
        pending = path.with_name(f".{path.name}.{header.salt.hex()}")
        rename(made, pending)
        replace_file(_header_path(path), header.encode())
        rename(pending, path)


def settle(station: Path) -> None:
    """Ends what a process had begun that was killed in `put_in_place`."""
    with alone_in(station):
        for pending in station.iterdir():
            named = _PENDING.match(pending.name)
            if named is None:
                continue
            path = vault_path(station, named[1])
            if _salt_of(path) == bytes.fromhex(named[2]):
                rename(pending, path)
            else:
                pending.unlink()
                flush(station)


def write_header(path: Path, header: Header) -> None:
    """The small file beside a database that has none yet."""
    with new_file(_header_path(path)) as file:
        file.write(header.encode())


def check_free(path: Path) -> None:
    """Refused when there is a vault of this name, or a part of one."""
    # A journal that a killed writer left would be played into the new vault.
    parts = (path, _header_path(path), *(path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm")))
    if any(os.path.lexists(part) for part in parts):
        raise Refused("vault-exists", vault=path.stem)


def check_private(station: Path) -> None:
    """Who may write into the folder could put another vault in the place of this one."""
    if not is_private(station):
        raise Refused("station-open", path=repr(station.name))


def _header_path(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _header_bytes(path: Path) -> bytes | None:
    try:
        return _header_path(path).read_bytes()
    except FileNotFoundError:
        return None


def _salt_of(path: Path) -> bytes | None:
    try:
        return Header.parse(_header_bytes(path) or b"").salt
    except FormatError:
        return None


def _with_key(what: str, key: bytes) -> str:
    return f"PRAGMA {what} = \"x'{key.hex()}'\""


def _engine(path: Path, key: bytes) -> Engine:
    def connect() -> object:
        # Autocommit in the driver: SQLAlchemy says BEGIN itself (below), so that tables too are made all or none.
        connection = sqlcipher3.connect(str(path), isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False)
        connection.execute("PRAGMA cipher_memory_security = ON")
        connection.execute(_with_key("key", key))
        for setting in _SETTINGS:
            connection.execute(setting)
        return connection

    engine = create_engine(
        "sqlite://", module=sqlcipher3.dbapi2, creator=connect, poolclass=StaticPool, hide_parameters=True
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
