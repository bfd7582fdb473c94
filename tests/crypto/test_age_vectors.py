"""The age vectors of C2SP, what this project refuses beyond them, and readers with a fault, which they catch."""

import hashlib
import io
from collections import Counter
from collections.abc import Iterator

import pytest

from crypto.errors import AgeError
from crypto.public import bech32, stream
from crypto.public.seal import derive, header_mac
from crypto.secret.identity import new_seed
from crypto.secret.unseal import Unwrap, unseal
from crypto.wire import age
from tests.crypto.cctv import Read, Vector, holds, read_file, vectors

BY_NAME = {vector.name: vector for vector in vectors()}
HYBRID = [vector for vector in vectors() if not vector.armored and any("-PQ-1" in one for one in vector.identities)]
OTHERS = [vector for vector in vectors() if vector not in HYBRID]

# What FORMAT.md 2.1 refuses although age opens it, or looks past it: any stanza of another type.
STRICTER = {"hybrid_and_x25519": "success", "hybrid_grease": "success", "hybrid_uppercase": "no match"}
CODES = {"header failure": "header-failure", "no match": "no-match"}


def test_the_vectors_are_all_there() -> None:
    assert len(vectors()) == 143
    assert Counter(vector.expect for vector in vectors()) == {
        "success": 26,
        "header failure": 62,
        "armor failure": 22,
        "payload failure": 19,
        "no match": 13,
        "HMAC failure": 1,
    }


@pytest.mark.parametrize("name", BY_NAME)
def test_a_reader_ends_and_releases_as_the_vector_says(name: str) -> None:
    assert holds(BY_NAME[name])


@pytest.mark.parametrize("vector", HYBRID, ids=lambda vector: vector.name)
def test_our_rules_refuse_any_other_stanza_and_else_agree(vector: Vector) -> None:
    seeds = [bech32.decode(text)[1] for text in vector.identities if "-PQ-1" in text]
    assert STRICTER.get(vector.name, vector.expect) == vector.expect
    if vector.expect == "success" and vector.name not in STRICTER:
        assert hashlib.sha256(unseal(vector.file, seeds)).hexdigest() == vector.payload
    else:
        expected = "header-failure" if vector.name in STRICTER else CODES[vector.expect]
        assert _refusal(vector.file, seeds) == expected


@pytest.mark.parametrize("vector", OTHERS, ids=lambda vector: vector.name)
def test_our_rules_refuse_what_is_not_for_us_by_its_header(vector: Vector) -> None:
    assert _refusal(vector.file, [new_seed()]) == "header-failure"


def _refusal(file: bytes, seeds: list[bytes]) -> str:
    with pytest.raises(AgeError) as refused:
        unseal(file, seeds)
    return refused.value.code


def _before_its_mac(data: bytes, unwrap: Unwrap) -> Iterator[bytes]:
    header, source = age.Header.parse(data), io.BytesIO(data)
    file_key = unwrap(header.stanzas)
    source.seek(header.length)
    if len(nonce := source.read(16)) < 16:
        raise AgeError("header-failure", "nonce")
    yield from stream.open_chunks(derive(file_key, nonce, b"payload"), source)
    if header_mac(file_key, header.covered).finalize() != header.mac:
        raise AgeError("mac-failure", "too late")


def _forgiving(where: str) -> Read:
    """A reader that goes on, or ends well, where another fails."""

    def read(data: bytes, unwrap: Unwrap) -> Iterator[bytes]:
        try:
            yield from read_file(data, unwrap)
        except AgeError as error:
            if error.where != where:
                raise

    return read


def _only_whole(data: bytes, unwrap: Unwrap) -> Iterator[bytes]:
    yield b"".join(read_file(data, unwrap))


def _unwrapping_anyhow(data: bytes, unwrap: Unwrap) -> Iterator[bytes]:
    def late(stanzas: tuple[age.Stanza, ...]) -> bytes:
        try:
            return unwrap(stanzas)
        except AgeError:
            raise AgeError("no-match", "whatever it was") from None

    yield from read_file(data, late)


@pytest.mark.parametrize(
    ("read", "caught"),
    [
        (_before_its_mac, {"hmac_bad"}),
        (
            _forgiving("more behind the last chunk"),
            {
                "armor_garbage_encoded",
                "stream_trailing_garbage_long",
                "stream_trailing_garbage_short",
                "stream_two_final_chunks",
                "stream_two_final_chunks_full",
                "stream_two_final_chunks_second",
            },
        ),
        (_forgiving("last chunk is empty"), {"stream_last_chunk_empty"}),
        (
            _only_whole,
            {
                vector.name
                for vector in vectors()
                if vector.expect == "payload failure" and vector.payload != hashlib.sha256().hexdigest()
            },
        ),
        (_unwrapping_anyhow, {"hybrid_low_order", "hybrid_identity", "x25519_low_order", "x25519_identity"}),
    ],
    ids=["mac after release", "trailing bytes", "empty last chunk", "nothing before the end", "class of failure"],
)
def test_the_vectors_catch_a_reader_with_a_fault(read: Read, caught: set[str]) -> None:
    failed = {vector.name for vector in vectors() if not vector.name.startswith("scrypt") and not holds(vector, read)}
    assert caught <= failed
    assert read is _unwrapping_anyhow or caught == failed
