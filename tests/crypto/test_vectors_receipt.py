"""Receipts, case by case, and what their check digit finds (FORMAT.md 5.1)."""

import unicodedata
from typing import Any

import pytest

from crypto.errors import ReceiptError
from crypto.wire.fields import from_base64url as data
from crypto.wire.receipt import check_digit, format_digits, parse_digits
from crypto.wire.receipt_words import format_words, parse_receipt, parse_words
from tests.crypto.vectors import load, named

Case = dict[str, Any]
WHOLE = load("receipt")
PLAIN = [one["digits"].replace(" ", "") for one in WHOLE["written"]]


def refused(digits: str) -> str:
    """The code, or nothing when the digits are taken."""
    try:
        parse_digits(digits)
    except ReceiptError as error:
        return error.code
    return ""


def outcome(case: Case) -> bytes | str:
    """The receipt or the code of the refusal."""
    try:
        return parse_receipt(case["text"])
    except ReceiptError as error:
        return error.code


def wrong_digits(digits: str) -> list[str]:
    """Every text that differs in one digit: nine for each of forty places."""
    places = range(len(digits))
    return [digits[:at] + one + digits[at + 1 :] for at in places for one in "0123456789" if one != digits[at]]


def swaps(digits: str) -> list[str]:
    """Every text in which two different neighbours have changed places."""
    pairs = [at for at in range(len(digits) - 1) if digits[at] != digits[at + 1]]
    return [digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in pairs]


@pytest.mark.parametrize("case", WHOLE["digits"], ids=named)
def test_digits(case: Case) -> None:
    assert outcome(case) == (data(case["receipt"]) if "receipt" in case else case["code"])


@pytest.mark.parametrize("case", WHOLE["words"], ids=named)
def test_words(case: Case) -> None:
    assert outcome(case) == (data(case["receipt"]) if "receipt" in case else case["code"])


@pytest.mark.parametrize("case", WHOLE["written"])
def test_a_receipt_is_written_in_groups_and_in_words(case: Case) -> None:
    receipt = data(case["receipt"])
    assert (format_digits(receipt), format_words(receipt)) == (case["digits"], case["words"])
    assert parse_digits(case["digits"]) == parse_words(case["words"]) == receipt


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_no_other_length_is_written(length: int) -> None:
    for write in (format_digits, format_words):
        with pytest.raises(ReceiptError):
            write(bytes(length))


def test_the_digits_of_every_script_are_read() -> None:
    digits, receipt = PLAIN[2], data(WHOLE["written"][2]["receipt"])
    for zero in WHOLE["zeros"]:
        assert parse_digits("".join(chr(zero + int(digit)) for digit in digits)) == receipt, hex(zero)


def test_the_list_of_scripts_is_what_unicode_had_or_more_came_since() -> None:
    zeros = {ord(one) for one in map(chr, range(0x110000)) if unicodedata.decimal(one, None) == 0}
    assert set(WHOLE["zeros"]) <= zeros
    assert len(WHOLE["zeros"]) == 66


@pytest.mark.parametrize("digits", PLAIN)
def test_every_wrong_digit_and_every_swap_of_neighbours_is_found(digits: str) -> None:
    assert len(wrong_digits(digits)) == 40 * 9
    assert {refused(one) for one in wrong_digits(digits)} == {"receipt-check"}
    assert {refused(one) for one in swaps(digits)} <= {"receipt-check"}


def test_the_receipts_tried_have_neighbours_to_swap() -> None:
    assert sum(len(swaps(digits)) for digits in PLAIN) > 100


def test_a_sum_of_the_digits_would_miss_every_swap() -> None:
    def ends_in_sum(digits: str) -> bool:
        return sum(map(int, digits[:-1])) % 10 == int(digits[-1])

    digits = PLAIN[2][:-1]
    summed = digits + str(sum(map(int, digits)) % 10)
    assert not any(ends_in_sum(one) for one in wrong_digits(summed))
    assert sum(ends_in_sum(one + summed[-1]) for one in swaps(digits)) == len(swaps(digits)) > 20
    assert all(check_digit(one) != check_digit(digits) for one in swaps(digits))
