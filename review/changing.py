"""A vault under another passphrase, and a vault that a backup held: a copy is made whole, then it takes the place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from review.anchor import Anchor, read_anchor, set_anchor
from review.anchoring import anchor_of
from review.backupfile import read_head, unpack
from review.durable import scratch
from review.facts import facts_of
from review.passphrase import NEWEST_PROFILE
from review.refusals import Refused
from review.store import Store
from review.vault import (
    Header,
    Vault,
    check_free,
    check_key,
    check_private,
    open_under,
    open_vault,
    put_in_place,
    rekey,
    settle,
    vault_path,
    write_header,
)

_CHUNK = 1024 * 1024


def change_passphrase(vault: Vault, old: str, new: str, day: str, profile: str = NEWEST_PROFILE) -> Vault:
    """The vault with a new salt, the newest profile and every page under a new key; the given one is of no use then.

    Killed at any point, it leaves the vault that the old passphrase opens or the one that the new one opens, whole.
    """
    key, header = vault.header.key(old), Header.new(profile)
    check_key(vault.path, key)
    new_key = header.key(new)
    with scratch(vault.station) as folder:
        copy = vault_path(folder, vault.name)
        with vault.still() as (_connection, file):
            with copy.open("xb") as out:
                while data := file.read(_CHUNK):
                    out.write(data)
            rekey(copy, key, new_key)
            _finish(copy, header, new_key, day)
            put_in_place(copy, header, vault.path, may_replace=True)
    vault.close()
    return open_under(vault.path, header, new_key)


def examine(file: Path, station: Path, passphrase: str) -> dict[str, object]:
    """What the vault of a backup says of itself: restored where nothing else is, sound in every page, wiped again."""
    with scratch(station) as folder, _unpacked(file, folder, passphrase) as vault, vault.transaction() as connection:
        return facts_of(Store(connection))


def restore(file: Path, station: Path, passphrase: str, day: str) -> str:
    """Makes the vault of a backup in a station that has none of its name; its name."""
    station.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(station)
    settle(station)
    path = vault_path(station, read_head(file).vault)
    check_free(path)
    with scratch(station) as folder:
        with _unpacked(file, folder, passphrase) as vault, vault.transaction() as connection:
            anchor = _note_restored(Store(connection), station, vault.name, day)
        set_anchor(station, path.stem, anchor)
        put_in_place(vault_path(folder, path.stem), vault.header, path, may_replace=False)
    return path.stem


@contextmanager
def _unpacked(file: Path, folder: Path, passphrase: str) -> Iterator[Vault]:
    """The vault of a backup, open in an empty folder."""
    head = unpack(file, folder)
    vault = open_vault(folder, head.vault, passphrase)
    try:
        vault.check_whole()
        with vault.transaction() as connection:
            if Store(connection).own().name != vault.name:
                raise Refused("backup-damaged", path=repr(file.name))
        yield vault
    finally:
        vault.close()


def _finish(copy: Path, header: Header, key: bytes, day: str) -> None:
    """Opens the copy under its new key, sound in every page, and lets it remember what was done."""
    write_header(copy, header)
    vault = open_under(copy, header, key)
    try:
        vault.check_whole()
        with vault.transaction() as connection:
            Store(connection).note("passphrase-changed", header.profile, day)
    finally:
        vault.close()


def _note_restored(store: Store, station: Path, name: str, day: str) -> Anchor:
    """What was backed up after this state the vault cannot know, so it counts no backup; its new anchor."""
    head, remembered = store.journal_head(), read_anchor(station, name)
    was = "" if remembered is None else f", remembered {remembered.n}"
    store.forget_backups()
    store.note("vault-restored", f"journal {0 if head is None else head[0]}{was}", day)
    return anchor_of(store)
