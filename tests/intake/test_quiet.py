"""A log holds fixed words, kinds of faults and lines of code; never a value (behaviour A12)."""

import logging

import pytest
from flask import Flask

from intake import quiet
from intake.routes.answers import BareRequest

CANARY = "canary\nERROR forged line"


class CanaryError(Exception):
    """Says what must not be said."""


def test_a_fault_is_described_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise CanaryError(CANARY)
    except CanaryError as error:
        quiet.unexpected(error)
    (record,) = caplog.records
    assert record.getMessage().startswith("unexpected CanaryError at test_quiet.py:")
    assert record.exc_info is None
    assert "canary" not in caplog.text


def test_a_fault_while_answering_says_nothing_of_the_request(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise CanaryError(CANARY)

    monkeypatch.setattr("intake.store.Look.revision", broken)
    caplog.set_level(logging.DEBUG)
    answer = app.test_client().get("/start?canary=1", headers={"User-Agent": "canary"})
    assert answer.status_code == 500
    assert [record.name for record in caplog.records] == ["intake"]
    assert "canary" not in caplog.text
    assert "canary" not in answer.text


def test_an_ordinary_visit_writes_no_line(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = app.test_client()
    for path in ("/", "/en/write", "/start", "/nothing", "/keys/x"):
        client.get(path)
    client.put("/submissions/x", data=b"x")
    client.post("/mailbox", data=bytes(34))
    assert caplog.records == []


def test_a_body_is_never_taken_for_a_form(app: Flask) -> None:
    request = BareRequest.from_values("/", method="POST", data=b"a=b", content_type="application/x-www-form-urlencoded")
    with pytest.raises(NotImplementedError):
        _ = request.form


@pytest.mark.parametrize("type_", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_what_looks_like_a_form_is_only_bytes(app: Flask, type_: str) -> None:
    answer = app.test_client().post("/mailbox", data=bytes(34), headers={"Content-Type": type_})
    assert answer.status_code == 200
