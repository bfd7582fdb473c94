"""What vaults say they have kept, carried in a records file (FORMAT.md 9.6, 9.7)."""

from collections.abc import Iterator

from crypto.public.freshness import DAYS_AHEAD
from crypto.wire.directory import Directory
from crypto.wire.note import Note, body
from crypto.wire.record import MOST_RECORD, MOST_RECORDS, Record
from intake import publiclog
from intake.clock import days_later
from intake.directories import Standing, first_signed, is_signed
from intake.errors import EvidenceError, RefusedError
from intake.store import Change, Store, StoredRecord

Given = tuple[StoredRecord, Record]


class _LeftOutError(Exception):
    """This record cannot be taken, for the reason in its text; that stops no other one."""


class _ForkError(Exception):
    """This record says that its vault was shown something else than is here."""


def bring_in(
    store: Store, portal: str, standing: Standing, untrusted: Iterator[tuple[str, bytes]], today: str
) -> list[str]:
    """Takes the records of the file, and says in lines what each one is; of a file out of form it takes nothing.

    One that is from a vault that does not read, or names a directory that is not here yet, is left out with a line.
    One that contradicts what is here is not taken either, and raises an `EvidenceError` once the others are.
    """
    if standing.newest is None:
        raise RefusedError(f"no directory is in force ({standing.reason})")
    newest = standing.newest.directory
    given = _believed(portal, newest, untrusted)
    lines, forks = list[str](), list[str]()
    with store.alone() as change:
        directories = change.directory_hashes()
        manifests = {n: digest for n, _day, digest in change.manifest_heads()}
        for name, believed in given:
            try:
                stored, record = _not_left_out(newest, name, believed)
                _check_day(record, today)
                _check_directory(record, directories)
                _check_manifest(record, manifests)
                lines.append(_take(change, newest, stored, today))
            except _LeftOutError as error:
                lines.append(f"record of {name}: not taken: {error}")
            except _ForkError as error:
                forks.append(f"{name} has {error}")
    if forks:
        raise EvidenceError(f"{'; '.join(forks)}: keep this file, it is evidence", tuple(lines))
    return lines


def _believed(portal: str, newest: Directory, untrusted: Iterator[tuple[str, bytes]]) -> list[tuple[str, Given | None]]:
    """Every record of the file, in the one order that is allowed, signed by its vault; nothing of one of which the
    newest directory knows no vault that reads, and so no key that counts."""
    given: list[tuple[str, Given | None]] = []
    for name, data in untrusted:
        group, _, vault = name.partition("/")
        if group != "record" or "/" in vault or (given and vault <= given[-1][0]) or len(given) >= MOST_RECORDS:
            raise RefusedError("the file holds more than records, each of another vault and sorted by their names")
        given.append((vault, _signed(portal, newest, vault, data)))
    if not given:
        raise RefusedError("the file holds no record")
    return given


def _signed(portal: str, newest: Directory, name: str, data: bytes) -> Given | None:
    """A record under the key that the newest directory gives an active vault of this name."""
    note = Note.parse(data, MOST_RECORD)
    vault = newest.vault(name)
    if vault is None or vault.status != "active":
        return None
    if not is_signed(vault, note):
        raise RefusedError(f"the record of {name} is not signed by the key that directory {newest.seq} gives it")
    record = Record.parse(body(note, "record", portal))
    stored = StoredRecord(
        vault=name,
        n=record.n,
        day=record.day,
        manifest=0 if record.manifest is None else record.manifest.n,
        backed_up=record.backed_up,
        hash=note.hash(),
        note=data,
    )
    return stored, record


def _not_left_out(newest: Directory, name: str, believed: Given | None) -> Given:
    if believed is None:
        vault = newest.vault(name)
        state = "does not name it" if vault is None else f"says that it is {vault.status}"
        raise _LeftOutError(f"directory {newest.seq} {state}")
    return believed


def _check_day(record: Record, today: str) -> None:
    if record.day > days_later(today, DAYS_AHEAD):
        raise _LeftOutError(f"it is from {record.day}, which has not come")


def _check_manifest(record: Record, manifests: dict[int, bytes]) -> None:
    named = record.manifest
    if named is None or manifests.get(named.n) == named.hash:
        return
    here = "which this intake has not made" if named.n not in manifests else "which is another one than here"
    raise _ForkError(f"imported a manifest {named.n}, {here}")


def _check_directory(record: Record, directories: dict[int, bytes]) -> None:
    named = record.directory
    if named.seq not in directories:
        raise _LeftOutError(f"it names directory {named.seq}, which is not here: import the ceremony file first")
    if directories[named.seq] != named.hash:
        raise _ForkError(f"another directory {named.seq} than is here")


def _take(change: Change, directory: Directory, record: StoredRecord, today: str) -> str:
    """An older one than the newest under the same key changes nothing, so that nobody has to sort what is carried.

    One with a lower number and a later day is kept: its vault was restored, and purges nothing (`purge.backed_up`).
    """
    said = f"record {record.n} of {record.vault}"
    if change.has_record(record):
        return f"{said}: already here"
    vault = directory.vault(record.vault)
    newest = None if vault is None else first_signed(vault, change.records(record.vault))
    restored = newest is not None and record.n < newest.n
    if newest is not None and restored and record.day <= newest.day:
        return f"{said}: older than record {newest.n}, which is here: not taken"
    change.add_record(record)
    publiclog.append_record(change, today, record)
    if newest is not None and restored:
        return (
            f"{said}: new, though record {newest.n} is here: this vault was restored from an older state,"
            f" and no backup of it counts until record {newest.n + 1} comes"
        )
    if record.manifest == 0:
        return f"{said}: new, nothing imported yet"
    kept = "in a backup" if record.backed_up else "not in a backup yet"
    return f"{said}: new, up to manifest {record.manifest}, {kept}"
