"""Everything the desk says exists, in every language it speaks."""

import pytest

from review.opening import REASONS
from review.pages import refusal_in
from review.refusals import CODES, Refused
from templates import environment, languages, missing

DETAIL: dict[str, str | int] = {
    "vault": "cat", "most": 256, "seconds": 20, "where": "KeyError at store.py:1", "why": "expired", "root": "root-1",
    "path": "bundle.tar", "first": 2, "last": 3, "n": 4, "epoch": "2026-11", "over": 5, "words": "l’eau & <b>\"",
    "check": "payload-failure", "devices": "eth0", "digits": 9, "least": 14,
    "persons": "P1, P2", "day": "2026-11-10", "name": "tern-slate 41", "other": "ced",
    "paths": "/media/a, /media/b", "person": "P2",
}  # fmt: skip


@pytest.mark.parametrize("language", languages("review"))
@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_words(language: str, code: str) -> None:
    refused = Refused(code, **DETAIL)  # type: ignore[arg-type]
    words = refusal_in(language, refused)
    assert len(words) > 5  # six signs are a sentence in Chinese
    assert "%(" not in words
    assert "&amp;" not in words


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_to_set_something_aside_has_words(reason: str) -> None:
    source, _, _ = environment("review", "en").loader.get_source(environment("review", "en"), "aside.html")  # type: ignore[union-attr]
    assert f'row.reason == "{reason}"' in source or reason in ("frame", "message")


@pytest.mark.parametrize("language", languages("review"))
def test_no_sentence_of_the_desk_lacks_its_translation(language: str) -> None:
    assert missing(language, "review") == []
