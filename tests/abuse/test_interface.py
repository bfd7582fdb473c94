"""What is declared is what is there, in both directions: addresses, kinds, statuses, codes (protocol.md section 8)."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

import intake
from crypto.wire.fields import to_base64url
from intake import config, create_app, headers
from intake.headers import Kind
from intake.routes import ROUTES
from intake.routes.errors import PROBLEMS, WORTH_RETRYING
from intake.store import Look
from tests.intake import conftest
from tests.intake.conftest import SetClock, address, make_folder, site_of, take
from tests.material import Portal

DOCUMENT = (Path(intake.__file__).with_name("INTERFACE.md")).read_text("utf-8")
ELSEWHERE = {"too-many", "storage-full", "unavailable", "internal"}
"""Provoked in tests/intake: test_store.py, test_disk.py, test_postgresql.py and test_quiet.py."""

Table = dict[tuple[str, str], tuple[str, tuple[int, ...]]]


def table(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its own heading."""
    part = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def declared() -> Table:
    """Method and address, with kind and statuses."""
    return {
        (method, path): (kind, tuple(int(one) for one in statuses.split(", ")))
        for method, path, kind, statuses, _what in table("Addresses")
    }


def plain(rule: str) -> str:
    """The rule as the document writes it."""
    return re.sub(r"<(?:[^>]*:)?([a-z0-9]+)>", lambda found: found[1].upper(), rule)


