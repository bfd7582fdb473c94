"""What is carried out of intake: the bundle of all closed days (FORMAT.md 9.3)."""

from collections.abc import Iterator
from pathlib import Path

from crypto.wire.container import write_container
from crypto.wire.day import DayManifest, Gone, GoneEntry
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note, body
from intake import files
from intake.closing import Signer
from intake.errors import RefusedError
from intake.store import Look, Store


def export(store: Store, signer: Signer, out: Path, today: str) -> int:
    """Writes the bundle and returns how many days it holds; the same database and day give the same bytes."""
    with store.look() as look:
        count = look.manifest_end()
        with files.replacing(out) as target:
            write_container(target, bundle(look, signer, today))
    return 0 if count is None else count[0]


def bundle(look: Look, signer: Signer, today: str) -> Iterator[tuple[str, bytes]]:
    """The members in their order, one at a time."""
    yield "format", f"sealed-intake/bundle/v1 {signer.portal}\n".encode("ascii")
    for seq, note in look.directories():
        yield f"directory/{seq:08}", note
    for sha256, data in look.key_files():
        yield f"keys/{to_base64url(sha256)}", data
    for sha256, data in look.post_keys():
        yield f"post-key/{to_base64url(sha256)}", data
    numbers = [n for n, _day, _hash in look.manifest_heads()]
    for n in numbers:
        yield f"day/{n:08}", _manifest(look, n)
    for n in numbers:
        if gone := look.gone(n):
            yield f"gone/{n:08}", _gone(n, gone, signer, today)
    for n in numbers:
        absent = frozenset(submission_id for submission_id, _reason in look.gone(n))
        yield from _envelopes(look, signer.portal, n, absent)


def _manifest(look: Look, n: int) -> bytes:
    note = look.manifest(n)
    if note is None:
        raise RefusedError(f"manifest {n} is missing")
    return note


def _gone(n: int, gone: list[tuple[bytes, str]], signer: Signer, today: str) -> bytes:
    entries = tuple(GoneEntry(id=submission_id, reason=reason) for submission_id, reason in gone)
    return signer.sign("gone", Gone(n=n, day=today, entries=entries).encode())


def _envelopes(look: Look, portal: str, n: int, absent: frozenset[bytes]) -> Iterator[tuple[str, bytes]]:
    manifest = DayManifest.parse(body(Note.parse(_manifest(look, n)), "day", portal))
    for entry in manifest.entries:
        if entry.id in absent:
            continue
        envelope = look.envelope(entry.id)
        if envelope is None:
            raise RefusedError(f"an envelope of manifest {n} is missing and not listed as gone")
        yield f"envelope/{n:08}/{to_base64url(entry.id)}", envelope
