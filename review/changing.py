"""A vault under other keys, and a vault that a backup held: a copy is made whole, then it takes the place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from review.anchor import Anchor, read_anchor
from review.anchoring import anchor_of
from review.backupfile import OpenBackup, open_backup
from review.cipher import rekey
from review.durable import scratch
from review.facts import facts_of
from review.header import Header, header_bytes
from review.journal import What
from review.keyfile import make_key_file
from review.passphrase import NEWEST_PROFILE
from review.placing import check_free, check_private, put_in_place, settle, vault_path, write_header
from review.refusals import Refused
from review.store import Store
from review.vault import Vault, check_key, contents_of, open_under, open_vault

_CHUNK = 1024 * 1024


def change_passphrase(
    vault: Vault, old: str, new: str, day: str, profile: str = NEWEST_PROFILE, key_file: Path | None = None
) -> Vault:
    """The vault under a new passphrase; its key file, if it needs one, stays the same. See `_move`."""
    contents = contents_of(vault.header, vault.name, key_file)
    key = _right_key(vault, old, contents)
    header = Header.new(profile, key_file=vault.header.key_file)
    return _move(vault, key, header, header.key(new, contents), "passphrase-changed", day)


def set_key_file(
    vault: Vault, passphrase: str, made: Path, day: str, profile: str = NEWEST_PROFILE, key_file: Path | None = None
) -> Vault:
    """The vault under its passphrase and a key file that is written to `made`; `key_file` is the old one. See `_move`.

    The file is on its stick before anything is changed. Where nothing was changed, it is removed again.
    """
    key = _right_key(vault, passphrase, contents_of(vault.header, vault.name, key_file))
    if made.parent.resolve().is_relative_to(vault.station.resolve()):
        raise Refused("inside-station", path=repr(made.parent.name))
    header = Header.new(profile, key_file=True)
    contents = make_key_file(made, vault.name)
    try:
        return _move(vault, key, header, header.key(passphrase, contents), "keyfile-set", day)
    except BaseException:
        if header_bytes(vault.path) == vault.header.encode():
            made.unlink()
        raise


def remove_key_file(
    vault: Vault, passphrase: str, day: str, profile: str = NEWEST_PROFILE, key_file: Path | None = None
) -> Vault:
    """The vault under its passphrase alone. See `_move`."""
    if not vault.header.key_file:
        raise Refused("keyfile-none", vault=vault.name)
    key = _right_key(vault, passphrase, contents_of(vault.header, vault.name, key_file))
    header = Header.new(profile)
    return _move(vault, key, header, header.key(passphrase), "keyfile-removed", day)


def examine(file: Path, station: Path, passphrase: str, key_file: Path | None = None) -> dict[str, object]:
    """What the vault of a backup says of itself: restored where nothing else is, sound in every page, wiped again."""
    with (
        open_backup(file) as source,
        scratch(station) as folder,
        _unpacked(source, folder, passphrase, key_file) as vault,
        vault.transaction() as connection,
    ):
        return facts_of(Store(connection))


def restore(file: Path, station: Path, passphrase: str, day: str, key_file: Path | None = None) -> str:
    """Makes the vault of a backup in a station that has none of its name; its name."""
    station.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(station)
    settle(station)
    with open_backup(file) as source, scratch(station) as folder:
        name, header = source.head.vault, source.head.header
        path = vault_path(station, name)
        check_free(path)
        with _unpacked(source, folder, passphrase, key_file) as vault, vault.transaction() as connection:
            anchor = _note_restored(Store(connection), station, name, day)
        put_in_place(vault_path(folder, name), header, path, may_replace=False, anchor=anchor.encode())
    return name


def _right_key(vault: Vault, passphrase: str, contents: bytes | None) -> bytes:
    key = vault.header.key(passphrase, contents)
    check_key(vault.path, vault.header, key)
    return key


def _move(vault: Vault, key: bytes, header: Header, new: bytes, what: What, day: str) -> Vault:
    """The vault with this header and every page under a new key; the given one is of no use then.

    Killed at any point, it leaves the vault that the old key opens or the one that the new one opens, whole.
    """
    try:
        with scratch(vault.station) as folder:
            copy = vault_path(folder, vault.name)
            with vault.still() as (_connection, file):
                with copy.open("xb") as out:
                    while data := file.read(_CHUNK):
                        out.write(data)
                rekey(copy, key, new)
                _finish(copy, header, new, what, day)
                put_in_place(copy, header, vault.path, may_replace=True)
        vault.close()
        return open_under(vault.path, header, new)
    except Exception:
        # The small file decides; what failed after it was only the opening, and nothing may be said to be as before.
        if header_bytes(vault.path) == header.encode():
            raise Refused("keys-moved", vault=vault.name) from None
        raise


@contextmanager
def _unpacked(source: OpenBackup, folder: Path, passphrase: str, key_file: Path | None) -> Iterator[Vault]:
    """The vault of a backup, open in an empty folder."""
    source.unpack(folder)
    vault = open_vault(folder, source.head.vault, passphrase, key_file, from_elsewhere=True)
    try:
        vault.check_whole()
        with vault.transaction() as connection:
            if Store(connection).own().name != vault.name:
                raise Refused("backup-damaged", path=repr(source.name))
        yield vault
    finally:
        vault.close()


def _finish(copy: Path, header: Header, key: bytes, what: What, day: str) -> None:
    """Opens the copy under its new key, sound in every page, and lets it remember what was done."""
    write_header(copy, header)
    vault = open_under(copy, header, key)
    try:
        vault.check_whole()
        with vault.transaction() as connection:
            Store(connection).note(what, header.profile, day)
    finally:
        vault.close()


def _note_restored(store: Store, station: Path, name: str, day: str) -> Anchor:
    """What was backed up after this state the vault cannot know, so it counts no backup; its new anchor."""
    head, remembered = store.journal_head(), read_anchor(station, name)
    was = "" if remembered is None else f", remembered {remembered.n}"
    store.forget_backups()
    store.note("vault-restored", f"journal {0 if head is None else head[0]}{was}", day)
    return anchor_of(store)
