"""The exact headers of every answer. Nothing here depends on what was asked.

There is no cookie, no ETag, no Last-Modified and no name of a server; a test compares the whole set, route by route.
"""

from collections.abc import Mapping
from enum import Enum


class Kind(Enum):
    """What an answer is, as far as its headers go."""

    PAGE = "page"
    FORM = "form"
    """A page whose script may start another of its own, without an address, that locks files."""
    DATA = "data"
    FOREVER = "forever"
    """Data under its own hash: it can never be another."""
    STATIC = "static"


_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_POLICIES = {Kind.PAGE: _PAGE, Kind.FORM: f"{_PAGE}; worker-src blob:"}

# All that Chromium 156 knows by name and a page could misuse; it warns about names that it does not know.
DENIED_FEATURES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "clipboard-write", "compute-pressure",
    "deferred-fetch", "digital-credentials-get", "display-capture", "encrypted-media", "fullscreen", "gamepad",
    "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "keyboard-map",
    "language-detector", "language-model", "local-fonts", "magnetometer", "microphone", "midi",
    "on-device-speech-recognition", "otp-credentials", "payment", "picture-in-picture",
    "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial", "speaker-selection",
    "storage-access", "summarizer", "sync-xhr", "translator", "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip
# What is no page may run nothing at all (its policy says `default-src 'none'`), so it repeats the long list to nobody.
DENIED_TO_DATA = ("camera", "geolocation", "microphone")

ALWAYS: Mapping[str, str] = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def of(kind: Kind, *, well: bool = True) -> dict[str, str]:
    """The headers of an answer of this kind, besides what describes its body; `well` unless it is a refusal."""
    forever = kind is Kind.FOREVER and well
    denied = DENIED_FEATURES if kind in _POLICIES else DENIED_TO_DATA
    return {
        **ALWAYS,
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in denied),
        "Cache-Control": "public, max-age=31536000, immutable" if forever else "no-store",
        "Content-Security-Policy": _POLICIES.get(kind, _NOTHING),
    }
