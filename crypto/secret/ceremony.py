"""Makes a directory from a plan and the vaults' offers, and signs it: pure steps over values.

The apps ask people and write files; nothing here reads a clock or a disk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crypto.errors import FormatError
from crypto.public.seal import seal
from crypto.public.trust import Pin
from crypto.secret.offer import Offer
from crypto.sign.sign import public, sign_note
from crypto.wire.digest import sha256
from crypto.wire.directory import (
    INTAKE_SIGNER,
    Committee,
    Directory,
    Epoch,
    NamedKey,
    PostKey,
    RootChange,
    RootSet,
    Vault,
)
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note, body, compose

VALID_DAYS = 98


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultPlan:
    """What the directory will say of a vault besides its keys."""

    id: str
    titles: Mapping[str, str]
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What people decide before a ceremony. `intake_key` and the roots' keys are Ed25519 public keys (32 bytes)."""

    portal: str
    committees: tuple[Committee, ...]
    vaults: tuple[VaultPlan, ...]
    roots: RootSet
    intake_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A directory ready to be signed, with what it names by hash: key files, and post keys sealed to the vaults."""

    portal: str
    directory: Directory
    key_files: tuple[bytes, ...]
    post_keys: tuple[bytes, ...]
    changes_roots: bool = False

    def text(self) -> bytes:
        """The bytes that roots sign."""
        return compose("directory", self.portal, self.directory.encode())

    def pin(self) -> Pin:
        """What releases and stations are given to start from. A root change is no start (FORMAT.md 4.4)."""
        if self.changes_roots:
            raise FormatError("pin of a root change")
        return Pin(portal=self.portal, seq=self.directory.seq, roots=self.directory.roots)


def propose(plan: Plan, offers: Sequence[Offer], post_seed: bytes, day: str, history: Sequence[Note] = ()) -> Proposal:
    """The next directory, valid for 98 days from `day`.

    Every vault of the plan must have offered keys for the same epochs, one of which contains `day`. `post_seed` is the
    fresh Ed25519 seed (32 bytes) of a post key; it is sealed to all vaults' keys of the first epoch. `history` is every
    directory note so far, oldest first.
    """
    epochs = _epoch_ids(plan, offers)
    given = {offer.vault: offer for offer in offers}
    order = tuple(vault.id for vault in plan.vaults)
    key_files = tuple(b"".join(given[vault].epochs[epoch] for vault in order) for epoch in epochs)
    before = _read(history[-1], plan.portal) if history else None
    expires = (date.fromisoformat(day) + timedelta(days=VALID_DAYS)).isoformat()
    directory = Directory(
        seq=1 if before is None else before.seq + 1,
        prev=history[-1].hash() if history else None,
        root_change=_root_change(history, plan.portal),
        min_seq=1 if before is None else before.min_seq,
        valid_from=day,
        expires=expires,
        roots=plan.roots,
        intake=NamedKey(name=INTAKE_SIGNER, key=plan.intake_key),
        post=(PostKey(key=public(post_seed), from_day=day, until_day=expires),),
        epochs=tuple(_epoch(one, order, data) for one, data in zip(epochs, key_files, strict=True)),
        ended=() if before is None else before.ended,
        committees=plan.committees,
        vaults=tuple(_vault(vault, given[vault.id], day) for vault in plan.vaults),
        lost=() if before is None else before.lost,
    )
    sealed = seal(post_seed, [given[vault].epochs[epochs[0]] for vault in order])
    # What will be signed is what readers will accept: parsing applies all their rules.
    return Proposal(
        portal=plan.portal,
        directory=Directory.parse(directory.encode()),
        key_files=key_files,
        post_keys=(sealed,),
        changes_roots=before is not None and before.roots != plan.roots,
    )


def sign_proposal(proposal: Proposal, seeds: Mapping[str, bytes]) -> Note:
    """The note, signed by the roots whose names and seeds (32 bytes) are given."""
    keys = {one.name: one.key for one in proposal.directory.roots.keys}
    for name, seed in seeds.items():
        if keys.get(name) != public(seed):
            raise FormatError(f"root {name} is not in the proposal")
    if len(seeds) < proposal.directory.roots.threshold:
        raise FormatError("too few roots")
    text = proposal.text()
    return Note(text=text, signatures=tuple(sign_note(text, name, seed) for name, seed in sorted(seeds.items())))


def ceremony_members(proposal: Proposal, notes: Sequence[Note]) -> list[tuple[str, bytes]]:
    """The members of a ceremony file (FORMAT.md 11.2): all directory notes, oldest first, key files, post keys."""
    first = f"sealed-intake/ceremony/v1 {proposal.portal}\n".encode("ascii")
    numbered = [(_read(note, proposal.portal).seq, note) for note in notes]
    return [
        ("format", first),
        *((f"directory/{seq:08d}", note.encode()) for seq, note in numbered),
        *((f"keys/{to_base64url(sha256(data))}", data) for data in proposal.key_files),
        *((f"post-key/{to_base64url(sha256(data))}", data) for data in proposal.post_keys),
    ]


def _epoch_ids(plan: Plan, offers: Sequence[Offer]) -> tuple[str, ...]:
    planned, offered = [vault.id for vault in plan.vaults], [offer.vault for offer in offers]
    if sorted(planned) != sorted(offered):
        raise FormatError("offers do not match the vaults of the plan")
    epochs = {tuple(sorted(offer.epochs)) for offer in offers}
    if len(epochs) != 1 or not (found := epochs.pop()):
        raise FormatError("offers name different epochs")
    return found


def _epoch(epoch_id: str, order: tuple[str, ...], key_file: bytes) -> Epoch:
    first = date.fromisoformat(f"{epoch_id}-01")
    until = (first + timedelta(days=31)).replace(day=1)
    return Epoch(
        id=epoch_id,
        from_day=first.isoformat(),
        until_day=until.isoformat(),
        vaults=order,
        keys=sha256(key_file),
    )


def _vault(plan: VaultPlan, offer: Offer, day: str) -> Vault:
    return Vault(
        id=plan.id,
        titles=plan.titles,
        quorum=(1, 1),
        key=offer.key,
        conflicts=plan.conflicts,
        openpgp=None,
        status="active",
        from_day=day,
        until_day=None,
    )


def _read(note: Note, portal: str) -> Directory:
    return Directory.parse(body(note, "directory", portal))


def _root_change(history: Sequence[Note], portal: str) -> RootChange | None:
    """The newest note of the history that changed the roots; the first note counts as one."""
    change, roots = None, None
    for note in history:
        directory = _read(note, portal)
        if directory.roots != roots:
            change, roots = RootChange(seq=directory.seq, hash=note.hash()), directory.roots
    return change
