"""A message or reply with its signature, filled with zeros to one of few sizes (FORMAT.md 6.2, 8.2)."""

from dataclasses import dataclass, field

from crypto.errors import FormatError

KIB = 1024
MESSAGE_FRAMES = (32 * KIB, 64 * KIB, 128 * KIB, 256 * KIB)
REPLY_FRAMES = (8_174, 2 * 8_174, 4 * 8_174)

SIGNATURE_LENGTH = 64
_FIELD = b"\x01" + SIGNATURE_LENGTH.to_bytes(2, "big")
OVERHEAD = 8 + len(_FIELD) + SIGNATURE_LENGTH


class TooLongError(FormatError):
    """The text does not fit into the largest frame; nothing was sealed."""

    def __init__(self) -> None:
        super().__init__("frame", "too-long")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a frame holds: the exact message bytes and the 64 bytes that sign them (not yet verified)."""

    message: bytes = field(repr=False)
    signature: bytes

    @classmethod
    def parse(cls, data: bytes, sizes: tuple[int, ...]) -> "Frame":
        """Refuses another size, a length that does not fit, and anything but zeros behind the signature."""
        if len(data) not in sizes:
            raise FormatError("frame size")
        length = int.from_bytes(data[:8], "big")
        end = length + OVERHEAD
        if end > len(data) or fitting(length, sizes) != len(data):
            raise FormatError("frame length")
        message, signed = data[8 : 8 + length], data[8 + length : end]
        if not signed.startswith(_FIELD):
            raise FormatError("frame signature field")
        if data.count(0, end) != len(data) - end:
            raise FormatError("frame filling")
        return cls(message=message, signature=signed[len(_FIELD) :])


def fitting(length: int, sizes: tuple[int, ...]) -> int | None:
    """The smallest of `sizes` that holds a message of `length` bytes."""
    return next((size for size in sizes if length + OVERHEAD <= size), None)


def fill(message: bytes, signature: bytes, sizes: tuple[int, ...]) -> bytes:
    """The frame; raises `TooLongError`."""
    size = fitting(len(message), sizes)
    if size is None:
        raise TooLongError
    if len(signature) != SIGNATURE_LENGTH:
        raise FormatError("signature length")
    head = len(message).to_bytes(8, "big") + message + _FIELD + signature
    return head.ljust(size, b"\x00")
