"""What an operator decides: the folder of an intake, read once at the start.

DIR/intake.toml   database, demo, exit_url (where "Exit" leads), and the table [limits] (names: limits.py)
DIR/portal.json   the pin: the portal's name and the roots that are believed from the start (FORMAT.md 4.4)
DIR/intake.key    the seed that signs day manifests (32 bytes); only `close-day`, `export` and `check` read it
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crypto.errors import FormatError
from crypto.public.trust import Pin
from crypto.sign.sign import SEED_LENGTH
from intake import files
from intake.errors import RefusedError
from intake.limits import Limits

SETTINGS = "intake.toml"
PIN = "portal.json"
KEY = "intake.key"
DEFAULT_EXIT = "https://www.wikipedia.org/"
DEFAULT_DATABASE = "sqlite:///intake.db"
_SQLITE_FILE = "sqlite:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The folder of one intake; `database` may hold a password."""

    folder: Path
    pin: Pin
    pin_text: str
    database: str = field(repr=False)
    demo: bool = False
    exit_url: str = DEFAULT_EXIT
    limits: Limits = field(default_factory=Limits)


def load(folder: Path) -> Config:
    """Refuses a folder that is no intake's, settings that others may read, unknown ones, and values of another kind."""
    try:
        pin_bytes = (folder / PIN).read_bytes()
        private = files.is_private(folder / SETTINGS)
        settings = tomllib.loads((folder / SETTINGS).read_text("utf-8"))
    except FileNotFoundError:
        raise RefusedError(f"{folder} is not the folder of an intake: run `intake init`") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise RefusedError(f"{folder / SETTINGS} cannot be read as TOML") from None
    if not private:
        raise RefusedError(f"{folder / SETTINGS} may be read by others, with what opens the database: `chmod 600` it")
    if unknown := settings.keys() - {"database", "demo", "exit_url", "limits"}:
        raise RefusedError(f"{SETTINGS}: unknown setting {min(unknown)}")
    database, demo = settings.get("database"), settings.get("demo", False)
    exit_url = settings.get("exit_url", DEFAULT_EXIT)
    if not isinstance(database, str) or not isinstance(demo, bool):
        raise RefusedError(f"{SETTINGS}: `database` is a text, `demo` is true or false")
    if not isinstance(exit_url, str) or not exit_url.startswith("https://"):
        raise RefusedError(f"{SETTINGS}: `exit_url` is an address that starts with https://")
    return Config(
        folder=folder,
        pin=read_pin(pin_bytes),
        pin_text=pin_bytes.decode("utf-8"),
        database=database_inside(folder, database),
        demo=demo,
        exit_url=exit_url,
        limits=_limits(settings.get("limits", {})),
    )


def write(folder: Path, pin_bytes: bytes, database: str, *, demo: bool) -> None:
    """Makes the settings of a new intake; they are the last of what `intake init` makes."""
    if not (folder / PIN).exists():
        files.create(folder / PIN, pin_bytes)
    text = (
        "# Made by `intake init`. The table [limits] may follow; intake/limits.py says what there is.\n"
        f"database = {json.dumps(database)}\n"
        f"demo = {'true' if demo else 'false'}\n"
    )
    files.create(folder / SETTINGS, text.encode("utf-8"))


def read_pin(data: bytes) -> Pin:
    """The pin in `portal.json`."""
    try:
        return Pin.parse(data)
    except FormatError as error:
        raise RefusedError(f"{PIN} is not a pin: {error}") from None


def read_key(folder: Path) -> bytes:
    """The seed of intake's own key; refused when anybody else could read it."""
    path = folder / KEY
    try:
        private, seed = files.is_private(path), path.read_bytes()
    except FileNotFoundError:
        raise RefusedError(f"{path} is missing: run `intake key`") from None
    if not private:
        raise RefusedError(f"{path} may be read by others: `chmod 600` it")
    if len(seed) != SEED_LENGTH:
        raise RefusedError(f"{path} is not a key")
    return seed


def database_inside(folder: Path, database: str) -> str:
    """The URL; a relative SQLite path in it is one inside the folder."""
    path = database.removeprefix(_SQLITE_FILE)
    if path == database or path.startswith("/"):
        return database
    return f"{_SQLITE_FILE}{(folder / path).absolute()}"


def _limits(table: Any) -> Limits:
    if not isinstance(table, Mapping):
        raise RefusedError(f"{SETTINGS}: `limits` is a table")
    for name, value in table.items():
        if name not in Limits.names():
            raise RefusedError(f"{SETTINGS}: unknown limit {name}")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise RefusedError(f"{SETTINGS}: {name} is a whole number from 1")
    return Limits(**table)
