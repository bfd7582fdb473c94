"""Whose message it is that this release cannot read: it may be a later way to say no (FORMAT.md 6.1)."""

from crypto.errors import FormatError, SignatureError
from crypto.public.verify import verify
from crypto.wire.fields import Members, is_portal, parse_json
from crypto.wire.frame import MESSAGE_FRAMES, Frame
from crypto.wire.message import MOST_MESSAGE

_KEY_LENGTH = 32


def thread_of(data: bytes) -> bytes | None:
    """The key (32) of the thread that signed the message in this frame; nothing where a newer form hides it.

    The signature is checked, so that nobody can stop the consent of another thread.
    """
    try:
        frame = Frame.parse(data, MESSAGE_FRAMES)
        value = parse_json(frame.message, most=MOST_MESSAGE)
        thread, portal = value.get("thread"), value.get("portal")
        if not isinstance(thread, dict) or not isinstance(portal, str) or not is_portal(portal):
            return None
        key = Members({"key": thread.get("key")}, "thread").data("key", _KEY_LENGTH)
        verify("message", portal, frame.message, frame.signature, key)
    except (FormatError, SignatureError):
        return None
    return key
