"""Sealed things, made once and kept: what an earlier release sealed must open for ever."""

from typing import Any

from crypto.public.seal import seal, seal_envelope, seal_slot
from crypto.secret import identity
from crypto.sign.sign import sign
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from crypto.wire.frame import MESSAGE_FRAMES, fill
from crypto.wire.reply import fragments
from tests.vectors import scene
from tests.vectors.bytes_cases import reply_of

PATTERN = b"0123456789abcdef"
LENGTH = 70_000


def sealed() -> dict[str, Any]:
    """An envelope for `cmw` with its seeds, one for sixteen vaults, a slot for this world's receipt, a longer file."""
    message = scene.message().encode()
    seeds = [scene.seed(f"{vault} 2026-11") for vault in ("cmw-1", "cmw-2")]
    reply, reply_frame = reply_of("\u0648\u0635\u0644")
    (fragment,) = fragments(reply_frame, reply.id)
    recipient = identity.public_key(scene.KEYS.reply_seed())
    return {
        "envelope": envelope(seeds),
        "seeds": [to_base64url(seed) for seed in seeds],
        "message": message.decode("utf-8"),
        "slot": to_base64url(seal_slot(fragment, recipient)),
        "receipt": to_base64url(scene.RECEIPT),
        "portal": scene.PORTAL,
        "reply": reply.encode().decode("utf-8"),
        "full": full(),
        "chunks": chunks(),
    }


def envelope(seeds: list[bytes]) -> str:
    """This world's message, sealed to these keys."""
    message = scene.message().encode()
    frame = fill(message, sign("message", scene.PORTAL, message, scene.KEYS.sign_seed()), MESSAGE_FRAMES)
    return to_base64url(seal_envelope(frame, [identity.public_key(seed) for seed in seeds]))


def full() -> dict[str, Any]:
    """An envelope without a decoy: sixteen seeds open it."""
    seeds = [scene.seed(f"full {at}") for at in range(16)]
    return {"envelope": envelope(seeds), "seeds": [to_base64url(seed) for seed in seeds]}


def chunks() -> dict[str, Any]:
    """An age file of two chunks: `length` bytes of a repeated `pattern`."""
    seed = scene.seed("chunks")
    plaintext = (PATTERN * (LENGTH // len(PATTERN) + 1))[:LENGTH]
    return {
        "file": to_base64url(seal(plaintext, [identity.public_key(seed)])),
        "seed": to_base64url(seed),
        "pattern": to_base64url(PATTERN),
        "length": LENGTH,
        "sha256": to_base64url(sha256(plaintext)),
    }
