"""A backup of the vault, and another passphrase for it: what takes its whole file."""

from pathlib import Path

from crypto.wire.fields import Members, encode_json, parse_json
from review import changing
from review.actions.answer import MOST_PATH, Answer
from review.backupfile import free_name, sweep_unfinished, write_backup
from review.facts import facts_of
from review.files import new_file
from review.refusals import Refused
from review.store import Store
from review.strength import check_strength
from review.vault import Vault

_MOST_PASSPHRASE = 4_096
_MOST_FACTS = 1_048_576


def write(vault: Vault, given: Members, day: str) -> tuple[Vault, Answer]:
    """Writes a backup into a folder that is not the station's. It counts for nothing before it is verified."""
    folder = Path(given.text("folder", most=MOST_PATH))
    given.end()
    _check_folder(folder, vault.station)
    try:
        with vault.still() as (connection, database):
            store = Store(connection)
            facts = facts_of(store)
            sweep_unfinished(folder, vault.name)
            path = free_name(folder, vault.name, day)
            with new_file(path) as out:
                length = write_backup(out, vault.name, vault.header, database)
            number = store.add_backup(
                day=day,
                name=path.name,
                manifest=facts["whole_until"],
                newest=facts["newest"],
                facts=encode_json(facts),
            )
            store.note("backup-written", path.name, day)
    except OSError:
        raise Refused("file-unwritable", path=repr(folder.name)) from None
    return vault, {"number": number, "path": str(path), "name": path.name, "bytes": length}


def verify(store: Store, given: Members, day: str) -> Answer:
    """Takes what a backup said of itself when it was opened elsewhere. If that is what it must say, it counts."""
    number, facts = given.integer("number", least=1), given.take("facts")
    given.end()
    backup = store.backup(number)
    if backup is None or parse_json(backup.facts, most=_MOST_FACTS) != facts:
        raise Refused("backup-differs")
    store.mark_verified(number, day)
    store.note("backup-verified", backup.name, day)
    return {"day": backup.day, "name": backup.name}


def change(vault: Vault, given: Members, day: str) -> tuple[Vault, Answer]:
    """The vault under a passphrase of somebody's own, or one of the machine's that they have typed."""
    old, new = given.text("old", most=_MOST_PASSPHRASE), given.text("new", most=_MOST_PASSPHRASE)
    key_file = _path(given, "key_file")
    given.end()
    check_strength(new, vault.name)
    return changing.change_passphrase(vault, old, new, day, key_file=key_file), {}


def set_key_file(vault: Vault, given: Members, day: str) -> tuple[Vault, Answer]:
    """The vault under its passphrase and a new key file, which is written to a stick first."""
    passphrase, key_file = given.text("passphrase", most=_MOST_PASSPHRASE), _path(given, "key_file")
    made = Path(given.text("made", most=MOST_PATH))
    given.end()
    if not made.is_absolute() or not made.parent.is_dir():
        raise Refused("no-folder", path=repr(made.parent.name))
    return changing.set_key_file(vault, passphrase, made, day, key_file=key_file), {}


def remove_key_file(vault: Vault, given: Members, day: str) -> tuple[Vault, Answer]:
    """The vault under its passphrase alone."""
    passphrase, key_file = given.text("passphrase", most=_MOST_PASSPHRASE), _path(given, "key_file")
    given.end()
    return changing.remove_key_file(vault, passphrase, day, key_file=key_file), {}


def _path(given: Members, name: str) -> Path | None:
    """A path, or none where the text is empty."""
    text = given.text(name, most=MOST_PATH)
    return Path(text) if text else None


def _check_folder(folder: Path, station: Path) -> None:
    if not folder.is_absolute() or not folder.is_dir():
        raise Refused("no-folder", path=repr(folder.name))
    if folder.resolve().is_relative_to(station.resolve()):
        raise Refused("backup-inside", path=repr(folder.name))
