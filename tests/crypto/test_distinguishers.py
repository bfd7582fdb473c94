"""What an envelope shows to whoever stores or carries it: one of four lengths, and nothing else.

Ten thousand envelopes are sealed and looked at with everything that a stranger could compute from them. The sealing
draws its randomness from the machine, so chance can raise a false alarm. Each judgement does so once in a thousand
million runs (chi-square of few envelopes: in a hundred million); all of them together less than once in ten million.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from numpy.typing import NDArray

from crypto.public.seal import INFO, SUITE, seal_envelope
from crypto.secret import identity
from crypto.sign.sign import sign
from crypto.wire import age
from crypto.wire.frame import MESSAGE_FRAMES, fill
from crypto.wire.message import AccountBody, FollowupBody
from tests.crypto.distinguish import (
    HEADER,
    STANZA,
    Bits,
    Bytes,
    Coefficients,
    accuracy,
    as_stanzas,
    chance_of_bits,
    chance_of_counts,
    chance_of_order,
    chi_square_tail,
    halves,
    random_stanzas,
    visible,
)
from tests.twin import Twin
from tests.vectors import scene

FALSE_ALARM = 1e-9
ENVELOPES = 10_000
FEW = 300
# Committee -> how many vaults read for it: the least and the most there can be (FORMAT.md 1.5).
READERS = {"cat": 1, "desk": 8}
SEEDS = [identity.new_seed() for _ in range(max(READERS.values()))]
KEYS = [identity.public_key(seed) for seed in SEEDS]
MESSAGES = {committee: replace(scene.message(), routing=scene.routing(committee)) for committee in READERS}
# Texts of these lengths make messages that need each of the four frames.
TEXT_LENGTHS = (1_000, 40_000, 80_000, 160_000)

Seal = Callable[[bytes, Sequence[bytes]], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Envelopes as rows, and the truth about each: committee, kind, frame, and where the first two keys fit."""

    rows: Bytes
    lengths: tuple[int, ...]
    frames: tuple[int, ...]
    committees: NDArray[np.str_]
    kinds: NDArray[np.str_]
    places: tuple[tuple[int, ...], ...]

    def real(self) -> Bytes:
        """Stanzas that a vault opens."""
        stanzas = as_stanzas(self.rows)
        return np.stack([stanzas[at, place] for at, places in enumerate(self.places) for place in places])

    def decoys(self) -> Bytes:
        """Stanzas that nobody opens, from envelopes of which every reader is known."""
        alone = [(at, places[0]) for at, places in enumerate(self.places) if len(places) == 1]
        stanzas = as_stanzas(self.rows)
        return np.concatenate([np.delete(stanzas[at], place, axis=0) for at, place in alone])


@pytest.fixture(scope="module")
def python() -> Sample:
    """Sealed by the Python code."""
    return observe(seal_envelope, ENVELOPES)


@pytest.fixture(scope="module")
def browser() -> Sample:
    """Sealed by the browser's code, which is slower."""
    with Twin() as twin:
        return observe(twin.envelope, FEW)


@pytest.fixture(scope="module")
def browser_many() -> Sample:
    """As many by the browser's code."""
    with Twin() as twin:
        return observe(twin.envelope, ENVELOPES)


MANY = pytest.param("browser_many", marks=[pytest.mark.prove, pytest.mark.timeout(3_600)])


@pytest.fixture(scope="module", params=["python", "browser", MANY])
def sample(request: pytest.FixtureRequest) -> Sample:
    """Each of them in turn."""
    chosen: Sample = request.getfixturevalue(request.param)
    return chosen


def observe(seal: Seal, count: int) -> Sample:
    """Seals messages of every kind to both committees, and looks for their readers by really trying their keys."""
    rng = random.Random(count)
    keys = [identity.load(seed) for seed in SEEDS[:2]]
    rows, truths = [], []
    for _ in range(count):
        committee, kind = rng.choice([*READERS]), rng.choice(["account", "followup"])
        (length,) = rng.choices(TEXT_LENGTHS, weights=(7, 1, 1, 1))
        frame = framed(committee, kind, length + rng.randrange(1_000), rng)
        envelope = seal(frame, KEYS[: READERS[committee]])
        rows.append(visible(envelope))
        places = tuple(place_of(rows[-1], key) for key in keys[: READERS[committee]])
        truths.append((len(envelope), len(frame), committee, kind, places))
    lengths, frames, committees, kinds, places_of_all = zip(*truths, strict=True)
    return Sample(
        rows=np.stack(rows),
        lengths=lengths,
        frames=frames,
        committees=np.array(committees),
        kinds=np.array(kinds),
        places=places_of_all,
    )


