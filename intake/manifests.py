"""What the manifests that were made list."""

from crypto.wire.day import DayManifest, Entry
from crypto.wire.note import Note, body
from intake.errors import RefusedError
from intake.store import Look


def note_of(look: Look, n: int) -> bytes:
    """The note of a manifest."""
    note = look.manifest(n)
    if note is None:
        raise RefusedError(f"manifest {n} is missing")
    return note


def listed(look: Look, portal: str, n: int) -> tuple[Entry, ...]:
    """Its entries, also those that are gone."""
    return DayManifest.parse(body(Note.parse(note_of(look, n)), "day", portal)).entries
