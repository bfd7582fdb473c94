"""Sealing and opening 100 MB, beside pyrage (age in Rust) and beside the bare cipher, in the same run."""

import io
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import BinaryIO

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.public.seal import seal_file, seal_stream
from crypto.public.stream import CHUNK, SEALED_CHUNK
from crypto.secret.identity import new_seed, public_key
from crypto.secret.unseal import unseal_file, unseal_stream
from tests.bench.figure import Figure
from tests.memory import watched

SIZE = 100_000_000
ROUNDS = 5
# As sealed, as opened: the least speed beside pyrage, and beside the bare cipher.
TARGETS = {"seal": (None, None), "open": (1.5, 0.5)}

Run = Callable[[BinaryIO, BinaryIO], object]


class Nowhere(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: object) -> int:
        """As if all was written."""
        return len(memoryview(data))  # type: ignore[arg-type]


def measure() -> list[Figure]:
    """From memory to nowhere, so that no disk and no page fault is measured; and what files need of memory."""
    growth = _growth()  # first, while nothing large was held that could be used again
    return [*_speeds(), growth]


def _speeds() -> list[Figure]:
    seed, theirs, key = new_seed(), pyrage.x25519.Identity.generate(), new_seed()
    keys, recipients = [public_key(seed)], [theirs.to_public()]
    sealers: list[Run] = [
        lambda source, out: seal_stream(source, out, keys),
        lambda source, out: pyrage.encrypt_io(source, out, recipients),
        lambda source, out: bare_seal(source, out, key),
    ]
    openers: list[Run] = [
        lambda source, out: unseal_stream(source, out, [seed]),
        lambda source, out: pyrage.decrypt_io(source, out, [theirs]),
        lambda source, out: bare_open(source, out, key),
    ]
    plaintext = bytes(SIZE)
    sealed = [_output(seal, plaintext) for seal in sealers]
    return [
        *_figures("seal", _race(sealers, [plaintext] * len(sealers))),
        *_figures("open", _race(openers, sealed)),
    ]


def bare_seal(source: BinaryIO, out: BinaryIO, key: bytes) -> None:
    """Every chunk of 64 KiB under the cipher alone: what no implementation of age can be much faster than."""
    cipher = ChaCha20Poly1305(key)
    for number in count():
        if not (piece := source.read(CHUNK)):
            return
        out.write(cipher.encrypt(number.to_bytes(12, "big"), piece, None))


def bare_open(source: BinaryIO, out: BinaryIO, key: bytes) -> None:
    """The way back."""
    cipher = ChaCha20Poly1305(key)
    for number in count():
        if not (piece := source.read(SEALED_CHUNK)):
            return
        out.write(cipher.decrypt(number.to_bytes(12, "big"), piece, None))


def _output(run: Run, data: bytes) -> bytes:
    out = io.BytesIO()
    run(io.BytesIO(data), out)
    return out.getvalue()


def _race(runs: list[Run], inputs: list[bytes]) -> list[float]:
    """Each one's median speed in MB/s, turn by turn, so that whatever else the machine does meets all."""
    rounds = [[_speed(run, data) for run, data in zip(runs, inputs, strict=True)] for _ in range(ROUNDS)]
    return [statistics.median(speeds) for speeds in zip(*rounds, strict=True)]


def _speed(run: Run, data: bytes) -> float:
    source, out = io.BytesIO(data), Nowhere()
    start = time.perf_counter()
    run(source, out)  # type: ignore[arg-type]
    return SIZE / 1e6 / (time.perf_counter() - start)


def _figures(act: str, speeds: list[float]) -> list[Figure]:
    ours, theirs, bare = speeds
    beside_pyrage, beside_bare = TARGETS[act]
    others = f"pyrage {theirs:,.0f} MB/s, bare ChaCha20-Poly1305 {bare:,.0f} MB/s"
    what = f"{act} 100 MB"
    return [
        Figure(metric=what, value=ours, unit="MB/s", better="higher", peer=others),
        Figure(
            metric=f"{what} beside pyrage", value=ours / theirs, unit="times", target=beside_pyrage, better="higher"
        ),
        Figure(metric=f"{what} beside bare", value=ours / bare, unit="times", target=beside_bare, better="higher"),
    ]


def _growth() -> Figure:
    """Megabytes that the process holds at most above what it held before."""
    seed = new_seed()
    with tempfile.TemporaryDirectory() as folder:
        plain, sealed, again = (Path(folder, name) for name in ("plain", "sealed", "again"))
        with plain.open("wb") as out:
            out.truncate(SIZE)
        with watched() as grown:
            seal_file(plain, sealed, [public_key(seed)])
            unseal_file(sealed, again, [seed])
    return Figure(metric="memory to seal and open a file of 100 MB", value=grown.most / 1e6, unit="MB", target=20)
