"""Puts a finished database in the place of a vault, in one step, and ends what a killed process had begun of it.

Under `.NAME.vault.SALT` first, with the salt in hexadecimal, and its anchor, if it brings one, under
`.NAME.vault.SALT.anchor`; then the small file with this salt, which decides; then the names. Whoever finds
`.NAME.vault.SALT` later ends the way that the small file says (`settle`).
"""

import os
import re
from pathlib import Path

from crypto.errors import FormatError
from crypto.public.whole import new_file
from crypto.wire.fields import is_name
from review.durable import alone_in, flush, flush_file, rename, replace_file
from review.files import is_private
from review.header import Header, header_bytes, header_path
from review.refusals import Refused

SUFFIX = ".vault"
_PENDING = re.compile(r"\.([a-z][a-z0-9_-]{0,31})\.vault\.([0-9a-f]{32})(\.anchor)?\Z")


def vault_names(station: Path) -> tuple[str, ...]:
    """The vaults of a station's folder, in the order of their names."""
    return tuple(sorted(path.stem for path in station.glob(f"*{SUFFIX}") if is_name(path.stem)))


def vault_path(station: Path, name: str) -> Path:
    """Where the vault of this name lies."""
    return station / f"{name}{SUFFIX}"


def put_in_place(made: Path, header: Header, path: Path, *, may_replace: bool, anchor: bytes | None = None) -> None:
    """The database becomes the vault of this path, durably; killed at any point, it is the vault before or this one.

    With `anchor` the station remembers this end of a journal from the same step on, whatever it remembered.
    """
    with alone_in(path.parent):
        if not may_replace:
            check_free(path)
        flush_file(made)
        pending = path.with_name(f".{path.name}.{header.salt.hex()}")
        if anchor is not None:
            with new_file(_anchor_of(pending)) as out:
                out.write(anchor)
        rename(made, pending)
        replace_file(header_path(path), header.encode())
        _end(pending, path)


def settle(station: Path) -> None:
    """Ends what a process had begun that was killed in `put_in_place`.

    Where nobody can tell what the small file says, all of that vault stays as it is, and opening it is refused.
    """
    with alone_in(station):
        for pending in sorted(station.iterdir()):
            named = _PENDING.match(pending.name)
            if named is None or named[3] or _is_undecided(path := vault_path(station, named[1])):
                continue
            if _salt_of(path) == bytes.fromhex(named[2]):
                _end(pending, path)
            else:
                pending.unlink()
                flush(station)
        for left in list(station.iterdir()):
            # An anchor whose database never came, or is in its place already, is of no use.
            named = _PENDING.match(left.name)
            if named and named[3] and not _is_undecided(vault_path(station, named[1])):
                left.unlink()
                flush(station)


def write_header(path: Path, header: Header) -> None:
    """The small file beside a database that has none yet."""
    with new_file(header_path(path)) as file:
        file.write(header.encode())


def check_free(path: Path) -> None:
    """Refused when there is a vault of this name, or a part of one."""
    # A journal that a killed writer left would be played into the new vault.
    parts = (path, header_path(path), *(path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm")))
    if any(os.path.lexists(part) for part in parts):
        raise Refused("vault-exists", vault=path.stem)


def clear_unfinished(path: Path) -> None:
    """Removes what older releases left when they were killed while they made a vault: an empty database.

    A small file without any database stays: its vault may lie elsewhere, and without the salt nobody could open it.
    """
    with alone_in(path.parent):
        if path.is_file() and path.stat().st_size == 0 and not _anchor_of(path).exists():
            path.unlink()
            header_path(path).unlink(missing_ok=True)
            flush(path.parent)


def check_private(station: Path) -> None:
    """Who may write into the folder could put another vault in the place of this one."""
    if not is_private(station):
        raise Refused("station-open", path=repr(station.name))


def _end(pending: Path, path: Path) -> None:
    if _anchor_of(pending).exists():
        rename(_anchor_of(pending), _anchor_of(path))
    rename(pending, path)


def _anchor_of(path: Path) -> Path:
    return path.with_name(path.name + ".anchor")


def _is_undecided(path: Path) -> bool:
    """The small file is there and cannot be read, or is gone from beside a database: no kill leaves that."""
    return _salt_of(path) is None and (os.path.lexists(header_path(path)) or os.path.lexists(path))


def _salt_of(path: Path) -> bytes | None:
    try:
        return Header.parse(header_bytes(path) or b"").salt
    except (FormatError, OSError):
        return None
