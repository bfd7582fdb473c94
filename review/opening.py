"""One envelope and a vault's keys: is it ours, and is it what it says? (rules, pure)

Nothing here raises for what a stranger may have made: every envelope has an outcome, and none stops the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crypto.errors import AgeError, FormatError, SignatureError
from crypto.public.verify import verify
from crypto.secret.identity import Identities
from crypto.secret.unseal import unseal
from crypto.wire.age import check_envelope
from crypto.wire.frame import MESSAGE_FRAMES, Frame
from crypto.wire.message import Message, NotUnderstoodError


@dataclass(frozen=True, slots=True)
class Foreign:
    """No envelope, or one that no key of this vault opens: it is for others, and is dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A message for this vault, with the exact bytes that its writer signed and the whole frame they came in."""

    message: Message = field(repr=False)
    data: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    frame: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """It opened and is not taken; `data` keeps it, unharmed. `templates/review/aside.html` words the reasons.

    `message` is there when its thread has signed it.
    """

    reason: str
    data: bytes = field(repr=False)
    message: Message | None = field(default=None, repr=False)


# FORMAT.md 9.4, in the order in which they are looked for; the last needs the vault's tables.
REASONS = (
    "damaged",
    "frame",
    "not-understood",
    "message",
    "signature",
    "other-portal",
    "misdirected",
    "same-id",
)

Outcome = Foreign | Opened | Aside


def open_envelope(envelope: bytes, keys: Identities, portal: str, is_for_us: Callable[[Message], bool]) -> Outcome:
    """Tries the keys in order, then checks frame, message, signature, portal and routing, in this order."""
    try:
        check_envelope(envelope)
    except FormatError:
        return Foreign()
    try:
        data = unseal(envelope, keys)
    except AgeError as error:
        # Without a match, or with a header nobody can read, it is not ours. The other two come after a match.
        is_ours = error.code in ("mac-failure", "payload-failure")
        return Aside(reason="damaged", data=envelope) if is_ours else Foreign()
    return read_frame(data, portal, is_for_us)


def read_frame(data: bytes, portal: str, is_for_us: Callable[[Message], bool]) -> Opened | Aside:
    """The same for what came out of an envelope."""
    try:
        frame = Frame.parse(data, MESSAGE_FRAMES)
    except FormatError:
        return Aside(reason="frame", data=data)
    return _check(frame, data, portal, is_for_us)


def keys_for(day: str, seeds: Mapping[str, bytes]) -> Identities:
    """The keys to try, nearest month first: that of the day, its neighbours, then all others."""
    arrived = _months(day)
    return Identities.load(seeds[epoch] for epoch in sorted(seeds, key=lambda epoch: abs(_months(epoch) - arrived)))


def _check(frame: Frame, data: bytes, portal: str, is_for_us: Callable[[Message], bool]) -> Opened | Aside:
    try:
        message = Message.parse(frame.message)
    except NotUnderstoodError:
        return Aside(reason="not-understood", data=data)
    except FormatError:
        return Aside(reason="message", data=data)
    try:
        verify("message", message.portal, frame.message, frame.signature, message.thread.key)
    except SignatureError:
        return Aside(reason="signature", data=data)
    if message.portal != portal:
        return Aside(reason="other-portal", data=data, message=message)
    if not is_for_us(message):
        return Aside(reason="misdirected", data=data, message=message)
    return Opened(message=message, data=frame.message, signature=frame.signature, frame=data)


def _months(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7])
