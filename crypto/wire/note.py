"""C2SP signed notes, two lines of text and their signatures (FORMAT.md 3)."""

import base64
import binascii
import re
from dataclasses import dataclass

from crypto.errors import FormatError
from crypto.wire.digest import sha256
from crypto.wire.labels import What, first_line

MOST_NOTE = 32 * 1024 * 1024
MOST_SIGNATURES = 32
_LINE = re.compile(r"\u2014 ([a-z][a-z0-9_-]{0,31}) ([A-Za-z0-9+/]+={0,2})\Z")
_ED25519 = b"\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line: the signer's name, 4 bytes of key id, 64 bytes of Ed25519."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text and who says to have signed it; nothing is verified here."""

    text: bytes
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def parse(cls, data: bytes, most: int = MOST_NOTE) -> "Note":
        """Splits at the last empty line; refuses a name that stands twice and anything else out of form.

        More than `most` bytes, the cap of the label that is expected, are not looked at.
        """
        if len(data) > most:
            raise FormatError("note longer than allowed")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise FormatError("note") from None
        text, gap, lines = whole.rpartition("\n\n")
        if not gap or not lines.endswith("\n"):
            raise FormatError("note")
        rows = lines[:-1].split("\n")
        if len(rows) > MOST_SIGNATURES:
            raise FormatError("note signatures")
        signatures = tuple(_signature(row) for row in rows)
        if len({signature.name for signature in signatures}) != len(signatures):
            raise FormatError("note", "signer-twice")
        return cls(text=(text + "\n").encode("utf-8"), signatures=signatures)

    def encode(self) -> bytes:
        """The text, an empty line, the signature lines."""
        lines = "".join(
            f"\u2014 {one.name} {base64.b64encode(one.key_id + one.signature).decode('ascii')}\n"
            for one in self.signatures
        )
        return self.text + b"\n" + lines.encode("utf-8")

    def hash(self) -> bytes:
        """SHA-256 of the text without signatures (32 bytes)."""
        return sha256(self.text)


def key_id(name: str, key: bytes) -> bytes:
    """The first 4 bytes of SHA-256(name, line feed, 0x01, key)."""
    return sha256(name.encode("utf-8") + b"\n" + _ED25519 + key)[:4]


def compose(what: What, portal: str, json: bytes) -> bytes:
    """The text of a note: the label line and one line of JSON."""
    return first_line(what, portal).encode("ascii") + b"\n" + json + b"\n"


def body(note: Note, what: What, portal: str) -> bytes:
    """The JSON line of a note, which must carry exactly this label and portal."""
    lines = note.text.split(b"\n")
    if len(lines) != 3 or lines[2] or lines[0] != first_line(what, portal).encode("ascii"):
        raise FormatError(f"note label {what}")
    return lines[1]


def _signature(line: str) -> NoteSignature:
    found = _LINE.match(line)
    if not found:
        raise FormatError("note signature line")
    try:
        data = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        raise FormatError("note signature line") from None
    if len(data) != 68 or base64.b64encode(data).decode("ascii") != found[2]:
        raise FormatError("note signature line")
    return NoteSignature(name=found[1], key_id=data[:4], signature=data[4:])
