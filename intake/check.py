"""How an intake is, in lines, and what is wrong with it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from crypto.errors import CryptoError
from crypto.public.keys import check_key_file
from crypto.sign.sign import public
from crypto.wire.day import DayManifest, Entry
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url, parse_json
from crypto.wire.note import Note, body
from intake import config, database, files, postgresql
from intake.clock import days_later
from intake.closing import wrong_clock
from intake.config import Config
from intake.directories import Standing
from intake.errors import IntakeError
from intake.purge import manifests_left, readers
from intake.retention import Behind
from intake.store import Look, Store

MANY, TOO_MANY = 0.5, 0.9
"""Shares of the room for submissions from which on this says so, and does not go on."""
LATE_DAYS, LAST_DAYS = 20, 14
"""A manifest so old without a backup is said; so shortly before the limit, this does not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Lines that say how things are, and reasons why this intake must not go on as it is."""

    state: tuple[str, ...]
    wrong: tuple[str, ...]


def check(settings: Config, store: Store, standing: Standing, today: str) -> Report:
    """Looks at the folder, the directory in force, and everything that was ever closed."""
    used = database.bytes_used(store.engine)
    with store.look() as look:
        behind = _behind(look, settings, today)
        state = (
            f"portal: {settings.pin.portal}" + (" (demo)" if settings.demo else ""),
            *(f"database: {name} {value}" for name, value in database.sqlite_settings(store.engine).items()),
            *_warnings(settings, used),
            *_little_room(store),
            *(f"warning: {_late(one)}" for one in behind if not _is_last(one, today)),
            _directory_line(standing),
            *(f"{name}: {count}" for name, count in look.count().items() if name != "state"),
            f"closed until: {look.open_from()}",
            _staged_line(look, settings),
            f"deleted at the limit, before every vault had a backup: {sum(look.early().values())}",
        )
        wrong = (
            *_folder(settings),
            *_room(settings, used),
            *_standing(look, settings, standing),
            *(_late(one) for one in behind if _is_last(one, today)),
            *_days(look, settings.pin.portal, today),
            *_open_parts(look),
            *_log(look),
            *postgresql.other_settings(store.engine),
        )
    return Report(state=state, wrong=wrong)


def _warnings(settings: Config, used: int | None) -> Iterator[str]:
    if not database.is_sqlite(settings.database):
        yield f"warning: {database.TRACES}"
    if used is not None and MANY < used / settings.limits.database_bytes <= TOO_MANY:
        yield f"warning: {_how_full(settings, used)}"


def _little_room(store: Store) -> Iterator[str]:
    """Closing a day writes the file anew, and ends before that where the disk has no room for it."""
    room = database.room_to_settle(store.engine)
    if room is not None and room[1] < room[0]:
        yield (
            f"warning: {room[1] // 2**20} MiB are free on the disk, and closing a day takes {room[0] // 2**20}"
            " (deploy/INTAKE.md)"
        )


def _room(settings: Config, used: int | None) -> Iterator[str]:
    if used is not None and used / settings.limits.database_bytes > TOO_MANY:
        yield _how_full(settings, used)


def _how_full(settings: Config, used: int) -> str:
    share = 100 * used // settings.limits.database_bytes
    return f"the database holds {share} % of what it may ([limits] database_bytes)"


def _behind(look: Look, settings: Config, today: str) -> list[Behind]:
    """Vaults that have not recorded a backup of what is here for so long that somebody should go and see."""
    judged = readers(look, settings.pin.portal, today, settings.limits.retention_days)
    return [one for one in judged.behind(manifests_left(look)) if one.days >= LATE_DAYS or _is_last(one, today)]


def _is_last(one: Behind, today: str) -> bool:
    return today >= days_later(one.last, -LAST_DAYS)


def _late(one: Behind) -> str:
    who = "no vault is left that has" if one.vault is None else f"vault {one.vault} has not recorded"
    return f"{who} a backup of manifest {one.n}, {one.days} days old; it is deleted on {one.last} at the latest"


def _staged_line(look: Look, settings: Config) -> str:
    staged, most = look.count_staged(), settings.limits.staged_parts
    return f"parts that wait for their envelope: {staged}, {100 * staged // most} % of what may"


def _directory_line(standing: Standing) -> str:
    if standing.newest is None:
        return "directory: none"
    directory = standing.newest.directory
    return f"directory: {directory.seq}, from {directory.valid_from} until {directory.expires}"


def _folder(settings: Config) -> Iterator[str]:
    if not files.is_private(settings.folder):
        yield f"{settings.folder} may be read by others"
    for name in (config.SETTINGS, config.PIN):
        if not files.is_private(settings.folder / name):
            yield f"{name} may be read by others"


def _standing(look: Look, settings: Config, standing: Standing) -> Iterator[str]:
    if standing.believed is None or standing.newest is None:
        yield f"no directory is in force ({standing.reason}): the form is closed"
        return
    try:
        if public(config.read_key(settings.folder)) != standing.newest.directory.intake.key:
            yield "the directory names another intake key than DIR/intake.key"
    except IntakeError as error:
        yield str(error)
    for epoch in standing.newest.directory.epochs:
        try:
            check_key_file(epoch, look.key_file(epoch.keys) or b"")
        except CryptoError as error:
            yield f"the key file of {epoch.id} is not right ({error.code})"


def _days(look: Look, portal: str, today: str) -> Iterator[str]:
    """The chain of manifests, and that every entry is held or listed as gone."""
    if wrong := wrong_clock(today, look.open_from()):
        yield wrong
    elif look.open_from() < today:
        yield f"days since {look.open_from()} are not closed: run `intake close-day`"
    gone = {submission_id for _n, submission_id, _reason in look.all_gone()}
    prev, before = None, ""
    for number, (n, day, digest) in enumerate(look.manifest_heads(), 1):
        note = Note.parse(look.manifest(n) or b"")
        manifest = DayManifest.parse(body(note, "day", portal))
        if (manifest.n, manifest.n, manifest.prev, note.hash()) != (n, number, prev, digest):
            yield f"manifest {n} does not follow the one before"
        if manifest.day < before or manifest.day != day:
            yield f"manifest {n} is of {manifest.day}, before or beside the days around it: no station takes it"
        for entry in manifest.entries:
            yield from _entry(look, n, entry, gone=entry.id in gone)
        prev, before = digest, manifest.day


def _entry(look: Look, n: int, entry: Entry, *, gone: bool) -> Iterator[str]:
    """One part in memory at a time."""
    envelope = look.envelope(entry.id)
    if (envelope is None) != gone or (envelope and sha256(envelope) != entry.sha256):
        yield f"an envelope of manifest {n} is missing or altered"
    if [(one.name, one.sha256) for one in look.parts(entry.id)] != [(one.name, one.sha256) for one in entry.parts]:
        yield f"an entry of manifest {n} has other parts than it lists"
    for part in entry.parts:
        data = look.part(entry.id, part.name)
        if (data is None) != gone or (data and sha256(data) != part.sha256):
            yield f"a part of manifest {n} is missing or altered"


def _open_parts(look: Look) -> Iterator[str]:
    """What stands in no manifest yet."""
    if stray := look.stray_parts():
        yield f"parts of no submission: {stray}"
    if miscounted := look.miscounted():
        yield f"submissions that wait for their envelope with another number of parts than is here: {miscounted}"
    altered = sum(sha256(look.part(one.id, one.name) or b"") != one.sha256 for one in look.open_parts())
    if altered:
        yield f"parts that are missing or altered before their day was closed: {altered}"


def _log(look: Look) -> Iterator[str]:
    """The chain of the public log, and that it says what was deleted early and what vaults recorded."""
    prev: bytes | None = None
    early, records = Counter[int](), 0
    for number, line in enumerate(look.whole_log(), 1):
        value = parse_json(line, most=1_024)
        named = None if value["prev"] is None else from_base64url(value["prev"], 32)
        if value["n"] != number or named != prev:
            yield f"line {number} of the public log does not follow the one before"
        prev = sha256(line)
        early[value["seq"]] += value["count"] if value["kind"] == "limit" else 0
        records += value["kind"] == "record"
    if +early != Counter(look.early()):
        yield "the public log counts other early deletions than there were"
    if records != look.count()["record"]:
        yield "the public log has another number of records than is here"
