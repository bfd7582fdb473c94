"""Sealing and opening: who can, who cannot, and what shows."""

import io
import random
from collections.abc import Iterator
from dataclasses import replace

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import AgeError, FormatError, RoutingError
from crypto.public.keys import parse_recipient, recipient_text
from crypto.public.seal import decoy_slot, seal, seal_envelope, seal_slot
from crypto.public.stream import CHUNK, joined, open_chunks, seal_chunks
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


def test_sizes_are_the_numbers_that_are_promised() -> None:
    assert [len(seal_envelope(bytes(frame), KEYS[:1])) for frame in MESSAGE_FRAMES] == [
        57_782,
        90_550,
        156_102,
        287_206,
    ]
    assert [age.Header.parse(seal(b"", KEYS[:count])).length for count in (1, 16)] == [1_627, 24_982]
    assert len(seal_slot(bytes(8_192), KEYS[0])) == len(decoy_slot()) == 9_851


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


PRIME = 2**255 - 19
SHARES = {
    name: (value | highest << 255).to_bytes(32, "little")
    for highest, mark in ((0, ""), (1, " with the highest bit"))
    for name, value in {
        **{f"{value}{mark}": value for value in range(20)},
        **{f"p + {value}{mark}": PRIME + value for value in range(-2, 19)},
        **{f"order 8, {at}{mark}": value for at, value in enumerate(age._ORDER_8)},
        **{f"beside order 8, {at}{mark}": value + 1 for at, value in enumerate(age._ORDER_8)},
    }.items()
}
LOW = {name for name, share in SHARES.items() if age.has_low_order(share)}


def test_low_order_is_what_gives_zero_with_every_key() -> None:
    for key in (bytes(32), b"\x01" * 32, SEEDS[0]):
        assert {name for name, share in SHARES.items() if _gives_zero(key, share)} == LOW
    assert len(LOW) == 14
    assert not any(age.has_low_order(X25519PrivateKey.generate().public_key().public_bytes_raw()) for _ in range(100))


def _gives_zero(key: bytes, share: bytes) -> bool:
    try:
        X25519PrivateKey.from_private_bytes(key).exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("place", [0, 1], ids=["before ours", "behind ours"])
def test_a_share_of_low_order_fails_the_whole_header_whoever_it_is_for(name: str, place: int) -> None:
    header = age.Header.parse(seal(b"words", KEYS[:2]))
    stanzas, other = list(header.stanzas), header.stanzas[place]
    key = age.from_base64(other.arguments[0].encode("ascii"))[:-32] + SHARES[name]
    stanzas[place] = replace(other, arguments=(age.to_base64(key).decode("ascii"),))
    file = age.covered_bytes(tuple(stanzas)) + age.mac_line_end(header.mac) + bytes(48)
    code = "header-failure" if name in LOW else "mac-failure"
    with pytest.raises(AgeError, match=code):
        unseal(file, [SEEDS[1 - place]])


def test_a_key_of_low_order_is_never_sealed_to() -> None:
    for name in LOW:
        with pytest.raises(FormatError, match="recipient"):
            seal(b"words", [KEYS[0][:-32] + SHARES[name]])


def test_keys_loaded_once_open_as_seeds_do_and_show_nothing() -> None:
    loaded = identity.Identities.load(SEEDS[:3])
    assert [unseal(seal(b"words", [key]), loaded) for key in KEYS[:3]] == [b"words"] * 3
    assert repr(loaded) == "Identities()"
    with pytest.raises(AgeError, match="no-match"):
        unseal(seal(b"words", KEYS[3:]), loaded)


def test_a_header_longer_than_any_that_is_allowed_is_not_read_to_its_end() -> None:
    longest = age.Header.parse(seal(b"", [KEYS[0]] * age.MOST_STANZAS)).length
    assert longest == 31_210 < age.MOST_HEADER
    source = io.BytesIO(b"age-encryption.org/v1\n-> x\n" + (b"A" * 64 + b"\n") * 100_000)
    with pytest.raises(AgeError, match="header too long"):
        age.Header.read(source)
    assert source.tell() < age.MOST_HEADER + 100


@given(st.binary(max_size=200))
def test_chunks_come_back(plaintext: bytes) -> None:
    key = bytes(32)
    assert b"".join(open_chunks(key, joined(seal_chunks(key, io.BytesIO(plaintext))))) == plaintext


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
