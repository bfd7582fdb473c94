"""The memory of running processes as a core dump holds it: gdb's `gcore`, for who is root; else read by the parent."""

import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil

GCORE = "/usr/bin/gcore"
PAGE = 4_096
Memory = Sequence[bytes]
"""The pieces of a process's memory; each begins where a page does."""

_AT_MOST_SECONDS = 120
_HEADER = struct.Struct("<16sHHIQQQIHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")


def memories(process: psutil.Process) -> dict[str, Memory]:
    """What the process and all its children have in memory now, by a name for each."""
    family = (process, *process.children(recursive=True))
    return {f"memory of {each.pid}": memory(each.pid) for each in family}


def memory(pid: int) -> Memory:
    """All that the process can write to: stacks, heaps, what it shares."""
    if os.geteuid() == 0 and shutil.which(GCORE):
        return dumped(pid)
    return peeked(pid)


def dumped(pid: int) -> Memory:
    """A core dump; the process stands still meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        words = [GCORE, "-o", f"{folder}/core", str(pid)]
        subprocess.run(words, capture_output=True, check=True, timeout=_AT_MOST_SECONDS)
        return list(_segments(Path(folder, f"core.{pid}").read_bytes()))


def _segments(core: bytes) -> Iterator[bytes]:
    """The segments of an ELF file of 64 bits, as elf(5) has them; notes, which hold the registers, are some of them."""
    header = _HEADER.unpack_from(core)
    assert header[0].startswith(b"\x7fELF\x02\x01")
    first, size, count = header[5], header[9], header[10]
    for number in range(count):
        _kind, _rights, at, _address, _physical, length, _in_memory, _align = _SEGMENT.unpack_from(
            core, first + number * size
        )
        yield core[at : at + length]


def peeked(pid: int) -> Memory:
    """The writable memory, region by region (Linux, proc(5)); a process may look into its children."""
    pieces = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            region, rights = line.split()[:2]
            first, last = (int(number, 16) for number in region.split("-"))
            if rights.startswith("rw"):
                pieces.append(_read(file.fileno(), first, last - first))
    return pieces


def _read(descriptor: int, at: int, size: int) -> bytes:
    try:
        return os.pread(descriptor, size, at)
    except OSError:  # a region that the kernel keeps to itself
        return b""


def since(before: Iterable[Memory], now: Mapping[str, Memory]) -> dict[str, bytes]:
    """What is in memory now and was in none of those before: every page beside which another one stands than then.

    Processes that were forked share most of what they have, and most of it never changes.
    """
    known: set[tuple[int, int]] = set()
    for memory in before:
        for piece in memory:
            known.update(_pairs(piece))
    found = {}
    for name, memory in now.items():
        found[name] = b"\n".join(_new(piece, known) for piece in memory)
    return found


def _new(piece: bytes, known: set[tuple[int, int]]) -> bytes:
    """The pages of pairs that are not known yet; then they are."""
    wanted = bytearray(len(piece) // PAGE + 2)
    for number, pair in enumerate(_pairs(piece)):
        if pair not in known:
            known.add(pair)
            wanted[number] = wanted[number + 1] = 1
    return b"".join(piece[at : at + PAGE] for at in range(0, len(piece), PAGE) if wanted[at // PAGE])


def _pairs(piece: bytes) -> Iterator[tuple[int, int]]:
    """Each page with the one behind it, the last with nothing."""
    pages = [hash(piece[at : at + PAGE]) for at in range(0, len(piece), PAGE)]
    return zip(pages, [*pages[1:], 0], strict=True) if pages else iter(())
