"""Strict JSON, case by case (FORMAT.md 1.2)."""

from typing import Any

import pytest

from crypto.errors import FormatError
from crypto.wire.fields import encode_json, parse_json
from crypto.wire.fields import from_base64url as data
from tests.crypto.vectors import load, named

Case = dict[str, Any]
WHOLE = load("fields")


def bytes_of(case: Case) -> bytes:
    """What the case describes."""
    if "raw" in case:
        return data(case["raw"])
    text: str = case["json"] if "json" in case else "".join(piece * times for piece, times in case["parts"])
    return text.encode("utf-8")


@pytest.mark.parametrize("case", [one for one in WHOLE["cases"] if one["ok"]], ids=named)
def test_json_in_its_one_form_is_taken_and_written_the_same(case: Case) -> None:
    raw = bytes_of(case)
    assert encode_json(parse_json(raw, most=case.get("most", WHOLE["most"]))) == raw


@pytest.mark.parametrize("case", [one for one in WHOLE["cases"] if not one["ok"]], ids=named)
def test_json_in_any_other_form_is_refused(case: Case) -> None:
    with pytest.raises(FormatError) as refusal:
        parse_json(bytes_of(case), most=case.get("most", WHOLE["most"]))
    assert refusal.value.code == "bad-format"
