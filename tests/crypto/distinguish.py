"""What a stranger can compute from envelopes, and how surprising it is when nothing is to be found.

Every test gives a probability: how often pure chance shows at least so much. Nothing here is secret or fast; the
ciphertext of ML-KEM-768 is taken apart as FIPS 203, section 7.2, packs it: 3 x 256 numbers of 10 bits, then 256 of 4.
"""

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crypto.wire import age

STANZA = age.ENCAPSULATED_LENGTH + age.WRAPPED_LENGTH
HEADER = age.ENVELOPE_STANZAS * STANZA
_U, _V = 960, 1_088
_MODULUS = 3_329
_ENDS = 64
_AT_ONCE = 500

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.float64]


def visible(envelope: bytes) -> Bytes:
    """An envelope as one row: its 16 stanzas of 1,152 bytes, the MAC, and both ends of what follows the header."""
    age.check_envelope(envelope)
    lines = envelope.split(b"\n", 2 + 2 * age.ENVELOPE_STANZAS)
    texts = [line.rpartition(b" ")[2] for line in lines[1:-1]]
    header = b"".join(base64.b64decode(text + b"=" * (-len(text) % 4)) for text in texts)
    return np.frombuffer(header + lines[-1][:_ENDS] + lines[-1][-_ENDS:], np.uint8)


def as_stanzas(rows: Bytes) -> Bytes:
    """The stanzas of envelopes: `(envelopes, 16, 1152)`."""
    return rows[:, :HEADER].reshape(len(rows), age.ENVELOPE_STANZAS, STANZA)


def random_stanzas(count: int, rng: np.random.Generator) -> Bytes:
    """What a careless maker of decoys would send: random bytes, with the one bit clear that X25519 keeps clear."""
    rows = rng.integers(0, 256, (count, STANZA), np.uint8)
    rows[:, age.ENCAPSULATED_LENGTH - 1] &= 0x7F
    return rows


def ones(rows: Bytes) -> NDArray[np.int64]:
    """How often each bit is set."""
    total = np.zeros(rows.shape[1] * 8, np.int64)
    for part in _parts(rows):
        total += np.unpackbits(part, axis=1).sum(axis=0, dtype=np.int64)
    return total


def chance_of_bits(one: Bytes, other: Bytes) -> float:
    """The two-sample z of every bit; the chance of the most surprising one, times their number (Bonferroni)."""
    sizes = len(one), len(other)
    shares = ones(one) / sizes[0], ones(other) / sizes[1]
    pooled = (shares[0] * sizes[0] + shares[1] * sizes[1]) / sum(sizes)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1]))
    varied = spread > 0
    z = np.abs(shares[0] - shares[1])[varied] / spread[varied]
    return min(1.0, float(z.size) * math.erfc(float(z.max()) / math.sqrt(2)))


def chance_of_counts(counts: Sequence[int]) -> float:
    """Chi-square of counts that should be alike."""
    expected = sum(counts) / len(counts)
    return chi_square_tail(sum((count - expected) ** 2 for count in counts) / expected, len(counts) - 1)


def chi_square_tail(value: float, freedom: int) -> float:
    """How often chi-square is at least `value`; exact, by the recurrence of the incomplete gamma function."""
    half = value / 2
    tail, a = (math.erfc(math.sqrt(half)), 0.5) if freedom % 2 else (math.exp(-half), 1.0)
    while a < freedom / 2:
        tail += math.exp(a * math.log(half) - half - math.lgamma(a + 1)) if half else 0.0
        a += 1
    return tail


def chance_of_order(one: Numbers, other: Numbers) -> float:
    """Mann-Whitney: how often scores of one kind would stand so far above or below the other's by chance."""
    n, m = len(one), len(other)
    ranks = np.empty(n + m)
    ranks[np.argsort(np.concatenate([one, other]), kind="stable")] = np.arange(1, n + m + 1)
    wins = float(ranks[:n].sum()) - n * (n + 1) / 2
    return math.erfc(abs(wins - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12) / math.sqrt(2))


