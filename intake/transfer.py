"""What is carried out of intake: the bundle of all closed days, and of today so far (FORMAT.md 9.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path

from crypto.wire.container import write_container
from crypto.wire.day import DayManifest, Entry, Gone, GoneEntry
from crypto.wire.fields import to_base64url
from intake import files
from intake.closing import Signer, entries_of
from intake.errors import RefusedError
from intake.manifests import listed, note_of
from intake.store import Look, Store

GoneIds = dict[int, frozenset[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How many manifests a bundle holds, and whether what came today; not while earlier days are not closed."""

    manifests: int
    today: bool


def export(store: Store, signer: Signer, out: Path, today: str) -> Exported:
    """Writes the bundle; the same database and day give the same bytes, for every station."""
    with store.look() as look:
        count, whole = look.manifest_end(), look.open_from() == today
        with files.replacing(out) as target:
            write_container(target, bundle(look, signer, today))
    return Exported(manifests=0 if count is None else count[0], today=whole)


def bundle(look: Look, signer: Signer, today: str) -> Iterator[tuple[str, bytes]]:
    """The members in their order, one at a time."""
    yield "format", f"sealed-intake/bundle/v2 {signer.portal}\n".encode("ascii")
    for seq, note in look.directories():
        yield f"directory/{seq:08}", note
    for sha256, data in look.key_files():
        yield f"keys/{to_base64url(sha256)}", data
    for sha256, data in look.post_keys():
        yield f"post-key/{to_base64url(sha256)}", data
    for n, _day, _hash in look.manifest_heads():
        yield f"day/{n:08}", note_of(look, n)
    gone: GoneIds = {}
    for n, group in groupby(look.all_gone(), itemgetter(0)):
        entries = tuple(GoneEntry(id=submission_id, reason=reason) for _n, submission_id, reason in group)
        gone[n] = frozenset(entry.id for entry in entries)
        yield f"gone/{n:08}", signer.sign("gone", Gone(n=n, day=today, entries=entries).encode())
    so_far = _so_far(look, today)
    if so_far is not None:
        yield f"today/{so_far.n:08}", signer.sign("today", so_far.encode())
    of_today = [] if so_far is None else [(so_far.n, entry) for entry in so_far.entries]
    for n, entry in _left(look, signer.portal, gone):
        yield _envelope(n, entry, look.envelope(entry.id))
    for n, entry in of_today:
        yield _envelope(n, entry, look.open_envelope(entry.id))
    for n, entry in chain(_left(look, signer.portal, gone), of_today):
        yield from _parts(look, n, entry)


def _so_far(look: Look, today: str) -> DayManifest | None:
    """What came today, as a manifest that is never recorded (FORMAT.md 9.1); nothing unless all before is closed."""
    if look.open_from() != today:
        return None
    last, prev = look.manifest_end() or (0, None)
    return DayManifest(n=last + 1, day=today, prev=prev, entries=entries_of(look, today))


def _left(look: Look, portal: str, gone: GoneIds) -> Iterator[tuple[int, Entry]]:
    """Every entry that is not gone, with the number of its manifest, in order."""
    for n in look.left():
        for entry in listed(look, portal, n):
            if entry.id not in gone.get(n, frozenset()):
                yield n, entry


def _envelope(n: int, entry: Entry, data: bytes | None) -> tuple[str, bytes]:
    if data is None:
        raise RefusedError(f"an envelope of manifest {n} is missing and not listed as gone")
    return f"envelope/{n:08}/{to_base64url(entry.id)}", data


def _parts(look: Look, n: int, entry: Entry) -> Iterator[tuple[str, bytes]]:
    """One at a time: a bundle may be far larger than the memory."""
    for part in entry.parts:
        data = look.part(entry.id, part.name)
        if data is None:
            raise RefusedError(f"a part of manifest {n} is missing and not listed as gone")
        yield f"part/{n:08}/{to_base64url(entry.id)}/{to_base64url(part.name)}", data
