"""What a vault says of itself so that a copy of it can be compared: plain values, no seed and no words."""

from typing import Any

from crypto.secret.identity import public_key
from crypto.sign.sign import public
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from review.store import Store


def facts_of(store: Store) -> dict[str, Any]:
    """Name and signing key; the public key of every epoch, made of its seed; days; rows; the journal's end."""
    own, head = store.own(), store.journal_head()
    return {
        "vault": own.name,
        "key": to_base64url(public(own.signing_seed)),
        "epochs": [
            {"id": epoch, "key": to_base64url(sha256(public_key(seed)))} for epoch, seed in store.seeds().items()
        ],
        "last_day": store.last_day(),
        "whole_until": whole_until(store),
        "newest": max(store.days(), default=0),
        "rows": store.count_rows(),
        "journal": None if head is None else {"n": head[0], "hash": to_base64url(head[1])},
    }


def whole_until(store: Store) -> int:
    """The newest imported manifest such that nothing of it or of one before is absent; 0 if there is none."""
    return min((n for n, _ in store.absent()), default=max(store.days(), default=0) + 1) - 1
