"""The header of an age v1 file: bytes to stanzas and back, without any key (FORMAT.md 2; C2SP age.md)."""

import base64
import binascii
import re
from dataclasses import dataclass

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

_VERSION = b"age-encryption.org/v1\n"
_COLUMNS = 64
_ARGUMENT = re.compile(r"[\x21-\x7e]+\Z")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*\Z")

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
        """Reads the header at the start of `data`; every departure from the format is a header failure."""
        if not data.startswith(_VERSION):
            raise _failure("version line")
        at, stanzas = len(_VERSION), list[Stanza]()
        while data.startswith(b"-> ", at):
            if len(stanzas) == MOST_STANZAS:
                raise _failure("too many stanzas")
            stanza, at = _stanza(data, at)
            stanzas.append(stanza)
        line, after = _line(data, at)
        if not line.startswith(b"--- ") or not stanzas:
            raise _failure("MAC line")
        mac = from_base64(line[4:])
        if len(mac) != 32:
            raise _failure("MAC length")
        return cls(stanzas=tuple(stanzas), mac=mac, covered=data[: at + 3], length=after)


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
    return key


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
    return base64.b64encode(data).rstrip(b"=")


def from_base64(text: bytes) -> bytes:
    """The bytes; padding, other characters and spare bits that are set are header failures."""
    if not _BASE64.match(text):
        raise _failure("base64")
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        raise _failure("base64") from None
    if to_base64(data) != text:
        raise _failure("base64 is not canonical")
    return data


def _check_shape(data: bytes, stanzas: int) -> None:
    if not _SHAPES[stanzas].match(data):
        raise FormatError("number or form of stanzas", "wrong-shape")


def _failure(why: str) -> AgeError:
    return AgeError("header-failure", why)


def _line(data: bytes, at: int) -> tuple[bytes, int]:
    end = data.find(b"\n", at, at + MOST_LINE)
    if end < 0:
        raise _failure("line without end")
    return data[at:end], end + 1


def _stanza(data: bytes, at: int) -> tuple[Stanza, int]:
    line, at = _line(data, at)
    try:
        type_, *arguments = line[3:].decode("ascii").split(" ")
    except UnicodeDecodeError:
        raise _failure("stanza argument") from None
    if not all(_ARGUMENT.match(word) for word in (type_, *arguments)):
        raise _failure("stanza argument")
    body = b""
    while True:
        line, at = _line(data, at)
        if len(line) > _COLUMNS:
            raise _failure("body line too long")
        body += from_base64(line)
        if len(line) < _COLUMNS:
            return Stanza(type=type_, arguments=tuple(arguments), body=body), at


def _encode(stanza: Stanza) -> bytes:
    first = " ".join(("->", stanza.type, *stanza.arguments)).encode("ascii") + b"\n"
    text = to_base64(stanza.body)
    lines = [text[at : at + _COLUMNS] + b"\n" for at in range(0, len(text) + 1, _COLUMNS)]
    return first + b"".join(lines)
