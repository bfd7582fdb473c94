"""Bech32 (BIP 173) without its limit of 90 characters, as age uses it."""

from functools import reduce
from operator import xor

from crypto.errors import FormatError

_CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {character: value for value, character in enumerate(_CHARACTERS)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_TABLE = tuple(reduce(xor, (value for at, value in enumerate(_GENERATOR) if (top >> at) & 1), 0) for top in range(32))
_CHECKSUM = 6


def encode(prefix: str, data: bytes) -> str:
    """Lower case."""
    words = _regroup(data, 8, 5, fill=True)
    sums = _polymod([*_expand(prefix), *words, *[0] * _CHECKSUM]) ^ 1
    words += [(sums >> 5 * (_CHECKSUM - 1 - at)) & 31 for at in range(_CHECKSUM)]
    return prefix + "1" + "".join(_CHARACTERS[word] for word in words)


def decode(text: str) -> tuple[str, bytes]:
    """Prefix and bytes; refuses mixed case, other characters and a wrong checksum."""
    if text not in (text.lower(), text.upper()):
        raise FormatError("bech32 case")
    prefix, one, rest = text.lower().rpartition("1")
    if not prefix or not one or len(rest) < _CHECKSUM or not prefix.isascii() or not prefix.isprintable():
        raise FormatError("bech32")
    try:
        words = [_VALUES[character] for character in rest]
    except KeyError:
        raise FormatError("bech32 character") from None
    if _polymod([*_expand(prefix), *words]) != 1:
        raise FormatError("bech32 checksum")
    return prefix, bytes(_regroup(words[:-_CHECKSUM], 5, 8, fill=False))


def _polymod(words: list[int]) -> int:
    state = 1
    for word in words:
        state = (state & 0x1FFFFFF) << 5 ^ word ^ _TABLE[state >> 25]
    return state


def _expand(prefix: str) -> list[int]:
    return [ord(character) >> 5 for character in prefix] + [0] + [ord(character) & 31 for character in prefix]


def _regroup(data: bytes | list[int], wide: int, narrow: int, *, fill: bool) -> list[int]:
    state, bits, out = 0, 0, []
    for value in data:
        state = (state << wide | value) & ((1 << (wide + narrow)) - 1)
        bits += wide
        while bits >= narrow:
            bits -= narrow
            out.append(state >> bits & ((1 << narrow) - 1))
    left = state & ((1 << bits) - 1)
    if fill and bits:
        out.append(left << (narrow - bits))
    elif not fill and (bits >= wide or left):
        raise FormatError("bech32 filling")
    return out
