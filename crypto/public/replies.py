"""What a reply is worth, under the directory that is believed (FORMAT.md 8.3)."""

from datetime import date
from typing import Literal

from crypto.errors import SignatureError
from crypto.public.verify import verify
from crypto.wire.directory import Directory, Vault
from crypto.wire.frame import Frame
from crypto.wire.message import Routing
from crypto.wire.reply import Reply

Verdict = Literal["genuine", "retired", "not-genuine"]
RETIRED_DAYS = 180
DAYS_AHEAD = 1


def judge(reply: Reply, frame: Frame, directory: Directory, day: str) -> Verdict:
    """Whether a vault that serves this committee signed it, and whether that vault may still speak on `day`.

    The caller has checked portal, thread and routing tag.
    """
    committee, vault = directory.committee(reply.committee), directory.vault(reply.vault)
    if committee is None or vault is None or reply.committee not in reply.routing.committees:
        return "not-genuine"
    if reply.vault not in committee.vaults or not _was_sealed_to(vault, reply.routing):
        return "not-genuine"
    if _days_between(day, reply.day) > DAYS_AHEAD:
        return "not-genuine"
    try:
        verify("reply", reply.portal, frame.message, frame.signature, vault.key)
    except SignatureError:
        return "not-genuine"
    return _standing(vault, day)


def _standing(vault: Vault, day: str) -> Verdict:
    if vault.status in ("active", "absent"):
        return "genuine"
    if vault.status == "retired" and vault.until_day is not None:
        return "retired" if _days_between(vault.until_day, day) <= RETIRED_DAYS else "not-genuine"
    return "not-genuine"


def _was_sealed_to(vault: Vault, routing: Routing) -> bool:
    """Whether the writer left this vault among the readers."""
    return vault.id not in routing.excluded and not set(vault.conflicts) & set(routing.conflicts)


def _days_between(first: str, second: str) -> int:
    """How many days lie from the first to the second; negative when the second is earlier."""
    return (date.fromisoformat(second) - date.fromisoformat(first)).days