def accuracy(one: Numbers, other: Numbers) -> float:
    """How often a positive score means `one` and any other means `other`, both being as frequent."""
    return float(((one > 0).mean() + (other <= 0).mean()) / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """Tells stanzas apart by ML-KEM's compressed numbers: log-likelihood ratios of each value of u and of v.

    Compression of Z_3329 to 10 bits gives 257 of the 1,024 values four preimages and the others three.
    """

    u: Numbers
    v: Numbers

    @classmethod
    def by_theory(cls) -> "Coefficients":
        """An encapsulation against random bytes, knowing only FIPS 203."""
        tables = []
        for bits in (10, 4):
            rounded = ((np.arange(_MODULUS) << (bits + 1)) + _MODULUS) // (2 * _MODULUS) % (1 << bits)
            tables.append(np.log(np.bincount(rounded) * (1 << bits) / _MODULUS))
        return cls(u=tables[0], v=tables[1])

    @classmethod
    def learn(cls, one: Bytes, other: Bytes) -> "Coefficients":
        """From stanzas `(n, 1152)` of both kinds."""
        u_one, v_one = _value_counts(one)
        u_other, v_other = _value_counts(other)
        return cls(u=_log_ratio(u_one, u_other), v=_log_ratio(v_one, v_other))

    def scores(self, stanzas: Bytes) -> Numbers:
        """One number a stanza; positive speaks for the first kind."""
        parts = [_numbers(part) for part in _parts(stanzas)]
        return np.concatenate([self.u[u].sum(axis=1) + self.v[v].sum(axis=1) for u, v in parts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bits:
    """Tells rows apart by all their bits at once: a log-likelihood ratio for each bit, as if they were independent."""

    weights: NDArray[np.float32]
    start: float

    @classmethod
    def learn(cls, one: Bytes, other: Bytes) -> "Bits":
        """From rows of both kinds."""
        p, q = ((ones(rows) + 1) / (len(rows) + 2) for rows in (one, other))
        weights = np.log(p / q) - np.log((1 - p) / (1 - q))
        return cls(weights=weights.astype(np.float32), start=float(np.log((1 - p) / (1 - q)).sum()))

    def scores(self, rows: Bytes) -> Numbers:
        """One number a row; positive speaks for the first kind."""
        parts = [np.unpackbits(part, axis=1).astype(np.float32) @ self.weights for part in _parts(rows)]
        return np.concatenate(parts).astype(np.float64) + self.start


def halves(rows: Bytes) -> tuple[Bytes, Bytes]:
    """Rows to learn from, and rows to try on."""
    return rows[::2], rows[1::2]


def _parts(rows: Bytes) -> Iterator[Bytes]:
    return (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))


def _numbers(stanzas: Bytes) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """u `(n, 768)` from groups of five bytes, v `(n, 256)` from halves of bytes."""
    a, b, c, d, e = np.moveaxis(stanzas[:, :_U].reshape(len(stanzas), -1, 5).astype(np.uint16), 2, 0)
    u = np.stack([a | (b & 3) << 8, b >> 2 | (c & 15) << 6, c >> 4 | (d & 63) << 4, d >> 6 | e << 2], axis=2)
    packed = stanzas[:, _U:_V].astype(np.uint16)
    return u.reshape(len(stanzas), -1), np.concatenate([packed & 15, packed >> 4], axis=1)


def _value_counts(stanzas: Bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    u_total, v_total = np.zeros(1 << 10, np.int64), np.zeros(1 << 4, np.int64)
    for part in _parts(stanzas):
        u, v = _numbers(part)
        u_total += np.bincount(u.ravel(), minlength=1 << 10)
        v_total += np.bincount(v.ravel(), minlength=1 << 4)
    return u_total, v_total


def _log_ratio(one: NDArray[np.int64], other: NDArray[np.int64]) -> Numbers:
    ratio: Numbers = np.log((one + 1) / (one.sum() + one.size)) - np.log((other + 1) / (other.sum() + other.size))
    return ratio
