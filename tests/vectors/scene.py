"""A small fixed world for vectors: the same keys and directory at every run. Nothing here protects anything."""

from dataclasses import replace

from crypto.public.trust import Pin
from crypto.secret import identity
from crypto.secret.ceremony import Plan, Proposal, VaultPlan, propose, sign_proposal
from crypto.secret.offer import Offer
from crypto.secret.receipt_keys import ReceiptKeys
from crypto.sign.sign import public, sign_note
from crypto.wire.digest import sha256
from crypto.wire.directory import Committee, Directory, NamedKey, RootSet
from crypto.wire.message import LANGUAGES, FollowupBody, Message, Routing, Thread
from crypto.wire.note import Note

PORTAL = "vectors.sealed-intake"
DAY = "2026-11-24"
EPOCHS = ("2026-11", "2026-12", "2027-01")
VAULTS = ("cat", "cmw-1", "cmw-2", "desk")
RECEIPT = bytes(range(16))


def seed(name: str) -> bytes:
    """A private key of this world (32 bytes), from its name."""
    return sha256(b"sealed-intake test world " + name.encode("ascii"))


def names(text: str) -> dict[str, str]:
    """The same name in all six languages."""
    return dict.fromkeys(LANGUAGES, text)


def root_set(*root_names: str, threshold: int = 2) -> RootSet:
    """Roots of this world."""
    keys = tuple(NamedKey(name=name, key=public(seed(name))) for name in root_names)
    return RootSet(threshold=threshold, keys=keys)


ROOTS = root_set("root-1", "root-2", "root-3")


def committee(name: str, arrangement: str, *vaults: str) -> Committee:
    """Open when it has vaults."""
    return Committee(
        id=name,
        names=names(f"Committee {name}"),
        arrangement=arrangement,
        vaults=vaults,
        status="open" if vaults else "not-open",
        contact="" if vaults else f"{name}@example.org",
    )


def offer(vault: str) -> Offer:
    """The public keys of one vault."""
    keys = {epoch: identity.public_key(seed(f"{vault} {epoch}")) for epoch in EPOCHS}
    return Offer(vault=vault, key=public(seed(f"{vault} sign")), epochs=keys)


def plan(roots: RootSet = ROOTS) -> Plan:
    """Three open committees and one that is not."""
    return Plan(
        portal=PORTAL,
        committees=(
            committee("cat", "single", "cat"),
            committee("cmw", "joint", "cmw-1", "cmw-2"),
            committee("ced", "single"),
            committee("desk", "desk", "desk"),
        ),
        vaults=(
            VaultPlan(id="cat", titles=names("Focal point")),
            VaultPlan(id="cmw-1", titles=names("First focal point"), conflicts=("XA",)),
            VaultPlan(id="cmw-2", titles=names("Second focal point"), conflicts=("XB",)),
            VaultPlan(id="desk", titles=names("Reprisals desk")),
        ),
        roots=roots,
        intake_key=public(seed("intake")),
    )


def proposal(*history: Note, roots: RootSet = ROOTS, day: str = DAY) -> Proposal:
    """The next directory of this world."""
    return propose(plan(roots), [offer(vault) for vault in VAULTS], seed("post"), day, history)


def changed(of: Proposal, **changes: object) -> Proposal:
    """The same proposal with other members; not checked, so that lies can be told."""
    return replace(of, directory=replace(of.directory, **changes))  # type: ignore[arg-type]


def signed(of: Proposal, *root_names: str) -> Note:
    """Signed by these roots."""
    return sign_proposal(of, {name: seed(name) for name in root_names})


def signed_by_any(of: Proposal, *signers: str) -> Note:
    """Signed by whoever is named, root of this directory or not: what a root change, or a lie, looks like."""
    text = of.text()
    return Note(text=text, signatures=tuple(sign_note(text, name, seed(name)) for name in signers))


def first_note() -> Note:
    """Directory 1, signed by two of three."""
    return signed(proposal(), "root-1", "root-2")


def directory() -> Directory:
    """Directory 1."""
    return proposal().directory


PIN = Pin(portal=PORTAL, seq=1, roots=ROOTS)
KEYS = ReceiptKeys(receipt=RECEIPT, portal=PORTAL)


def routing(*committees: str, excluded: tuple[str, ...] = (), conflicts: tuple[str, ...] = ()) -> Routing:
    """With the tag of this world's receipt."""
    bare = Routing(committees=committees, excluded=excluded, conflicts=conflicts, tag=bytes(32))
    return replace(bare, tag=KEYS.routing_tag(bare))


def message(
    text: str = "\u0627\u0644\u0633\u0644\u0627\u0645 \u2028 caf\u00e9 cafe\u0301 \u4f60\u597d \U0001f54a",
) -> Message:
    """A follow-up of this world's receipt."""
    thread = Thread(
        key=public(KEYS.sign_seed()),
        recipient=identity.public_key(KEYS.reply_seed()),
        mailbox=KEYS.mailbox_address(),
    )
    return Message(
        id=bytes(range(32, 48)),
        portal=PORTAL,
        directory=1,
        epoch="2026-11",
        routing=routing("cat"),
        language="ar",
        day=DAY,
        thread=thread,
        seen=(),
        body=FollowupBody(text=text, answers_to=None),
    )
