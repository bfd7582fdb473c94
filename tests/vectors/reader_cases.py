"""Cases about readers: whose keys a message is sealed to, and what a reply is worth."""

from dataclasses import replace
from typing import Any

from crypto.sign.sign import sign
from crypto.wire.directory import Vault
from crypto.wire.fields import to_base64url
from crypto.wire.reply import Reply
from tests.vectors import scene
from tests.vectors.bytes_cases import reply_of


def routings() -> dict[str, Any]:
    """Which vaults are sealed to under directory 1; `revoked` names vaults that are revoked first."""
    rows: list[tuple[list[str], list[str], list[str], list[str], list[str] | str]] = [
        (["cat"], [], [], [], ["cat"]),
        (["cmw"], [], [], [], ["cmw-1", "cmw-2"]),
        (["cmw", "cat"], [], [], [], ["cat", "cmw-1", "cmw-2"]),
        (["cmw"], ["cmw-1"], [], [], ["cmw-2"]),
        (["cmw"], [], ["XA"], [], ["cmw-2"]),
        (["cmw"], [], ["XC"], [], ["cmw-1", "cmw-2"]),
        (["cmw"], [], ["XA", "XB"], [], "nobody-left"),
        (["cat"], ["cat"], [], [], "nobody-left"),
        (["cmw"], [], [], ["cmw-1"], ["cmw-2"]),
        (["cat"], [], [], ["cat"], "nobody-left"),
        (["ced"], [], [], [], "not-open"),
        (["none"], [], [], [], "not-open"),
        ([], [], [], [], "nobody-left"),
        (["cat", "cmw"], ["cat"], [], [], "nobody-left"),
    ]
    keys = ("committees", "excluded", "conflicts", "revoked")
    cases = [
        {**dict(zip(keys, row, strict=False)), **({"code": row[4]} if isinstance(row[4], str) else {"vaults": row[4]})}
        for row in rows
    ]
    return {"directory": scene.directory().encode().decode("utf-8"), "epoch": "2026-11", "cases": cases}


def verdicts() -> dict[str, Any]:
    """What a reply of vault `cat` is worth as that vault's state and the day change."""
    reply, _ = reply_of("words")
    rows = [
        ("active", None, scene.DAY, "genuine"),
        ("absent", None, scene.DAY, "genuine"),
        ("revoked", scene.DAY, scene.DAY, "not-genuine"),
        ("retired", "2026-11-01", "2026-11-24", "retired"),
        ("retired", "2026-11-01", "2027-04-30", "retired"),
        ("retired", "2026-11-01", "2027-05-01", "not-genuine"),
    ]
    cases = [
        {"name": f"{status} until {until} on {day}", "status": status, "until": until, "day": day, "verdict": verdict}
        for status, until, day, verdict in rows
    ]
    lies: dict[str, dict[str, Any]] = {
        "foreign": {"vault": "desk"},
        "excluded": {"routing": scene.routing("cat", excluded=("cat",))},
        "conflict": {"committee": "cmw", "vault": "cmw-1", "routing": scene.routing("cmw", conflicts=("XA",))},
        "other committee": {"routing": scene.routing("cmw")},
        "two days ahead": {"day": "2026-11-26"},
    }
    told = {name: _signed(reply_of("words", **changes)[0]) for name, changes in lies.items()}
    return {
        "directory": scene.directory().encode().decode("utf-8"),
        "vault": "cat",
        "reply": _signed(reply),
        "cases": cases,
        "lies": {**told, "forged": _signed(reply, "desk")},
        "ahead": _signed(reply_of("words", day="2026-11-25")[0]),
    }


def _signed(reply: Reply, signer: str = "") -> dict[str, str]:
    data = reply.encode()
    signature = sign("reply", scene.PORTAL, data, scene.seed(f"{signer or reply.vault} sign"))
    return {"json": data.decode("utf-8"), "signature": to_base64url(signature)}


def with_vault(status: str, until: str | None) -> tuple[Vault, ...]:
    """The vaults of directory 1 with another state of `cat`."""
    return tuple(
        replace(vault, status=status, until_day=until) if vault.id == "cat" else vault
        for vault in scene.directory().vaults
    )
