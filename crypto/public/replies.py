"""What a reply is worth, under the directory that is believed (FORMAT.md 8.3)."""

from datetime import date
from typing import Literal

from crypto.errors import SignatureError
from crypto.public.verify import verify
from crypto.wire.directory import Directory, Vault
from crypto.wire.frame import Frame
from crypto.wire.reply import Reply

Verdict = Literal["genuine", "retired", "not-genuine"]
RETIRED_DAYS = 180


def judge(reply: Reply, frame: Frame, directory: Directory, day: str) -> Verdict:
    """Whether a vault that serves this committee signed it, and whether that vault may still speak on `day`.

    The caller has checked portal, thread and routing tag.
    """
    committee, vault = directory.committee(reply.committee), directory.vault(reply.vault)
    if committee is None or vault is None or reply.committee not in reply.routing.committees:
        return "not-genuine"
    if reply.vault not in committee.vaults or reply.vault in reply.routing.excluded:
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
        since = date.fromisoformat(day) - date.fromisoformat(vault.until_day)
        return "retired" if since.days <= RETIRED_DAYS else "not-genuine"
    return "not-genuine"
