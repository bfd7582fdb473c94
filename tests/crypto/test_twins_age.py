"""Python and the browser's code open what the other sealed, and refuse the same (FORMAT.md 2, 7)."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError
from crypto.public.seal import seal, seal_envelope, seal_slot
from crypto.secret.identity import public_key
from crypto.secret.unseal import unseal
from crypto.wire.age import SLOT_PLAINTEXT, check_envelope, check_slot
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url
from crypto.wire.frame import MESSAGE_FRAMES
from tests.twin import Broken, Refused, Twin, TwinMissing

SEEDS = [sha256(f"a reader of both languages {number}".encode()) for number in range(16)]
KEYS = [public_key(seed) for seed in SEEDS]
STRANGER = sha256(b"nobody's key")

SIZES = (0, 1, 65_535, 65_536, 65_537, 1_000_003)
MEBIBYTE = 1 << 20
PORTAL = "test.sealed-intake"


@dataclass(frozen=True, slots=True)
class Readers:
    """How many can open something, and which of them tries."""

    count: int
    opener: int

    @property
    def keys(self) -> list[bytes]:
        return KEYS[: self.count]

    @property
    def seed(self) -> bytes:
        return SEEDS[self.opener]


readers = st.integers(1, 16).flatmap(
    lambda count: st.builds(Readers, count=st.just(count), opener=st.integers(0, count - 1))
)


def pattern(length: int) -> bytes:
    """Bytes that repeat nowhere near a chunk's length."""
    return (bytes(range(251)) * (length // 251 + 1))[:length]


@pytest.mark.parametrize("count", [1, 5, 16])
@pytest.mark.parametrize("size", SIZES)
def test_each_language_opens_what_the_other_sealed_of_any_size_to_any_number(twin: Twin, size: int, count: int) -> None:
    plaintext, by_all = pattern(size), Readers(count, count - 1)
    assert twin.open(seal(plaintext, by_all.keys), by_all.seed) == plaintext
    assert unseal(twin.seal(plaintext, by_all.keys), [by_all.seed]) == plaintext


# 1,000 examples in all, each in both directions. Envelopes take the browser's code longest: fifteen decoys.


@settings(max_examples=300)
@given(plaintext=st.binary(max_size=2_000), by=readers)
def test_any_small_file_opens_in_the_other_language(twin: Twin, plaintext: bytes, by: Readers) -> None:
    assert twin.open(seal(plaintext, by.keys), by.seed) == plaintext
    assert unseal(twin.seal(plaintext, by.keys), [by.seed]) == plaintext


@settings(max_examples=620)
@given(start=st.binary(max_size=64), number=st.integers(0, 15))
def test_any_slot_opens_in_the_other_language(twin: Twin, start: bytes, number: int) -> None:
    plaintext = start.ljust(SLOT_PLAINTEXT, b"\x00")
    ours, theirs = seal_slot(plaintext, KEYS[number]), twin.slot(plaintext, KEYS[number])
    check_slot(theirs)
    assert twin.parse_many("slot", [ours]) == ["ok"]
    assert twin.open(ours, SEEDS[number]) == unseal(theirs, [SEEDS[number]]) == plaintext


@settings(max_examples=80)
@given(start=st.binary(max_size=64), size=st.sampled_from(MESSAGE_FRAMES), by=readers)
@example(start=b"all", size=MESSAGE_FRAMES[3], by=Readers(16, 15))
@example(start=b"one", size=MESSAGE_FRAMES[0], by=Readers(1, 0))
def test_any_envelope_opens_in_the_other_language(twin: Twin, start: bytes, size: int, by: Readers) -> None:
    frame = start.ljust(size, b"\x00")
    ours, theirs = seal_envelope(frame, by.keys), twin.envelope(frame, by.keys)
    check_envelope(theirs)
    assert twin.parse_many("envelope", [ours]) == ["ok"]
    assert len(ours) == len(theirs)
    assert twin.open(ours, by.seed) == unseal(theirs, [by.seed]) == frame


SLOT = seal_slot(pattern(SLOT_PLAINTEXT), KEYS[0])


def verdict(act: Callable[..., bytes], *given: object) -> str:
    """`ok`, or the code of the refusal."""
    try:
        act(*given)
    except (CryptoError, Refused) as refusal:
        return refusal.code
    return "ok"


@settings(max_examples=200)
@given(at=st.integers(0, len(SLOT) - 1), by=st.integers(0, 255), cut=st.booleans())
@example(at=0, by=0, cut=False)
@example(at=len(SLOT) - 1, by=1, cut=False)
def test_a_file_that_was_altered_or_cut_is_refused_with_the_same_code(twin: Twin, at: int, by: int, cut: bool) -> None:
    bent = SLOT[:at] if cut else SLOT[:at] + bytes([SLOT[at] ^ by]) + SLOT[at + 1 :]
    ours = verdict(unseal, bent, [SEEDS[0]])
    assert verdict(twin.open, bent, SEEDS[0]) == ours
    assert (ours == "ok") == (bent == SLOT)


def test_a_stranger_opens_nothing_in_either_language(twin: Twin) -> None:
    frame = bytes(MESSAGE_FRAMES[0])
    for envelope in (seal_envelope(frame, KEYS[:3]), twin.envelope(frame, KEYS[:3])):
        assert verdict(unseal, envelope, [STRANGER]) == "no-match"
        assert verdict(twin.open, envelope, STRANGER) == "no-match"


def test_a_key_that_is_none_is_refused_by_both(twin: Twin) -> None:
    not_reduced = b"\xff" * 1_184 + KEYS[0][1_184:]
    low_order = KEYS[0][:1_184] + bytes(32)
    for key in (b"", KEYS[0][:-1], KEYS[0] + b"\x00", not_reduced, low_order):
        assert verdict(seal, b"", [key]) == "bad-format"
        assert verdict(twin.seal, b"", [key]) == "bad-format"


def part_name(seed: bytes, number: int) -> bytes:
    """FORMAT.md 7.3, from the text alone."""
    info = b"sealed-intake/derive/v1 part\x00" + number.to_bytes(2, "big")
    return HKDF(algorithm=hashes.SHA256(), length=16, salt=PORTAL.encode(), info=info).derive(seed)


@pytest.mark.parametrize("over", [0, 1])
def test_python_opens_attached_files_with_the_seed_alone(twin: Twin, over: int) -> None:
    files = [("صورة.jpg", "image/jpeg", pattern(1_000_000)), ("empty", "", b""), ("b", "", bytes(46_677 + over))]
    given_back = twin.attach(PORTAL, files)
    members = json.loads(given_back.attachments)
    stream = b"".join(given_back.parts.values())
    assert members["mebibytes"] == 1 + over
    assert len(stream) == (1 + over) * MEBIBYTE
    assert sha256(stream) == from_base64url(members["sha256"])
    seed = from_base64url(members["seed"])
    assert list(given_back.parts) == [part_name(seed, number) for number in range(1 + over)]
    plaintext = unseal(stream, [seed])
    for (name, _, data), member in zip(files, members["files"], strict=True):
        start = member["offset"]
        assert member["name"] == name
        assert plaintext[start : start + member["length"]] == data
        assert sha256(data) == from_base64url(member["sha256"])
    assert not any(plaintext[len(b"".join(data for _, _, data in files)) :])


def test_what_the_twin_does_not_know_is_a_fault_and_not_a_refusal(twin: Twin) -> None:
    with pytest.raises(Broken, match="unknown name"):
        twin.parse("no such parser", b"")
    assert twin.parse("json", b'{"a":1}') == b'{"a":1}'
    with pytest.raises(Refused, match="bad-format"):
        twin.parse("json", b'{"a": 1}')


def test_a_twin_that_was_not_started_says_so() -> None:
    with pytest.raises(TwinMissing, match="not started"):
        Twin().parse("json", b"{}")
