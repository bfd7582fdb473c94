"""Makes one post of all replies that wait at a station, over the keepers of its vaults (FORMAT.md 9.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crypto.wire.container import write_container
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url, to_base64url
from review.files import new_file
from review.process import KeeperProcess
from review.refusals import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One vault's slots by their SHA-256, and the mailboxes they go to, as base64url."""

    slots: Mapping[str, bytes] = field(repr=False)
    mailboxes: Mapping[str, str]


def write_post(keepers: Mapping[str, KeeperProcess], out: Path, day: str) -> int:
    """Writes the post and marks the replies as left; returns how many, and writes nothing when there are none.

    The vaults hear that their replies have left only after the file is durable under its name: a break before that
    leaves them waiting, and a reply that is exported twice arrives once.
    """
    waiting = {vault: _waiting(keeper.ask("waiting", day)) for vault, keeper in keepers.items()}
    slots = {digest: slot for one in waiting.values() for digest, slot in one.slots.items()}
    if not slots:
        return 0
    mailboxes = {digest: mailbox for one in waiting.values() for digest, mailbox in one.mailboxes.items()}
    signed = _signed(keepers, day, mailboxes)
    members = [
        ("format", f"sealed-intake/post/v1 {signed['portal']}\n".encode("ascii")),
        ("post", signed["note"].encode("utf-8")),
        *((f"slot/{digest}", slots[digest]) for digest in sorted(slots, key=from_base64url)),
    ]
    with new_file(out) as file:
        write_container(file, members)
    left = 0
    for vault, keeper in keepers.items():
        left += keeper.ask("left", day, slots=list(waiting[vault].slots))["replies"]
    return left


def _waiting(answer: Mapping[str, list[dict[str, str]]]) -> Waiting:
    slots = [(from_base64url(one["slot"]), one["mailbox"]) for one in answer["slots"]]
    named = {to_base64url(sha256(slot)): (slot, mailbox) for slot, mailbox in slots}
    return Waiting(
        slots={digest: slot for digest, (slot, _) in named.items()},
        mailboxes={digest: mailbox for digest, (_, mailbox) in named.items()},
    )


def _signed(keepers: Mapping[str, KeeperProcess], day: str, mailboxes: Mapping[str, str]) -> dict[str, str]:
    """The note, by the first vault that holds a valid post key."""
    listed = [{"mailbox": mailbox, "sha256": digest} for digest, mailbox in mailboxes.items()]
    for keeper in keepers.values():
        try:
            return keeper.ask("sign_post", day, slots=listed)
        except Refused as refused:
            if refused.code not in ("no-post-key", "no-directory", "no-trust"):
                raise
    raise Refused("no-post-key")
