"""Which directory to believe: a decision over bytes and a day, without input or output (FORMAT.md 4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crypto.errors import FormatError, TrustError
from crypto.public.keys import check_key_file
from crypto.public.verify import note_signers
from crypto.wire.directory import Directory, Epoch, RootChange, RootSet
from crypto.wire.fields import Members, encode_json, is_day, parse_json
from crypto.wire.labels import first_line
from crypto.wire.note import Note, body

MOST_PIN = 8_192
MOST_CHANGES = 256
MOST_CLOCK_DIFFERENCE = timedelta(hours=26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What a release or station believes before it has read anything: the roots in force at `seq`."""

    portal: str
    seq: int
    roots: RootSet

    @classmethod
    def parse(cls, data: bytes) -> "Pin":
        """From the bytes of `portal.json`."""
        members = Members(parse_json(data, most=MOST_PIN), "pin")
        members.integer("v", least=1, most=1)
        pin = cls(
            portal=members.portal("portal"),
            seq=members.integer("seq", least=1),
            roots=RootSet.parse(members.take("roots")),
        )
        members.end()
        return pin

    def encode(self) -> bytes:
        """The bytes of `portal.json`."""
        return encode_json({"v": 1, "portal": self.portal, "seq": self.seq, "roots": self.roots.to_json()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """A directory that passed every check on `day`, and the epoch of that day."""

    portal: str
    directory: Directory
    note: Note
    day: str
    epoch: Epoch

    def vault_keys(self, key_file: bytes) -> dict[str, bytes]:
        """Vault name -> public key (1,216 bytes) of the day's epoch, of every vault, also of those not active."""
        return check_key_file(self.epoch, key_file)


def agreed_day(now: datetime, server: datetime | None, chosen: str | None = None) -> str:
    """The UTC day of the reader's clock, or the one that the person chose.

    Raises `TrustError` when the server's clock differs by more than 26 hours and nobody chose.
    """
    if chosen is not None:
        if not is_day(chosen):
            raise FormatError("day")
        return chosen
    if server is not None and abs(now - server) > MOST_CLOCK_DIFFERENCE:
        raise TrustError("clocks-apart")
    return now.astimezone(UTC).date().isoformat()


def follows(before: Directory, digest: bytes, new: Directory) -> None:
    """Returns when `new` is the very next directory after `before`, whose note has this hash (32 bytes).

    Raises `TrustError` otherwise, so that of two directories with one `seq` only one can be kept.
    """
    if new.seq != before.seq + 1:
        raise TrustError("sequence-gap")
    if new.prev != digest:
        raise TrustError("broken-prev")


def believe(pin: Pin, newest: Note, changes: Sequence[Note], day: str, min_seq: int = 1) -> Believed:
    """The newest directory, or the first reason not to believe it as `TrustError`, `SignatureError` or `FormatError`.

    `changes` are the notes that changed the roots since the pin or an older one, oldest first; `min_seq` is the largest
    smallest-`seq` that the reader knows from elsewhere.
    """
    roots, last = _walk(pin, changes)
    directory = _read(newest, pin.portal)
    if last is None or newest.hash() != last.hash:
        _check_newest(newest, directory, roots, last)
    if directory.seq < max(pin.seq, min_seq):
        raise TrustError("sequence-too-small")
    if day < directory.valid_from:
        raise TrustError("not-yet-valid")
    if day >= directory.expires:
        raise TrustError("expired")
    epoch = directory.epoch_on(day)
    if epoch is None:
        raise TrustError("missing-epoch")
    return Believed(portal=pin.portal, directory=directory, note=newest, day=day, epoch=epoch)


def _walk(pin: Pin, changes: Sequence[Note]) -> tuple[RootSet, RootChange | None]:
    """Follows the root changes after the pin; each is signed by the roots before it and by its own.

    Each names the one before it, which a directory can do only with a larger `seq` (FORMAT.md 4.1).
    """
    if len(changes) > MOST_CHANGES:
        raise TrustError("broken-walk")
    roots, last = pin.roots, None
    for note in changes:
        directory = _read(note, pin.portal)
        if directory.seq <= pin.seq:
            continue
        if last is not None and directory.root_change != last:
            raise TrustError("broken-walk")
        signers = _signers(note, roots, directory.roots)
        if not (_enough(signers, roots) and _enough(signers, directory.roots)):
            raise TrustError("root-change-unsigned")
        roots = directory.roots
        last = RootChange(seq=directory.seq, hash=note.hash())
    return roots, last


def _check_newest(note: Note, directory: Directory, roots: RootSet, last: RootChange | None) -> None:
    if not _enough(_signers(note, roots), roots):
        raise TrustError("too-few-signatures")
    if directory.roots != roots:
        raise TrustError("root-change-unsigned")
    if last is not None and directory.root_change != last:
        raise TrustError("broken-walk")


def _read(note: Note, portal: str) -> Directory:
    label = note.text.split(b"\n", 1)[0]
    named = first_line("directory", "").encode("ascii")
    if label.startswith(named) and label != first_line("directory", portal).encode("ascii"):
        raise TrustError("wrong-portal")
    return Directory.parse(body(note, "directory", portal))


def _signers(note: Note, *root_sets: RootSet) -> frozenset[bytes]:
    """The keys that signed; a signer that is no root is refused, not ignored."""
    named = {(one.name, one.key): one for roots in root_sets for one in roots.keys}.values()
    signers = note_signers(note, named)
    if {one.name for one in signers} != {line.name for line in note.signatures}:
        raise TrustError("unknown-root")
    return frozenset(one.key for one in signers)


def _enough(signers: frozenset[bytes], roots: RootSet) -> bool:
    return sum(one.key in signers for one in roots.keys) >= roots.threshold
