"""Firefox's packed files (`*.jsonlz4`, `*.mozlz4`): `mozLz40`, a zero, the length inside, and one raw LZ4 block.

The block: github.com/lz4/lz4, doc/lz4_Block_format.md. What breaks off is unpacked as far as it goes.
"""

MAGIC = b"mozLz40\0"
_LENGTH = 4
_SHORTEST_MATCH = 4
_GOES_ON = 15
_LAST_LITERALS = 12


class NotPacked(ValueError):
    """These bytes are no such file, or its block is not what LZ4 writes."""


def unpack_file(content: bytes, most: int) -> bytes:
    """What is packed, `most` bytes of it at most; a file whose block does not give the stated length is refused."""
    inner = content[len(MAGIC) + _LENGTH :]
    stated = int.from_bytes(content[len(MAGIC) : len(MAGIC) + _LENGTH], "little")
    unpacked = unpack(inner, min(stated, most))
    if not content.startswith(MAGIC) or len(unpacked) != min(stated, most):
        raise NotPacked
    return unpacked


def unpack(block: bytes, most: int) -> bytes:
    """The bytes of a raw block, up to `most`; as many as come out when the block breaks off or is followed by others.

    Raises NotPacked when it points back before its own beginning.
    """
    out, at = bytearray(), 0
    while at < len(block) and len(out) < most:
        token, at = block[at], at + 1
        literals, at = _length(block, at, token >> 4)
        out += block[at : at + literals]
        at += literals
        if at + 2 > len(block) or len(out) >= most:
            break
        back, at = int.from_bytes(block[at : at + 2], "little"), at + 2
        matched, at = _length(block, at, token & 15)
        if not 0 < back <= len(out):
            raise NotPacked
        _repeat(out, back, min(matched + _SHORTEST_MATCH, most - len(out)))
    return bytes(out[:most])


def _length(block: bytes, at: int, first: int) -> tuple[int, int]:
    """A length that may go on in further bytes, and where it ends."""
    length = first
    goes_on = first == _GOES_ON
    while goes_on and at < len(block):
        length, goes_on, at = length + block[at], block[at] == 255, at + 1
    return length, at


def _repeat(out: bytearray, back: int, length: int) -> None:
    """What is repeated may reach into what it makes."""
    piece = out[-back:]
    out += (piece * (length // back + 1))[:length]


def pack_file(plain: bytes) -> bytes:
    """A file that holds this."""
    return MAGIC + len(plain).to_bytes(_LENGTH, "little") + pack(plain)


def pack(plain: bytes) -> bytes:
    """A raw block, which repeats whatever it can: words that stood before are not in it any more."""
    out, seen = bytearray(), dict[bytes, int]()
    start = at = 0
    while at < len(plain) - _LAST_LITERALS:
        key = plain[at : at + _SHORTEST_MATCH]
        before, seen[key] = seen.get(key, -1), at
        if before < 0 or at - before > 0xFFFF:
            at += 1
            continue
        length = _matching(plain, before, at)
        out += _sequence(plain[start:at], at - before, length)
        start = at = at + length
    return bytes(out + _sequence(plain[start:], 0, _SHORTEST_MATCH))


def _matching(plain: bytes, before: int, at: int) -> int:
    """How many bytes are the same; the last five are always literals."""
    length, most = _SHORTEST_MATCH, len(plain) - 5 - at
    while length < most and plain[before + length] == plain[at + length]:
        length += 1
    return length


def _sequence(literals: bytes, back: int, length: int) -> bytes:
    """Literals, and a match of this length unless there is none."""
    first, second = len(literals), length - _SHORTEST_MATCH
    token = min(first, _GOES_ON) << 4 | min(second, _GOES_ON)
    match = back.to_bytes(2, "little") + _further(second) if back else b""
    return bytes([token]) + _further(first) + literals + match


def _further(length: int) -> bytes:
    """What a token has no room for."""
    if length < _GOES_ON:
        return b""
    full, rest = divmod(length - _GOES_ON, 255)
    return b"\xff" * full + bytes([rest])
