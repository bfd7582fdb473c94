"""How an intake is, in lines, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass

from crypto.errors import CryptoError
from crypto.public.keys import check_key_file
from crypto.sign.sign import public
from crypto.wire.day import DayManifest
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url, parse_json
from crypto.wire.note import Note, body
from intake import config, database, files
from intake.config import Config
from intake.directories import Standing
from intake.errors import IntakeError
from intake.store import Look, Store

MANY, TOO_MANY = 0.5, 0.9
"""Shares of the room for submissions from which on this says so, and does not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Lines that say how things are, and reasons why this intake must not go on as it is."""

    state: tuple[str, ...]
    wrong: tuple[str, ...]


def check(settings: Config, store: Store, standing: Standing, today: str) -> Report:
    """Looks at the folder, the directory in force, and everything that was ever closed."""
    used = database.bytes_used(store.engine)
    with store.look() as look:
        state = (
            f"portal: {settings.pin.portal}" + (" (demo)" if settings.demo else ""),
            *(f"database: {name} {value}" for name, value in database.sqlite_settings(store.engine).items()),
            *_warnings(settings, used),
            _directory_line(standing),
            *(f"{name}: {count}" for name, count in look.count().items() if name != "state"),
            f"closed until: {look.open_from()}",
        )
        wrong = (
            *_folder(settings),
            *_room(settings, used),
            *_standing(look, settings, standing),
            *_days(look, settings.pin.portal, today),
            *_log(look),
        )
    return Report(state=state, wrong=wrong)


def _warnings(settings: Config, used: int | None) -> Iterator[str]:
    if not database.is_sqlite(settings.database):
        yield f"warning: {database.TRACES}"
    if used is not None and MANY < used / settings.limits.database_bytes <= TOO_MANY:
        yield f"warning: {_how_full(settings, used)}"


def _room(settings: Config, used: int | None) -> Iterator[str]:
    if used is not None and used / settings.limits.database_bytes > TOO_MANY:
        yield _how_full(settings, used)


def _how_full(settings: Config, used: int) -> str:
    share = 100 * used // settings.limits.database_bytes
    return f"the database holds {share} % of what it may ([limits] database_bytes), and nothing is removed by itself"


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
    if look.open_from() < today:
        yield f"days since {look.open_from()} are not closed: run `intake close-day`"
    prev = None
    for number, (n, _day, digest) in enumerate(look.manifest_heads(), 1):
        note = Note.parse(look.manifest(n) or b"")
        manifest = DayManifest.parse(body(note, "day", portal))
        if (manifest.n, manifest.n, manifest.prev, note.hash()) != (n, number, prev, digest):
            yield f"manifest {n} does not follow the one before"
        gone = frozenset(submission_id for submission_id, _reason in look.gone(n))
        for entry in manifest.entries:
            envelope = look.envelope(entry.id)
            if (envelope is None) != (entry.id in gone) or (envelope and sha256(envelope) != entry.sha256):
                yield f"an envelope of manifest {n} is missing or altered"
        prev = digest


def _log(look: Look) -> Iterator[str]:
    """The chain of the public log."""
    prev: bytes | None = None
    for number, line in enumerate(look.whole_log(), 1):
        value = parse_json(line, most=1_024)
        named = None if value["prev"] is None else from_base64url(value["prev"], 32)
        if value["n"] != number or named != prev:
            yield f"line {number} of the public log does not follow the one before"
        prev = sha256(line)