def found_in(app: Flask) -> set[tuple[str, str]]:
    """All that the application answers."""
    return {
        (method, plain(rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or ())
        if not (method == "HEAD" and "GET" in (rule.methods or ()))
    }


def test_every_address_is_declared_and_every_declared_address_is_there(app: Flask) -> None:
    assert found_in(app) == set(declared())
    assert {(one.method, plain(one.rule)): one.kind.value for one in ROUTES} == {
        name: kind for name, (kind, _statuses) in declared().items()
    }


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_an_address_that_nobody_declared_is_noticed(app: Flask, method: str) -> None:
    """The control of the test above."""
    other = Flask("other", static_folder=None)
    other.url_map.converters = app.url_map.converters
    for rule in app.url_map.iter_rules():
        methods = sorted((rule.methods or set()) - {"HEAD"})
        other.add_url_rule(rule.rule, rule.rule, methods=methods, provide_automatic_options=False)
    assert found_in(other) == set(declared())
    other.add_url_rule("/debug/<name>", "debug", methods=[method], provide_automatic_options=False)
    assert found_in(other) - set(declared()) == {(method, "/debug/NAME")}


def test_every_code_is_documented_with_its_status_and_every_documented_code_is_there() -> None:
    assert [(code, int(status)) for code, status, _when, _what in table("Codes")] == [
        (code, status) for code, (status, _title) in PROBLEMS.items()
    ]
    for _code, _status, when, what in table("Codes"):
        assert when
        assert what


def test_every_code_that_says_when_to_come_back_is_documented_so() -> None:
    documented = {code for code, _status, _when, what in table("Codes") if "Retry-After" in what}
    assert documented == set(WORTH_RETRYING)


def test_every_status_of_an_address_has_a_code_and_every_code_an_address() -> None:
    of_addresses = {status for _kind, statuses in declared().values() for status in statuses}
    of_codes = {status for status, _title in PROBLEMS.values()}
    assert of_addresses - {200, 204} == of_codes - {405, 500}


ID = bytes(range(16))
HONEST = {
    "/LANGUAGE/": "/en/",
    "/LANGUAGE/write": "/en/write",
    "/LANGUAGE/return": "/en/return",
    "/LANGUAGE/about": "/en/about",
    "/LANGUAGE/limits": "/en/limits",
    "/LANGUAGE/contacts": "/en/contacts",
    "/static/NAME": "/static/site.css",
    "/directory/SEQ": "/directory/1",
    "/submissions/NAME": address(ID),
    "/submissions/NAME/parts": f"{address(ID)}/parts",
    "/submissions/NAME/parts/PART": f"{address(ID)}/parts/{to_base64url(ID)}",
}
STRANGE = ("", "0", "1", "x", "..", "A" * 22, "A" * 43, "2026-11", "9" * 30)
BODIES = (b"", b"x", bytes(16), bytes(32), bytes(34), bytes(57_782), bytes(300_000), bytes(2**20))


def test_no_address_answers_with_a_status_that_is_not_declared(app: Flask) -> None:
    for (method, path), (_kind, statuses) in declared().items():
        honest = HONEST.get(path, path)
        strange = [re.sub("[A-Z0-9]+$", one, path.replace("LANGUAGE", "en")) for one in STRANGE]
        seen = {
            status for one in {honest, *strange} if rule_of(app, one) == path for status in answers(app, method, one)
        }
        assert seen <= set(statuses), (method, path)
        assert seen & {200, 204} or honest == path or method == "PUT", path


def answers(app: Flask, method: str, path: str) -> set[int]:
    """The statuses of many requests to one address."""
    client = app.test_client()
    ways: tuple[dict[str, str], ...] = (
        {},
        conftest.headers(),
        conftest.headers(directory=7),
        conftest.headers(epoch="2027-01"),
    )
    bodies = BODIES if method != "GET" else (b"",)
    return {client.open(path, method=method, data=body, headers=way).status_code for body in bodies for way in ways}


def rule_of(app: Flask, path: str) -> str | None:
    """The declared address that this one falls under."""
    adapter = app.url_map.bind("x")
    for method in ("GET", "PUT", "POST"):
        try:
            rule, _values = adapter.match(path, method=method, return_rule=True)
        except HTTPException:
            continue
        return plain(rule.rule)
    return None


Provoke = Callable[[FlaskClient, Portal, SetClock], TestResponse]


def put(
    client: FlaskClient, body: bytes, *, at: bytes = ID, day: str = "", clock: SetClock | None = None, **changes: str
) -> TestResponse:
    """An upload, on another day if one is given."""
    if clock is not None:
        clock.set(day)
    return client.put(address(at), data=body, headers={**conftest.headers(), **changes})


PROVOKED: dict[str, Provoke] = {
    "wrong-length": lambda client, _portal, _clock: put(client, b"x"),
    "wrong-shape": lambda client, _portal, _clock: put(client, bytes(57_782)),
    "bad-header": lambda client, portal, _clock: put(client, portal.envelope(), Parts="x"),
    "bad-id": lambda client, portal, _clock: client.put(
        "/submissions/x", data=portal.envelope(), headers=conftest.headers()
    ),
    "not-found": lambda client, _portal, _clock: client.get("/keys/x"),
    "method-not-allowed": lambda client, _portal, _clock: client.delete("/mailbox"),
    "conflict": lambda client, portal, _clock: (put(client, portal.envelope()), put(client, portal.envelope()))[1],
    "parts-missing": lambda client, portal, _clock: put(client, portal.envelope(), at=b"u" * 16, Parts="2"),
    "too-many-parts": lambda client, portal, _clock: put(client, portal.envelope(), at=b"u" * 16, Parts="1024"),
    "unknown-directory": lambda client, portal, _clock: put(client, portal.envelope(), at=b"u" * 16, Directory="9"),
    "epoch-early": lambda client, portal, _clock: put(client, portal.envelope(), at=b"u" * 16, Epoch="2027-01"),
    "epoch-over": lambda client, portal, clock: put(
        client, portal.envelope(), at=b"u" * 16, clock=clock, day="2026-12-20"
    ),
    "directory-outdated": lambda client, portal, _clock: (
        take(site_of(client.application).store, portal, portal.next(min_seq=2).ceremony_file()),
        put(client, portal.envelope(), at=b"u" * 16),
    )[1],
    "too-large": lambda client, _portal, _clock: put(client, bytes(300_000)),
    "closed": lambda client, portal, clock: put(client, portal.envelope(), at=b"u" * 16, clock=clock, day="2026-11-09"),
}


@pytest.fixture
def fresh(tmp_path: Path, portal: Portal) -> tuple[FlaskClient, SetClock]:
    """An intake of its own, and its clock."""
    settings, clock = config.load(make_folder(tmp_path / "intake", portal)), SetClock()
    client = create_app(settings, clock).test_client()
    take(site_of(client.application).store, portal, portal.ceremony_file())
    return client, clock


@pytest.mark.parametrize("code", PROVOKED)
def test_a_refusal_is_exactly_the_document_that_its_code_stands_for(
    fresh: tuple[FlaskClient, SetClock], portal: Portal, code: str
) -> None:
    client, clock = fresh
    answer = PROVOKED[code](client, portal, clock)
    status, title = PROBLEMS[code]
    assert answer.status_code == status
    assert json.loads(answer.data) == {"type": "about:blank", "title": title, "status": status, "code": code}
    expected = {**headers.of(Kind.DATA, well=False), "Content-Type": "application/problem+json"}
    if code == "method-not-allowed":
        expected["Allow"] = "POST"
    assert {name: value for name, value in answer.headers.items() if name != "Content-Length"} == expected
    site_of(client.application).store.close()


def test_every_code_is_provoked_here_or_where_the_list_says() -> None:
    assert set(PROVOKED) | ELSEWHERE == set(PROBLEMS)
    assert not set(PROVOKED) & ELSEWHERE


@pytest.mark.parametrize(
    "path",
    [
        "/log/%00",
        "/log/2026-13",
        "/log/x",
        "/days/2147483648",
        "/days/0",
        "/keys/x",
        f"/keys/{'A' * 42}",
        "/submissions/x/parts",
        f"/submissions/{'A' * 23}/parts",
    ],
)
def test_what_cannot_be_a_name_is_not_looked_for_in_any_database(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """PostgreSQL would answer with a fault to a null in a text, and to a number of more than four bytes."""

    def asked(*_: object) -> None:
        raise AssertionError("the database was asked")

    for name in ("log_lines", "manifest", "key_file", "parts"):
        monkeypatch.setattr(Look, name, asked)
    assert app.test_client().get(path).status_code == (400 if path.startswith("/submissions") else 404)


@pytest.mark.parametrize(
    "path", ["/log/2026-11", "/days/1", f"/keys/{to_base64url(bytes(32))}", f"/submissions/{'A' * 22}/parts"]
)
def test_what_can_be_a_name_is_looked_for(app: Flask, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """The control of the test above."""

    def asked(*_: object) -> None:
        raise AssertionError("the database was asked")

    for name in ("log_lines", "manifest", "key_file", "parts"):
        monkeypatch.setattr(Look, name, asked)
    assert app.test_client().get(path).status_code == 500
