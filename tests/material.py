"""A whole ceremony in memory, for tests: roots, vaults, directories, key files, envelopes and posts.

    portal = make_portal()                       directory 1, valid from DAY, keys for three months
    later = portal.next(min_seq=2)               directory 2, which follows it
    portal.pin_bytes()                           portal.json
    later.ceremony_file()                        everything so far, as `intake import` takes it
    portal.envelope(committees=("cat",))         sealed to the vaults of a committee
    portal.post([(address, slot), ...], DAY)     as a station exports it

The secrets are at hand; nothing here protects anything.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from crypto.public.keys import check_key_file
from crypto.public.routing import readers
from crypto.public.seal import seal_envelope, seal_slot
from crypto.public.trust import Pin
from crypto.secret import identity
from crypto.secret.ceremony import Plan, Proposal, VaultPlan, ceremony_members, propose
from crypto.secret.offer import Offer
from crypto.secret.receipt_keys import ReceiptKeys
from crypto.sign.sign import public, sign_note, signed_note, signing_key
from crypto.wire.age import SLOT_PLAINTEXT
from crypto.wire.container import write_container
from crypto.wire.digest import sha256
from crypto.wire.directory import Committee, Directory, NamedKey, RootSet
from crypto.wire.fields import to_base64url
from crypto.wire.frame import MESSAGE_FRAMES
from crypto.wire.message import LANGUAGES
from crypto.wire.note import Note
from crypto.wire.post import Post, PostSlot

PORTAL = "test.sealed-intake"
DAY = "2026-11-10"
EPOCHS = ("2026-11", "2026-12", "2027-01")
Committees = Mapping[str, tuple[str, tuple[str, ...]]]
"""Arrangement and vaults of each committee."""

COMMITTEES: Committees = {
    "ccpr": ("single", ()),
    "cat": ("single", ("cat",)),
    "ced": ("single", ("ced",)),
    "cmw": ("joint", ("cmw-1", "cmw-2")),
    "desk": ("desk", ("desk",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSecrets:
    """What a vault keeps to itself: an Ed25519 seed, and an X-Wing seed for each epoch."""

    sign_seed: bytes = field(repr=False)
    seeds: Mapping[str, bytes] = field(repr=False)

    def offer(self, vault: str) -> Offer:
        """The public half, as the ceremony takes it."""
        keys = {epoch: identity.public_key(seed) for epoch, seed in self.seeds.items()}
        return Offer(vault=vault, key=public(self.sign_seed), epochs=keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """One directory, its history, and every secret behind it."""

    name: str
    roots: Mapping[str, bytes] = field(repr=False)
    vaults: Mapping[str, VaultSecrets] = field(repr=False)
    intake_seed: bytes = field(repr=False)
    post_seed: bytes = field(repr=False)
    proposal: Proposal
    notes: tuple[Note, ...]
    pin: Pin

    @property
    def directory(self) -> Directory:
        """The newest directory."""
        return self.proposal.directory

    def pin_bytes(self) -> bytes:
        """`portal.json`, as the first ceremony made it."""
        return self.pin.encode()

    def key_file(self, epoch: str) -> bytes:
        """The key file of one epoch."""
        return self.proposal.key_files[[one.id for one in self.directory.epochs].index(epoch)]

    def ceremony_file(self, notes: Sequence[Note] | None = None) -> bytes:
        """All directories so far, with the newest one's key files and post keys."""
        return container(ceremony_members(self.proposal, self.notes if notes is None else notes))

    def next(self, *, day: str = DAY, roots: Mapping[str, bytes] | None = None, **changes: Any) -> "Portal":
        """A directory that follows, with other members where `changes` says so, signed by the old and new roots."""
        new_roots = self.roots if roots is None else roots
        plan = make_plan(self.name, new_roots, self.intake_seed)
        offers = [secrets.offer(vault) for vault, secrets in self.vaults.items()]
        proposal = propose(plan, offers, self.post_seed, day, self.notes)
        proposal = replace(proposal, directory=replace(proposal.directory, **changes))
        note = sign(proposal, {**self.roots, **new_roots})
        return replace(self, roots=new_roots, proposal=proposal, notes=(*self.notes, note))

    def envelope(self, size: int = 0, *, committees: Sequence[str] = ("cat",), epoch: str = EPOCHS[0]) -> bytes:
        """A frame of zeros of one of the four sizes (0 to 3), sealed to the committees' vaults."""
        return self.seal(bytes(MESSAGE_FRAMES[size]), committees=committees, epoch=epoch)

    def seal(self, frame: bytes, *, committees: Sequence[str] = ("cat",), epoch: str = EPOCHS[0]) -> bytes:
        """A frame, sealed to the vaults of these committees."""
        found = self.directory.epoch(epoch)
        assert found is not None
        keys = check_key_file(found, self.key_file(epoch))
        return seal_envelope(frame, [keys[vault] for vault in readers(self.directory, found, committees)])

    def post(self, slots: Sequence[tuple[bytes, bytes]], day: str = DAY, *, seed: bytes | None = None) -> bytes:
        """A post of (mailbox address, slot) pairs, signed with the post key unless another seed is given."""
        listed = [PostSlot(mailbox=address, sha256=sha256(slot)) for address, slot in slots]
        bodies = {sha256(slot): slot for _address, slot in slots}
        post = Post(day=day, slots=tuple(sorted(listed, key=lambda one: one.sha256)))
        note = signed_note("post", self.name, post.encode(), "post", self.post_seed if seed is None else seed)
        return container(
            [
                ("format", f"sealed-intake/post/v1 {self.name}\n".encode("ascii")),
                ("post", note),
                *((f"slot/{to_base64url(one.sha256)}", bodies[one.sha256]) for one in post.slots),
            ]
        )


