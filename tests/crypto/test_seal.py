"""Sealing and opening: who can, who cannot, and what shows."""

import random
from collections.abc import Iterator

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import AgeError, FormatError, RoutingError
from crypto.public.keys import parse_recipient, recipient_text
from crypto.public.seal import decoy_slot, seal, seal_envelope, seal_slot
from crypto.public.stream import CHUNK, open_chunks, seal_chunks
from crypto.secret import identity
from crypto.secret.unseal import unseal
from crypto.wire import age
from crypto.wire.frame import MESSAGE_FRAMES

SEEDS = [identity.new_seed() for _ in range(16)]
KEYS = [identity.public_key(seed) for seed in SEEDS]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 1_000_003])
@pytest.mark.parametrize("count", [1, 5, 16])
def test_every_recipient_opens_what_was_sealed(size: int, count: int) -> None:
    plaintext = random.Random(size).randbytes(size)
    sealed = seal(plaintext, KEYS[:count])
    assert all(unseal(sealed, [seed]) == plaintext for seed in SEEDS[:count])


def test_a_stranger_cannot_open() -> None:
    with pytest.raises(AgeError, match="no-match"):
        unseal(seal(b"words", KEYS[:2]), [identity.new_seed()])


@pytest.mark.parametrize("count", [1, 2, 16])
@pytest.mark.parametrize(("frame", "length"), [*zip(MESSAGE_FRAMES, age.ENVELOPE_LENGTHS, strict=True)])
def test_an_envelope_has_one_shape_whoever_reads_it(count: int, frame: int, length: int) -> None:
    envelope = seal_envelope(bytes(frame), KEYS[:count])
    age.check_envelope(envelope)
    assert len(envelope) == length
    assert all(unseal(envelope, [seed]) == bytes(frame) for seed in SEEDS[:count])


def test_the_place_of_a_real_stanza_tells_nothing() -> None:
    places = {_place(seal_envelope(bytes(MESSAGE_FRAMES[0]), KEYS[:1]), SEEDS[0]) for _ in range(200)}
    assert places == set(range(age.ENVELOPE_STANZAS))


def _place(envelope: bytes, seed: bytes) -> int:
    """Which stanza the seed opens: the one without which it no longer matches."""
    header = age.Header.parse(envelope)
    for at in range(age.ENVELOPE_STANZAS):
        covered = age.covered_bytes((header.stanzas[at],))
        try:
            unseal(covered + age.mac_line_end(header.mac) + envelope[header.length :], [seed])
        except AgeError as error:
            if error.code == "mac-failure":
                return at
    raise AssertionError


def test_nobody_is_left_and_too_many_are_refused_before_sealing() -> None:
    with pytest.raises(RoutingError, match="nobody-left"):
        seal_envelope(bytes(MESSAGE_FRAMES[0]), [])
    with pytest.raises(RoutingError, match="too-many-vaults"):
        seal_envelope(bytes(MESSAGE_FRAMES[0]), [*KEYS, KEYS[0]])


def test_a_decoy_looks_like_a_slot_and_opens_for_nobody() -> None:
    real, decoy = seal_slot(bytes(age.SLOT_PLAINTEXT), KEYS[0]), decoy_slot()
    age.check_slot(real)
    age.check_slot(decoy)
    assert unseal(real, [SEEDS[0]]) == bytes(age.SLOT_PLAINTEXT)
    with pytest.raises(AgeError, match="no-match"):
        unseal(decoy, SEEDS)


def test_no_altered_byte_opens() -> None:
    sealed = seal_slot(bytes(range(256)) * 32, KEYS[0])
    for at in (*range(0, 1_700, 3), *range(1_700, len(sealed), 97)):
        altered = bytearray(sealed)
        altered[at] ^= 1
        with pytest.raises(FormatError):
            unseal(bytes(altered), [SEEDS[0]])


@pytest.mark.parametrize("cut", [1, 15, 16, 17, 8_208, 8_225, 9_000])
def test_a_shortened_or_lengthened_file_fails_whole(cut: int) -> None:
    sealed = seal_slot(bytes(age.SLOT_PLAINTEXT), KEYS[0])
    with pytest.raises(FormatError):
        unseal(sealed[:-cut], [SEEDS[0]])
    with pytest.raises(FormatError):
        unseal(sealed + bytes(cut), [SEEDS[0]])


def test_a_file_cut_at_a_chunk_border_fails() -> None:
    sealed = seal(bytes(2 * CHUNK), KEYS[:1])
    with pytest.raises(AgeError, match="payload-failure"):
        unseal(sealed[: -(CHUNK + 16)], [SEEDS[0]])


def test_another_recipient_type_is_refused_even_beside_ours() -> None:
    sealed = pyrage.encrypt(b"words", [pyrage.x25519.Identity.generate().to_public()])
    with pytest.raises(AgeError, match="header-failure"):
        unseal(sealed, SEEDS)
    header = age.Header.parse(seal(b"words", KEYS[:1]))
    mixed = (*header.stanzas, age.Header.parse(sealed).stanzas[0])
    with pytest.raises(AgeError, match="stanza type"):
        unseal(age.covered_bytes(mixed) + age.mac_line_end(header.mac), SEEDS)


@given(st.binary(max_size=200))
def test_chunks_come_back(plaintext: bytes) -> None:
    key = bytes(32)
    assert open_chunks(key, seal_chunks(key, plaintext)) == plaintext


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_are_a_header_in_its_one_form(data: bytes) -> None:
    for start in (b"", b"age-encryption.org/v1\n", b"age-encryption.org/v1\n-> mlkem768x25519 "):
        try:
            header = age.Header.parse(start + data)
        except AgeError:
            continue
        assert age.covered_bytes(header.stanzas) == header.covered


def test_keys_are_written_as_age_writes_them() -> None:
    text = recipient_text(KEYS[0])
    assert text.startswith("age1pq1")
    assert parse_recipient(text) == KEYS[0]
    assert identity.identity_text(SEEDS[0]).startswith("AGE-SECRET-KEY-PQ-1")
    with pytest.raises(FormatError):
        parse_recipient(text[:-1] + ("q" if text[-1] != "q" else "p"))


def test_a_key_with_an_unreduced_coefficient_is_refused() -> None:
    unreduced = b"\xff\x0f" + KEYS[0][2:]
    assert len(unreduced) == len(KEYS[0])
    with pytest.raises(FormatError, match="recipient"):
        seal(b"words", [unreduced])


def test_the_shape_check_agrees_with_taking_the_header_apart() -> None:
    rng, envelope = random.Random(7), seal_envelope(bytes(MESSAGE_FRAMES[0]), KEYS[:2])
    answers = {(_has_shape(changed), _comes_apart(changed)) for changed in _changed_headers(envelope, rng)}
    assert answers == {(True, True), (False, False)}


def _changed_headers(envelope: bytes, rng: random.Random) -> Iterator[bytes]:
    """One byte of the header replaced, most often by what could stand there."""
    for _ in range(3_000):
        changed = bytearray(envelope)
        changed[rng.randrange(24_982)] = rng.choice(b"AQEgw048+/-_ \n=z" + rng.randbytes(1))
        yield bytes(changed)


def _has_shape(data: bytes) -> bool:
    try:
        age.check_envelope(data)
    except FormatError:
        return False
    return True


def _comes_apart(data: bytes) -> bool:
    try:
        stanzas = age.Header.parse(data).stanzas
        return len([age.encapsulated_key(stanza) for stanza in stanzas]) == age.ENVELOPE_STANZAS
    except AgeError:
        return False
