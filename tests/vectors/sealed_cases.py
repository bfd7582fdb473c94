"""Sealed things, made once and kept: what today's release sealed must open for ever."""

from typing import Any

from crypto.public.seal import seal_envelope, seal_slot
from crypto.secret import identity
from crypto.sign.sign import sign
from crypto.wire.fields import to_base64url
from crypto.wire.frame import MESSAGE_FRAMES, fill
from crypto.wire.reply import fragments
from tests.vectors import scene
from tests.vectors.bytes_cases import reply_of


def sealed() -> dict[str, Any]:
    """An envelope for `cmw` with its seeds, and a slot for this world's receipt."""
    message = scene.message().encode()
    frame = fill(message, sign("message", scene.PORTAL, message, scene.KEYS.sign_seed()), MESSAGE_FRAMES)
    seeds = [scene.seed(f"{vault} 2026-11") for vault in ("cmw-1", "cmw-2")]
    reply, reply_frame = reply_of("\u0648\u0635\u0644")
    (fragment,) = fragments(reply_frame, reply.id)
    recipient = identity.public_key(scene.KEYS.reply_seed())
    return {
        "envelope": to_base64url(seal_envelope(frame, [identity.public_key(seed) for seed in seeds])),
        "seeds": [to_base64url(seed) for seed in seeds],
        "message": message.decode("utf-8"),
        "slot": to_base64url(seal_slot(fragment, recipient)),
        "receipt": to_base64url(scene.RECEIPT),
        "portal": scene.PORTAL,
        "reply": reply.encode().decode("utf-8"),
    }