def make_portal(
    name: str = PORTAL,
    day: str = DAY,
    epochs: Sequence[str] = EPOCHS,
    roots: int = 3,
    committees: Committees = COMMITTEES,
) -> Portal:
    """A portal after its first ceremony; two roots must sign."""
    root_seeds = make_roots(roots)
    served = [vault for _arrangement, vaults in committees.values() for vault in vaults]
    vaults = {
        vault: VaultSecrets(sign_seed=signing_key(), seeds={epoch: identity.new_seed() for epoch in epochs})
        for vault in served
    }
    intake_seed, post_seed = signing_key(), signing_key()
    offers = [secrets.offer(vault) for vault, secrets in vaults.items()]
    proposal = propose(make_plan(name, root_seeds, intake_seed, committees), offers, post_seed, day)
    return Portal(
        name=name,
        roots=root_seeds,
        vaults=vaults,
        intake_seed=intake_seed,
        post_seed=post_seed,
        proposal=proposal,
        notes=(sign(proposal, root_seeds),),
        pin=proposal.pin(),
    )


def make_roots(count: int, first: int = 1) -> dict[str, bytes]:
    """Fresh seeds for `root-1`, `root-2` and so on."""
    return {f"root-{number}": signing_key() for number in range(first, first + count)}


def make_plan(name: str, roots: Mapping[str, bytes], intake_seed: bytes, committees: Committees = COMMITTEES) -> Plan:
    """Four committees that are open and one that is not, or others."""
    return Plan(
        portal=name,
        committees=tuple(
            Committee(
                id=committee,
                names={language: f"{committee} ({language})" for language in LANGUAGES},
                arrangement=arrangement,
                vaults=vaults,
                status="open" if vaults else "not-open",
                contact=f"{committee}@example.org",
            )
            for committee, (arrangement, vaults) in committees.items()
        ),
        vaults=tuple(
            VaultPlan(id=vault, titles={language: f"Reader {vault} ({language})" for language in LANGUAGES})
            for _arrangement, vaults in committees.values()
            for vault in vaults
        ),
        roots=RootSet(threshold=2, keys=tuple(NamedKey(name=root, key=public(seed)) for root, seed in roots.items())),
        intake_key=public(intake_seed),
    )


def sign(proposal: Proposal, roots: Mapping[str, bytes]) -> Note:
    """The note, signed by these roots, whoever they are."""
    text = proposal.text()
    return Note(text=text, signatures=tuple(sign_note(text, name, seed) for name, seed in sorted(roots.items())))


def container(members: Sequence[tuple[str, bytes]]) -> bytes:
    """A ustar file of these members."""
    out = io.BytesIO()
    write_container(out, members)
    return out.getvalue()


def receipt_keys(receipt: bytes = bytes(range(16)), name: str = PORTAL) -> ReceiptKeys:
    """The keys of a thread."""
    return ReceiptKeys(receipt=receipt, portal=name)


@cache
def any_slot(number: int = 0) -> bytes:
    """A well-formed slot; another one for each number."""
    return seal_slot(number.to_bytes(2, "big").ljust(SLOT_PLAINTEXT, b"\x00"), identity.public_key(identity.new_seed()))
