"""Members of a container that no honest writer makes. The checksum is right unless it is the lie."""

import tarfile
from collections.abc import Callable, Mapping

BLOCK = 512
Spoil = Callable[[bytes], bytes]


def head_of(name: str, size: int) -> bytes:
    """The one header that an honest writer makes."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def rewritten(head: bytes, at: int, field: bytes) -> bytes:
    """A header with another field, and its checksum over it."""
    head = head[:at] + field + head[at + len(field) :]
    total = sum(head[:148]) + 8 * ord(" ") + sum(head[156:])
    return head[:148] + b"%06o\x00 " % total + head[156:]


def _typed(kind: bytes, link: bytes = b"") -> Spoil:
    return lambda head: rewritten(rewritten(head, 156, kind), 157, link)


def _named(name: bytes) -> Spoil:
    return lambda head: rewritten(head, 0, name.ljust(100, b"\x00"))


# What it is, how the header of an honest member is changed, and what is said.
_FORM, _NAME, _SIZE = "no plain file", "container member name", "container member size"
LIES: Mapping[str, tuple[Spoil, str]] = {
    "a hard link": (_typed(b"1", b"format"), _FORM),
    "a symbolic link": (_typed(b"2", b"/etc/passwd"), _FORM),
    "a character device": (_typed(b"3"), _FORM),
    "a block device": (_typed(b"4"), _FORM),
    "a directory": (_typed(b"5"), _FORM),
    "a pipe": (_typed(b"6"), _FORM),
    "a contiguous file": (_typed(b"7"), _FORM),
    "an old ordinary file": (_typed(b"\x00"), _FORM),
    "a GNU long name": (_typed(b"L"), _FORM),
    "a GNU long link": (_typed(b"K"), _FORM),
    "a PAX header": (_typed(b"x"), _FORM),
    "a PAX header for all": (_typed(b"g"), _FORM),
    "a sparse file": (_typed(b"S"), _FORM),
    "a name with ..": (_named(b"envelope/../keys"), _NAME),
    "a name of .. alone": (_named(b".."), _NAME),
    "an absolute name": (_named(b"/etc/passwd"), _NAME),
    "a name from here": (_named(b"./format"), _NAME),
    "a name without letters": (_named(b""), _NAME),
    "a name of another script": (_named("envelope/é".encode()), _NAME),
    "a name with a line break": (_named(b"envelope/1\nformat"), _NAME),
    "a name with a hidden end": (_named(b"envelope/00000001/A\x00B"), _NAME),
    "five levels": (_named(b"a/b/c/d/e"), _NAME),
    "a prefix": (lambda head: rewritten(head, 345, b"elsewhere"), _FORM),
    "an owner": (lambda head: rewritten(head, 108, b"0000001\x00"), _FORM),
    "an owner's name": (lambda head: rewritten(head, 265, b"root"), _FORM),
    "a time": (lambda head: rewritten(head, 136, b"00000000001\x00"), _FORM),
    "a mode for all": (lambda head: rewritten(head, 100, b"0000777\x00"), _FORM),
    "GNU's magic": (lambda head: rewritten(head, 257, b"ustar  \x00"), _FORM),
    "a wrong checksum": (lambda head: head[:148] + b"000000\x00 " + head[156:], _FORM),
    "a checksum spelt otherwise": (lambda head: head[:154] + b" \x00" + head[156:], _FORM),
    "a size in base 256": (lambda head: rewritten(head, 124, b"\x80" + bytes(10) + b"\x01"), _SIZE),
    "a size with spaces": (lambda head: rewritten(head, 124, b"        144 "), _SIZE),
    "a negative size": (lambda head: rewritten(head, 124, b"-0000000001\x00"), _SIZE),
    "a size of eight gigabytes": (lambda head: rewritten(head, 124, b"77777777777\x00"), "longer than allowed"),
}


def heads(file: bytes) -> list[int]:
    """Where each member of an honest container starts."""
    places, at = [], 0
    while file[at]:
        places.append(at)
        size = int(file[at + 124 : at + 135], 8)
        at += BLOCK + size + -size % BLOCK
    return places


def spoilt(file: bytes, spoil: Spoil) -> bytes:
    """The container with another header before its last member."""
    at = heads(file)[-1]
    return file[:at] + spoil(file[at : at + BLOCK]) + file[at + BLOCK :]
