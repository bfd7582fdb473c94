"""One vault: a SQLCipher file that its passphrase opens, and the small clear file that says how.

`NAME.vault` is the database: SQLCipher 4, AES-256 in pages of 4,096 bytes, each with an HMAC-SHA512. Its key is raw, so
SQLCipher's own derivation is not used; it comes from Argon2id over the passphrase, with the salt and the named profile
of `NAME.vault.json`. Only the keeper's process calls `create` and `open`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlcipher3
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

from crypto.errors import FormatError
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from review.files import is_private
from review.passphrase import NEWEST_PROFILE, PROFILES, SALT_LENGTH, new_salt, stretch
from review.refusals import Refused

_SUFFIX = ".vault"
_MOST_HEADER = 1_024
_BUSY_SECONDS = 30
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
    return tuple(sorted(path.stem for path in station.glob(f"*{_SUFFIX}")))


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

    def encode(self) -> bytes:
        """The bytes of `NAME.vault.json`."""
        return encode_json({"v": 1, "profile": self.profile, "salt": to_base64url(self.salt)})


class Vault:
    """An open vault. Every piece of work is one transaction: all of it, or nothing."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self._engine = engine

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commits at the end, rolls back on any exception."""
        with self._engine.begin() as connection:
            yield connection


def create(station: Path, name: str, passphrase: str) -> Vault:
    """A new vault without content, with its tables; refuses to touch one that is there."""
    path = vault_path(station, name)
    header = Header(profile=NEWEST_PROFILE, salt=new_salt())
    key = stretch(passphrase, header.salt, header.profile)
    station.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_private(station)
    try:
        with open(_header_path(path), "xb") as file:
            file.write(header.encode())
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise Refused("vault-exists", vault=name) from None
    return _opened(path, key)


def open_vault(station: Path, name: str, passphrase: str) -> Vault:
    """The vault, brought to this release's tables. A wrong passphrase and a damaged file look the same: they are."""
    path = vault_path(station, name)
    try:
        header = Header.parse(_header_path(path).read_bytes())
    except FileNotFoundError:
        raise Refused("no-vault", vault=name) from None
    except FormatError:
        raise Refused("vault-damaged", vault=name) from None
    if not path.exists():
        raise Refused("no-vault", vault=name)
    _check_private(station)
    return _opened(path, stretch(passphrase, header.salt, header.profile))


def _header_path(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _check_private(station: Path) -> None:
    """Who may write into the folder could put another vault in the place of this one."""
    if not is_private(station):
        raise Refused("station-open", path=repr(station.name))


def _opened(path: Path, key: bytes) -> Vault:
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
        raise Refused("vault-newer", vault=path.stem) from None
    return Vault(path.stem, engine)


def _engine(path: Path, key: bytes) -> Engine:
    def connect() -> object:
        # Autocommit in the driver: SQLAlchemy says BEGIN itself (below), so that tables too are made all or none.
        connection = sqlcipher3.connect(str(path), isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False)
        connection.execute("PRAGMA cipher_memory_security = ON")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
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
