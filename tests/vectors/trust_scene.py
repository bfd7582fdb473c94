"""A portal of two vaults and short names for the rows about trust: its directories, true and false, by name."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crypto.public.trust import Pin
from crypto.secret.ceremony import Plan, Proposal, VaultPlan, propose
from crypto.sign.sign import public, sign_note
from crypto.wire.digest import sha256
from crypto.wire.directory import Committee, RootSet
from crypto.wire.fields import encode_json, to_base64url
from crypto.wire.labels import What
from crypto.wire.note import Note, compose
from tests.vectors import scene
from tests.vectors.scene import PORTAL, seed

DAY = scene.DAY
ROOTS = scene.root_set("root-1", "root-2", "root-3")
NEW_ROOTS = scene.root_set("root-2", "root-3", "root-4")
OTHER_ROOTS = scene.root_set("root-4", "root-5", "root-6")
ALL_THREE = scene.root_set("root-4", "root-5", "root-6", threshold=3)
PIN = Pin(portal=PORTAL, seq=1, roots=ROOTS)
VAULTS = ("cat", "desk")
NAMES = scene.names("C")


def _plan(roots: RootSet) -> Plan:
    committee = Committee(id="cat", names=NAMES, arrangement="single", vaults=("cat",), status="open", contact="")
    return Plan(
        portal=PORTAL,
        committees=(committee, replace(committee, id="desk", arrangement="desk", vaults=("desk",))),
        vaults=tuple(VaultPlan(id=vault, titles=NAMES) for vault in VAULTS),
        roots=roots,
        intake_key=public(seed("intake")),
    )


def proposal(*history: Note, roots: RootSet = ROOTS) -> Proposal:
    """The next directory of this portal."""
    return propose(_plan(roots), [scene.offer(vault) for vault in VAULTS], seed("post"), DAY, history)


def signed(text: bytes, *signers: str) -> Note:
    """Signed by whoever is named, root of this directory or not."""
    return Note(text=text, signatures=tuple(sign_note(text, name, seed(name)) for name in signers))


def stating(changes: Mapping[str, Any], *signers: str, what: What = "directory", portal: str = PORTAL) -> Note:
    """Directory 1 with other members, not checked, so that lies can be told; signed by roots 1 and 2 unless named."""
    members = {**json.loads(FIRST.directory.encode()), **changes}
    return signed(compose(what, portal, encode_json(members)), *(signers or ("root-1", "root-2")))


def after(*history: Note, roots: RootSet = ROOTS, by: tuple[str, ...], **changes: Any) -> Note:
    """The directory that follows these, with other members where a lie is told."""
    members = {**json.loads(proposal(*history, roots=roots).directory.encode()), **changes}
    return signed(compose("directory", PORTAL, encode_json(members)), *by)


def altered(note: Note, before: str, behind: str, *signers: str) -> Note:
    """Another text under fresh signatures."""
    return signed(note.text.replace(before.encode("utf-8"), behind.encode("utf-8")), *signers)


def vault_members(count: int, status: str = "active") -> list[dict[str, Any]]:
    """That many vaults, all with the members of the first."""
    first: dict[str, Any] = json.loads(FIRST.directory.encode())["vaults"][0]
    return [
        {**first, "id": name, "status": status} for name in ("cat", "desk", *(f"v-{at}" for at in range(count - 2)))
    ]


def epochs(*spans: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Epochs of this portal's vaults: id, first day, the day after the last."""
    return [
        {"id": name, "from": start, "until": until, "vaults": list(VAULTS), "keys": to_base64url(sha256(KEY_FILES[0]))}
        for name, start, until in spans
    ]


FIRST = proposal()
KEY_FILES = FIRST.key_files
