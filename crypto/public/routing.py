"""Whose keys a message is sealed to (FORMAT.md 4.3, 6.1): decided where the words are, never on the server."""

from collections.abc import Collection

from crypto.errors import RoutingError
from crypto.wire.age import ENVELOPE_STANZAS
from crypto.wire.directory import Directory, Epoch, Vault


def readers(
    directory: Directory,
    epoch: Epoch,
    committees: Collection[str],
    excluded: Collection[str] = (),
    conflicts: Collection[str] = (),
) -> tuple[str, ...]:
    """The vaults, in key-file order, that serve one of the committees without being excluded or in conflict.

    Raises `RoutingError` when a committee is not open or has nobody left, or more than 16 vaults are; nothing ever
    widens or silently narrows the choice.
    """
    may_read = [name for name in epoch.vaults if _may_read(directory, name, excluded, conflicts)]
    serving: set[str] = set()
    for name in committees:
        committee = directory.committee(name)
        if committee is None or committee.status != "open":
            raise RoutingError("not-open")
        if not set(committee.vaults) & set(may_read):
            raise RoutingError("nobody-left")
        serving.update(committee.vaults)
    chosen = tuple(name for name in may_read if name in serving)
    if not chosen:
        raise RoutingError("nobody-left")
    if len(chosen) > ENVELOPE_STANZAS:
        raise RoutingError("too-many-vaults")
    return chosen


def _may_read(directory: Directory, name: str, excluded: Collection[str], conflicts: Collection[str]) -> bool:
    vault: Vault | None = directory.vault(name)
    return (
        vault is not None
        and vault.status == "active"
        and name not in excluded
        and not set(vault.conflicts) & set(conflicts)
    )
