"""The header of an age v1 file: bytes to stanzas and back, without any key (FORMAT.md 2; C2SP age.md)."""

import binascii
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

from crypto.errors import AgeError, FormatError

RECIPIENT_TYPE = "mlkem768x25519"
ENCAPSULATED_LENGTH = 1_120
WRAPPED_LENGTH = 32
KEY_LENGTH = 1_216

ENVELOPE_STANZAS = 16
ENVELOPE_LENGTHS = (57_782, 90_550, 156_102, 287_206)
SLOT_LENGTH = 9_851
SLOT_PLAINTEXT = 8_192

MOST_STANZAS = 20
MOST_LINE = 8_192
MOST_HEADER = 32_768
"""More than the longest header that is allowed here, 20 stanzas: 31,210 bytes."""

_VERSION = b"age-encryption.org/v1\n"
_COLUMNS = 64
_ARGUMENT = re.compile(r"[\x21-\x7e]+\Z")

# The X25519 shares of low order, which give zero with every key (RFC 7748, section 6.1): the points of order 1, 2, 4
# and 8 on the curve and 2 and 4 on its twist have five u-coordinates. 0 and 1 have a second spelling above the prime,
# and the highest bit of a share does not count.
_SHARE = 32
_PRIME = 2**255 - 19
_ORDER_8 = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
_LOW_ORDER = frozenset(
    (u | highest << 255).to_bytes(_SHARE, "little")
    for u in (0, 1, *_ORDER_8, _PRIME - 1, _PRIME, _PRIME + 1)
    for highest in (0, 1)
)

# The one form of a header with so many stanzas of the one type, as a pattern: intake checks every envelope with it,
# eight times as fast as taking it apart. Canonical base64 of 1,120 and of 32 bytes ends in these characters.
_ENCAPSULATED = rb"[A-Za-z0-9+/]{1493}[AQgw]"
_32_BYTES = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]"
_STANZA = rb"-> " + RECIPIENT_TYPE.encode("ascii") + rb" " + _ENCAPSULATED + rb"\n" + _32_BYTES + rb"\n"
_SHAPES = {
    count: re.compile(re.escape(_VERSION) + rb"(?:" + _STANZA + rb"){%d}--- " % count + _32_BYTES + rb"\n")
    for count in (1, ENVELOPE_STANZAS)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stanza:
    """One recipient's line: its type and arguments, and a body."""

    type: str
    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The stanzas, the MAC (32 bytes, not yet verified), the bytes it covers, and where the payload starts."""

    stanzas: tuple[Stanza, ...]
    mac: bytes
    covered: bytes
    length: int

    @classmethod
    def parse(cls, data: bytes) -> "Header":
        """The header at the start of `data`."""
        return cls.read(io.BytesIO(data))

    @classmethod
    def read(cls, source: BinaryIO) -> "Header":
        """Reads a header and not a byte more; every departure from the format is a header failure."""
        lines, stanzas = _Lines(source), list[Stanza]()
        if lines.take() + b"\n" != _VERSION:
            raise _failure("version line")
        line = lines.take()
        while line.startswith(b"-> "):
            if len(stanzas) == MOST_STANZAS:
                raise _failure("too many stanzas")
            stanzas.append(_stanza(line, lines))
            line = lines.take()
        if not line.startswith(b"--- ") or not stanzas:
            raise _failure("MAC line")
        mac = from_base64(line[4:])
        if len(mac) != 32:
            raise _failure("MAC length")
        length = len(lines.taken)
        covered = bytes(lines.taken[: length - len(line) - 1 + 3])
        return cls(stanzas=tuple(stanzas), mac=mac, covered=covered, length=length)


def covered_bytes(stanzas: tuple[Stanza, ...]) -> bytes:
    """The header up to and with `---`, which the MAC covers."""
    return _VERSION + b"".join(_encode(stanza) for stanza in stanzas) + b"---"


def mac_line_end(mac: bytes) -> bytes:
    """What follows `---`."""
    return b" " + to_base64(mac) + b"\n"


def encapsulated_key(stanza: Stanza) -> bytes:
    """The 1,120 bytes of a stanza of the one type that is allowed here; anything else is a header failure."""
    if stanza.type != RECIPIENT_TYPE:
        raise _failure("stanza type")
    if len(stanza.arguments) != 1 or len(stanza.body) != WRAPPED_LENGTH:
        raise _failure("stanza form")
    key = from_base64(stanza.arguments[0].encode("ascii"))
    if len(key) != ENCAPSULATED_LENGTH:
        raise _failure("encapsulated key length")
    if has_low_order(key[-_SHARE:]):
        raise _failure("share of low order")
    return key


def has_low_order(share: bytes) -> bool:
    """Whether an X25519 public key or share (32 bytes) gives zero with every key."""
    return share in _LOW_ORDER


def check_envelope(data: bytes) -> None:
    """All that can be seen of an envelope without a key: one of four lengths, 16 stanzas of the one type."""
    if len(data) not in ENVELOPE_LENGTHS:
        raise FormatError("envelope length", "wrong-length")
    _check_shape(data, ENVELOPE_STANZAS)


def check_slot(data: bytes) -> None:
    """All that can be seen of a slot without a key."""
    if len(data) != SLOT_LENGTH:
        raise FormatError("slot length", "wrong-length")
    _check_shape(data, 1)


def to_base64(data: bytes) -> bytes:
    """Standard base64 without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=")


def from_base64(text: bytes) -> bytes:
    """The bytes; padding, other characters and spare bits that are set are header failures."""
    try:
        data = binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        raise _failure("base64") from None
    if to_base64(data) != text:
        raise _failure("base64")
    return data


def _check_shape(data: bytes, stanzas: int) -> None:
    if not _SHAPES[stanzas].match(data):
        raise FormatError("number or form of stanzas", "wrong-shape")


def _failure(why: str) -> AgeError:
    return AgeError("header-failure", why)


class _Lines:
    """The lines of a header, one after the other; `taken` is all of it so far."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.taken = bytearray()

    def take(self) -> bytes:
        """The next line, without its end."""
        line = self._source.readline(MOST_LINE)
        if not line.endswith(b"\n"):
            raise _failure("line without end")
        self.taken += line
        if len(self.taken) > MOST_HEADER:
            raise _failure("header too long")
        return line[:-1]


def _stanza(first: bytes, lines: _Lines) -> Stanza:
    try:
        type_, *arguments = first[3:].decode("ascii").split(" ")
    except UnicodeDecodeError:
        raise _failure("stanza argument") from None
    if not all(_ARGUMENT.match(word) for word in (type_, *arguments)):
        raise _failure("stanza argument")
    body = b""
    while True:
        line = lines.take()
        if len(line) > _COLUMNS:
            raise _failure("body line too long")
        body += from_base64(line)
        if len(line) < _COLUMNS:
            return Stanza(type=type_, arguments=tuple(arguments), body=body)


def _encode(stanza: Stanza) -> bytes:
    first = " ".join(("->", stanza.type, *stanza.arguments)).encode("ascii") + b"\n"
    text = to_base64(stanza.body)
    lines = [text[at : at + _COLUMNS] + b"\n" for at in range(0, len(text) + 1, _COLUMNS)]
    return first + b"".join(lines)
