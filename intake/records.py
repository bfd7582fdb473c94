"""What vaults say they have kept, carried in a records file (FORMAT.md 9.6, 9.7)."""

from collections.abc import Iterator

from crypto.public.freshness import DAYS_AHEAD
from crypto.wire.directory import Directory
from crypto.wire.note import Note, body
from crypto.wire.record import MOST_RECORD, MOST_RECORDS, Record
from intake import publiclog
from intake.clock import days_later
from intake.directories import Standing, first_signed, is_signed
from intake.errors import RefusedError
from intake.store import Change, Store, StoredRecord

Given = tuple[StoredRecord, Record]


def bring_in(
    store: Store, portal: str, standing: Standing, untrusted: Iterator[tuple[str, bytes]], today: str
) -> list[str]:
    """Takes all records of the file, or none, and says in lines what each one is."""
    if standing.newest is None:
        raise RefusedError(f"no directory is in force ({standing.reason})")
    newest = standing.newest.directory
    given = _believed(portal, newest, untrusted, today)
    with store.alone() as change:
        directories = change.directory_hashes()
        manifests = {n: digest for n, _day, digest in change.manifest_heads()}
        for stored, record in given:
            _check_manifest(stored.vault, record, manifests)
            _check_directory(stored.vault, record, directories)
        return [_take(change, newest, stored, today) for stored, _record in given]


def _believed(portal: str, newest: Directory, untrusted: Iterator[tuple[str, bytes]], today: str) -> list[Given]:
    """Every record of the file, signed by its vault, in the one order that is allowed."""
    given: list[Given] = []
    for name, data in untrusted:
        group, _, vault = name.partition("/")
        if group != "record" or (given and vault <= given[-1][0].vault) or len(given) >= MOST_RECORDS:
            raise RefusedError("the file holds more than records, each of another vault and sorted by their names")
        given.append(_signed(portal, newest, vault, data, today))
    if not given:
        raise RefusedError("the file holds no record")
    return given


def _signed(portal: str, newest: Directory, name: str, data: bytes, today: str) -> Given:
    """A record under the key that the newest directory gives an active vault of this name."""
    note = Note.parse(data, MOST_RECORD)
    vault = newest.vault(name)
    if vault is None or vault.status != "active":
        state = "does not name it" if vault is None else f"says that it is {vault.status}"
        raise RefusedError(f"no record of vault {name!r} is taken: directory {newest.seq} {state}")
    if not is_signed(vault, note):
        raise RefusedError(f"the record of {name} is not signed by the key that directory {newest.seq} gives it")
    record = Record.parse(body(note, "record", portal))
    if record.day > days_later(today, DAYS_AHEAD):
        raise RefusedError(f"the record of {name} is from a day that has not come")
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


def _check_manifest(vault: str, record: Record, manifests: dict[int, bytes]) -> None:
    named = record.manifest
    if named is None or manifests.get(named.n) == named.hash:
        return
    here = "which this intake has not made" if named.n not in manifests else "which is another one than here"
    raise RefusedError(f"{vault} has imported a manifest {named.n}, {here}: keep this file, it is evidence")


def _check_directory(vault: str, record: Record, directories: dict[int, bytes]) -> None:
    named = record.directory
    if named.seq not in directories:
        raise RefusedError(f"{vault} has directory {named.seq}, which is not here: import the ceremony file first")
    if directories[named.seq] != named.hash:
        raise RefusedError(f"{vault} has another directory {named.seq} than is here: keep this file, it is evidence")


def _take(change: Change, directory: Directory, record: StoredRecord, today: str) -> str:
    """An older one than the newest under the same key changes nothing, so that nobody has to sort what is carried."""
    said = f"record {record.n} of {record.vault}"
    if change.has_record(record):
        return f"{said}: already here"
    vault = directory.vault(record.vault)
    newest = None if vault is None else first_signed(vault, change.records(record.vault))
    if newest is not None and record.n < newest.n:
        return f"{said}: older than record {newest.n}, which is here: not taken"
    change.add_record(record)
    publiclog.append_record(change, today, record)
    if record.manifest == 0:
        return f"{said}: new, nothing imported yet"
    kept = "in a backup" if record.backed_up else "not in a backup yet"
    return f"{said}: new, up to manifest {record.manifest}, {kept}"
