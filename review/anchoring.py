"""Compares a vault with what the station remembers of it, and lets the station remember more (`review.anchor`)."""

from contextlib import suppress
from secrets import token_bytes

from review.anchor import SECRET_LENGTH, Anchor, Outside, keep_anchor, read_anchor
from review.store import Store
from review.vault import Vault


def anchor_of(store: Store) -> Anchor:
    """The newest entry of the journal, hidden by the secret of the vault, which is made when there is none."""
    secret = store.anchor_secret()
    if secret is None:
        secret = token_bytes(SECRET_LENGTH)
        store.set_anchor_secret(secret)
    head = store.journal_head()
    assert head is not None
    return Anchor.of(secret, *head)


def compare(store: Store, vault: Vault, day: str) -> Outside:
    """How vault and station fit; what does not is remembered in the journal."""
    remembered, secret = read_anchor(vault.station, vault.name), store.anchor_secret()
    if remembered is None and secret is None:
        # From before there were anchors; or put back from that time, and the anchor taken away: nobody can tell.
        store.note("anchor-none", vault.name, day)
        return "never"
    if remembered is None:
        store.note("anchor-missing", vault.name, day)
        return "missing"
    entry = store.journal_hash(remembered.n)
    if secret is None or entry is None or Anchor.of(secret, remembered.n, entry) != remembered:
        store.note("vault-older", f"remembered {remembered.n}", day)
        return "older"
    return "fits"


def remember(vault: Vault, anchor: Anchor) -> None:
    """After the commit that the anchor is of. A station that cannot be written to stays behind: that is no false alarm.

    An anchor that the vault does not contain stays too, until the vault is restored: it is said at every unlock.
    """
    with suppress(OSError):
        keep_anchor(vault.station, vault.name, anchor)