def framed(committee: str, kind: str, length: int, rng: random.Random) -> bytes:
    """A message as a client composes it: signed by its thread, filled to one of four sizes."""
    words = "".join(rng.choices("abcdefgh \u0438\u0639", k=100)) * (length // 100)
    body = (
        AccountBody(questionnaire=bytes(32), answers={"words": words, "danger": ("now",)})
        if kind == "account"
        else FollowupBody(text=words, answers_to=rng.randbytes(16))
    )
    signed = replace(MESSAGES[committee], id=rng.randbytes(16), body=body).encode()
    return fill(signed, sign("message", scene.PORTAL, signed, scene.KEYS.sign_seed()), MESSAGE_FRAMES)


def place_of(row: Bytes, key: hpke.MLKEM768X25519PrivateKey) -> int:
    """The stanza that decapsulates under this key."""
    for at, stanza in enumerate(row[:HEADER].reshape(age.ENVELOPE_STANZAS, -1)):
        try:
            SUITE.decrypt(stanza.tobytes(), key, info=INFO)
        except InvalidTag:
            continue
        return at
    raise AssertionError


def test_there_are_four_lengths_and_the_frame_alone_decides(sample: Sample) -> None:
    expected = dict(zip(MESSAGE_FRAMES, age.ENVELOPE_LENGTHS, strict=True))
    assert all(length == expected[frame] for length, frame in zip(sample.lengths, sample.frames, strict=True))
    told = zip(sample.lengths, sample.committees.tolist(), sample.kinds.tolist(), strict=True)
    assert len(set(told)) == len(age.ENVELOPE_LENGTHS) * len(READERS) * 2


def test_no_place_is_more_likely_to_hold_a_reader(sample: Sample) -> None:
    for nth in range(2):
        found = [places[nth] for places in sample.places if len(places) > nth]
        assert chance_of_counts(np.bincount(found, minlength=16).tolist()) > FALSE_ALARM


def test_the_places_of_two_readers_know_nothing_of_each_other(sample: Sample) -> None:
    apart = [(b - a) % 16 for a, b in (places for places in sample.places if len(places) == 2)]
    assert 0 not in apart
    assert chance_of_counts(np.bincount(apart, minlength=16).tolist()[1:]) > FALSE_ALARM


def test_no_bit_of_a_stanza_tells_a_reader_from_a_decoy(sample: Sample) -> None:
    assert chance_of_bits(sample.real(), sample.decoys()) > FALSE_ALARM


def test_no_stanza_can_be_classified_as_a_readers_or_a_decoy(sample: Sample) -> None:
    real, decoys = halves(sample.real()), halves(sample.decoys())
    for judge in (
        Coefficients.by_theory(),
        Coefficients.learn(real[0], decoys[0]),
        Bits.learn(real[0], decoys[0]),
    ):
        assert chance_of_order(judge.scores(real[1]), judge.scores(decoys[1])) > FALSE_ALARM


@pytest.mark.parametrize("truth", ["committees", "kinds"])
def test_neither_the_committee_nor_the_kind_of_a_message_shows(sample: Sample, truth: str) -> None:
    label = getattr(sample, truth)
    one, other = (sample.rows[label == value] for value in np.unique(label))
    assert chance_of_bits(one, other) > FALSE_ALARM
    (known, tried), (known_other, tried_other) = halves(one), halves(other)
    bits = Bits.learn(known, known_other)
    assert chance_of_order(bits.scores(tried), bits.scores(tried_other)) > FALSE_ALARM
    numbers = Coefficients.learn(*(as_stanzas(rows).reshape(-1, STANZA) for rows in (known, known_other)))
    assert chance_of_order(*(whole_scores(numbers, rows) for rows in (tried, tried_other))) > FALSE_ALARM


def whole_scores(judge: Coefficients, rows: Bytes) -> NDArray[np.float64]:
    """The scores of all stanzas of each envelope, added up."""
    of_stanzas = judge.scores(as_stanzas(rows).reshape(-1, STANZA))
    of_envelopes: NDArray[np.float64] = of_stanzas.reshape(len(rows), -1).sum(axis=1)
    return of_envelopes


def test_decoys_of_random_bytes_would_be_told_apart(python: Sample) -> None:
    real = halves(python.real())
    careless = halves(random_stanzas(len(python.decoys()), np.random.default_rng(1)))
    for judge in (Coefficients.by_theory(), Coefficients.learn(real[0], careless[0])):
        scores = judge.scores(real[1]), judge.scores(careless[1])
        assert accuracy(*scores) > 0.95
        assert chance_of_order(*scores) < FALSE_ALARM


def test_one_bit_that_leans_would_be_found(python: Sample) -> None:
    one, other = python.rows[::2].copy(), python.rows[1::2]
    one[:, HEADER - 1] |= np.random.default_rng(2).random(len(one)) < 0.3
    assert chance_of_bits(one, other) < FALSE_ALARM


def test_many_bits_that_lean_too_little_to_be_seen_alone_would_be_found_together(python: Sample) -> None:
    ends = python.rows[:, -512:]
    one, other = halves(ends[::2].copy()), halves(ends[1::2])
    for rows in one:
        rows |= leaning(rows.shape)
    judge = Bits.learn(one[0], other[0])
    assert chance_of_order(judge.scores(one[1]), judge.scores(other[1])) < FALSE_ALARM


def leaning(shape: tuple[int, ...]) -> Bytes:
    """Bytes of which each bit is set three times in a hundred."""
    bits = np.random.default_rng(4).random((shape[0], shape[1] * 8)) < 0.03
    return np.packbits(bits, axis=1)


def test_a_shuffle_that_forgets_the_last_place_would_be_found(python: Sample) -> None:
    rng, readers = random.Random(3), sum(len(places) > 0 for places in python.places)
    counts = [0] * age.ENVELOPE_STANZAS
    for _ in range(readers):
        counts[rng.randrange(age.ENVELOPE_STANZAS - 1)] += 1
    assert chance_of_counts(counts) < FALSE_ALARM


@pytest.mark.parametrize(
    ("value", "freedom", "tail"), [(3.841459, 1, 0.05), (5.991465, 2, 0.05), (30.57791, 15, 0.01), (23.68479, 14, 0.05)]
)
def test_chi_square_is_the_one_of_the_tables(value: float, freedom: int, tail: float) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(tail, rel=1e-5)
