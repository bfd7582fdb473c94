"""What a vault believes: a directory, the keys that sign its days, the months its own keys must cover. Rules, pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from crypto.errors import FormatError, SignatureError, TrustError
from crypto.public.keys import check_key_file
from crypto.public.trust import Pin, believe, follows
from crypto.secret.identity import public_key
from crypto.sign.sign import public
from crypto.wire.directory import Directory, Epoch, NamedKey
from crypto.wire.message import Routing
from crypto.wire.note import Note, body
from review.refusals import Refused

# Intake takes a message for an epoch from 26 hours before its first day until a week after its last.
_EARLY = timedelta(days=2)
_LATE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """The directory in force and those before it, all bound by hash: newest first. `ahead` are for later days."""

    portal: str
    chain: tuple[Directory, ...]
    ahead: tuple[Directory, ...] = ()

    @property
    def directory(self) -> Directory:
        """The one in force."""
        return self.chain[0]

    def directory_of(self, seq: int) -> Directory:
        """The directory that a message names, or the one in force when it is not known."""
        return next((one for one in self.chain if one.seq == seq), self.directory)

    def intake_keys(self) -> tuple[NamedKey, ...]:
        """Every key that ever was intake's, the newest first."""
        return tuple(dict.fromkeys(one.intake for one in self.chain))

    def intake_keys_on(self, day: str) -> tuple[NamedKey, ...]:
        """Those that may sign this day: from the directory that brings a key until the one that brings another.

        Both may sign the day of the change.
        """
        reigns = [next(run) for _, run in groupby(reversed(self.chain), key=lambda one: one.intake)]
        ends = [*(one.valid_from for one in reigns[1:]), day]
        return tuple(one.intake for one, end in zip(reigns, ends, strict=True) if one.valid_from <= day <= end)

    def epochs_on(self, day: str) -> list[Epoch]:
        """Every epoch, in any of the directories, that a message arriving on this day may have used."""
        arrived = date.fromisoformat(day)
        found = {
            (epoch.id, epoch.keys): epoch
            for directory in self.chain
            for epoch in directory.epochs
            if date.fromisoformat(epoch.from_day) - _EARLY <= arrived < date.fromisoformat(epoch.until_day) + _LATE
        }
        return list(found.values())


def form_belief(pin: Pin, notes: Mapping[int, Note], day: str) -> Belief:
    """The newest of the notes (by `seq`) that is valid from this day or earlier, if the pin allows to believe it.

    All before it must lead to it by hash, and it to all after it, which are believed for their own days. One that has
    expired is still believed, as of its last days: it seals nothing any more, but what was sealed must be opened.
    """
    if not notes:
        raise Refused("no-directory")
    try:
        chain = _chain(notes, pin.portal)
        directories = tuple(_read(note, pin.portal) for note in chain)
        for new, before, note in zip(directories, directories[1:], chain[1:], strict=False):
            follows(before, note.hash(), new)
        first = next((at for at, one in enumerate(directories) if one.valid_from <= day), None)
        if first is None:
            raise TrustError("not-yet-valid")
        for at in range(first + 1):
            believe(pin, chain[at], _changes(chain[at:], pin), _judged_on(directories[at], day))
    except (TrustError, SignatureError, FormatError) as error:
        raise Refused("directory-refused", why=error.code) from None
    if sorted(notes, reverse=True) != [directory.seq for directory in directories]:
        raise Refused("directory-astray")
    return Belief(portal=pin.portal, chain=directories[first:], ahead=directories[:first])


def known_belief(pin: Pin, notes: Mapping[int, Note], believed: int, day: str) -> Belief:
    """What was believed at the last import and what has come into force since, without judging it again."""
    in_force = [seq for seq, note in notes.items() if seq <= believed or _read(note, pin.portal).valid_from <= day]
    upto = {seq: note for seq, note in notes.items() if seq <= max(in_force, default=0)}
    if not upto:
        raise Refused("no-directory")
    return Belief(portal=pin.portal, chain=tuple(_read(note, pin.portal) for note in _chain(upto, pin.portal)))


def check_own(belief: Belief, name: str, signing_seed: bytes) -> None:
    """The directory in force must name this vault with the key it signs with."""
    listed = belief.directory.vault(name)
    if listed is None:
        raise Refused("not-in-directory", vault=name)
    if listed.key != public(signing_seed):
        raise Refused("not-this-vault", vault=name)


def check_active(belief: Belief, name: str, signing_seed: bytes) -> None:
    """The same, and as active: intake takes no record of another vault."""
    listed = belief.directory.vault(name)
    if listed is None or listed.status != "active" or listed.key != public(signing_seed):
        raise Refused("not-active", vault=name)


def check_keys(
    belief: Belief, name: str, seeds: Mapping[str, bytes], key_files: Mapping[bytes, bytes], days: Iterable[str]
) -> None:
    """The vault's private keys must reproduce its public keys for every epoch that these days may have used.

    Otherwise a restored backup would take days it cannot open, and drop what was meant for it (protocol: import is per
    vault).
    """
    epochs = {(epoch.id, epoch.keys): epoch for day in days for epoch in belief.epochs_on(day)}
    for epoch in epochs.values():
        if name not in epoch.vaults:
            continue
        if epoch.keys not in key_files:
            raise Refused("key-file-missing", epoch=epoch.id)
        try:
            expected = check_key_file(epoch, key_files[epoch.keys])[name]
        except TrustError as error:
            raise Refused("directory-refused", why=error.code) from None
        if epoch.id not in seeds or public_key(seeds[epoch.id]) != expected:
            raise Refused("key-missing", epoch=epoch.id, vault=name)


def is_named(directory: Directory, name: str, routing: Routing) -> bool:
    """Whether this routing means the vault: it serves a committee of it, and is neither excluded nor in conflict."""
    return committee_for(directory, name, routing) is not None


def committee_for(directory: Directory, name: str, routing: Routing) -> str | None:
    """The first committee of the routing that this vault serves and may answer for."""
    vault = directory.vault(name)
    if vault is None or name in routing.excluded or set(vault.conflicts) & set(routing.conflicts):
        return None
    committees = (directory.committee(one) for one in routing.committees)
    return next((one.id for one in committees if one is not None and name in one.vaults), None)


def _read(note: Note, portal: str) -> Directory:
    return Directory.parse(body(note, "directory", portal))


def _judged_on(directory: Directory, day: str) -> str:
    """The day nearest to this one on which the directory is valid and has an epoch."""
    asked = date.fromisoformat(day)
    first, end = directory.valid_from, directory.expires
    spans = [(max(epoch.from_day, first), min(epoch.until_day, end)) for epoch in directory.epochs]
    days = [
        min(max(asked, date.fromisoformat(start)), date.fromisoformat(end) - timedelta(days=1))
        for start, end in spans
        if start < end
    ]
    return min(days, key=lambda one: abs(one - asked), default=asked).isoformat()


def _chain(notes: Mapping[int, Note], portal: str) -> list[Note]:
    """The note with the largest `seq` and all before it, as each names the hash of the one before."""
    by_hash = {note.hash(): note for note in notes.values()}
    chain = [notes[max(notes)]]
    while (prev := _read(chain[-1], portal).prev) in by_hash:
        chain.append(by_hash[prev])
    return chain


def _changes(chain: list[Note], pin: Pin) -> list[Note]:
    """The notes after the pin that changed the roots, oldest first."""
    roots, changes = pin.roots, []
    for note in reversed(chain):
        directory = _read(note, pin.portal)
        if directory.seq > pin.seq:
            if directory.roots != roots:
                changes.append(note)
            roots = directory.roots
    return changes
