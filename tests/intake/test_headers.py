"""The exact headers of every answer, route by route; methods by allow-list (behaviour A10)."""

import gzip
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crypto.wire.fields import to_base64url
from intake.closing import Signer, close_days
from intake.routes import ROUTES
from intake.store import Store
from tests.intake.conftest import SetClock, address, headers
from tests.material import Portal, receipt_keys

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FORM_POLICY = f"{PAGE_POLICY}; worker-src blob:"
DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
EVERYWHERE = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
HTML = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": PAGE_POLICY, "Vary": "Accept-Encoding"}
FORM = {**HTML, "Content-Security-Policy": FORM_POLICY}
TEXT = {"Content-Type": "text/plain; charset=utf-8", "Content-Security-Policy": DATA_POLICY}
JSON = {"Content-Type": "application/json", "Content-Security-Policy": DATA_POLICY}
BYTES = {"Content-Type": "application/octet-stream", "Content-Security-Policy": DATA_POLICY}
PROBLEM = {"Content-Type": "application/problem+json", "Content-Security-Policy": DATA_POLICY}
FOREVER = {**BYTES, "Cache-Control": "public, max-age=31536000, immutable"}
CSS = {"Content-Type": "text/css; charset=utf-8", "Content-Security-Policy": DATA_POLICY, "Vary": "Accept-Encoding"}
NOTHING = {"Content-Security-Policy": DATA_POLICY}

KEYS = receipt_keys()
PART = to_base64url(bytes(16))
MEBIBYTE = 1024 * 1024


@pytest.fixture
def filled(client: FlaskClient, portal: Portal, store: Store, signer: Signer, clock: SetClock) -> FlaskClient:
    """Asks an intake that has closed a day."""
    client.put(address(bytes(16)), data=portal.envelope(), headers=headers())
    clock.set("2026-11-11")
    close_days(store, signer, clock)
    return client


def asked(portal: Portal) -> dict[str, tuple[str, bytes | None, dict[str, str]]]:
    """For each route of the table: a path, a body, and the headers that describe the answer."""
    keys = to_base64url(portal.directory.epochs[0].keys)
    return {
        "GET /": ("/", None, HTML),
        "GET /LANGUAGE/": ("/en/", None, HTML),
        "GET /LANGUAGE/write": ("/fr/write", None, FORM),
        "GET /LANGUAGE/return": ("/ar/return", None, HTML),
        "GET /LANGUAGE/about": ("/en/about", None, HTML),
        "GET /LANGUAGE/limits": ("/fr/limits", None, HTML),
        "GET /LANGUAGE/contacts": ("/ar/contacts", None, HTML),
        "GET /static/<name>": ("/static/site.css", None, CSS),
        "GET /robots.txt": ("/robots.txt", None, TEXT),
        "GET /start": ("/start", None, {**JSON, "Vary": "Accept-Encoding"}),
        "GET /directory": ("/directory", None, TEXT),
        "GET /directory/NUMBER": ("/directory/1", None, TEXT),
        "GET /keys/<sha256>": (f"/keys/{keys}", None, FOREVER),
        "GET /days": ("/days", None, JSON),
        "GET /days/NUMBER": ("/days/1", None, TEXT),
        "GET /log/<month>": ("/log/2026-11", None, TEXT),
        "PUT /submissions/<name>": (address(bytes(range(16))), portal.envelope(), NOTHING),
        "GET /submissions/<name>/parts": (f"{address(bytes(range(16)))}/parts", None, JSON),
        "PUT /submissions/<name>/parts/<part>": (
            f"{address(bytes(range(1, 17)))}/parts/{PART}",
            bytes(MEBIBYTE),
            NOTHING,
        ),
        "POST /submissions/delete": ("/submissions/delete", bytes(16), NOTHING),
        "POST /mailbox": ("/mailbox", bytes(34), BYTES),
        "POST /mailbox/delete": ("/mailbox/delete", bytes(32), NOTHING),
    }


def test_every_route_answers_with_exactly_these_headers(filled: FlaskClient, portal: Portal) -> None:
    expected = asked(portal)
    assert list(expected) == [f"{route.method} {plain(route.rule)}" for route in ROUTES]
    for name, (path, body, described) in expected.items():
        answer = filled.open(path, method=name.split()[0], data=body, headers=headers())
        assert answer.status_code in (200, 204), name
        assert exact(dict(answer.headers)) == {**EVERYWHERE, **described}, name


def plain(rule: str) -> str:
    """The rule without what it says of languages and numbers."""
    return re.sub(r"<number[^>]*>", "NUMBER", re.sub(r"<any[^>]*>", "LANGUAGE", rule))


def exact(found: dict[str, str]) -> dict[str, str]:
    """Without the length and the list of denied features, which have tests of their own."""
    return {name: value for name, value in found.items() if name not in ("Content-Length", "Permissions-Policy")}


@pytest.mark.parametrize(
    ("path", "described"),
    [
        ("/nothing", HTML),
        ("/en/nothing", HTML),
        ("/de/write", HTML),
        ("/static/nothing", PROBLEM),
        ("/keys/nothing", PROBLEM),
        ("/directory/77", PROBLEM),
        ("/days/77", PROBLEM),
        ("/log/1999-01", PROBLEM),
        ("/submissions/x/y/z", PROBLEM),
    ],
)
def test_what_does_not_exist_says_so_under_the_same_headers(
    client: FlaskClient, path: str, described: dict[str, str]
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert exact(dict(answer.headers)) == {**EVERYWHERE, **described}


def test_the_application_has_the_routes_of_the_table_and_no_other(app: Flask) -> None:
    declared = {(route.rule, route.method) for route in ROUTES}
    found = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or ())
        if not (method == "HEAD" and "GET" in (rule.methods or ()))
    }
    assert found == declared


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_a_method_that_is_not_declared_is_refused_with_the_list_of_those_that_are(
    filled: FlaskClient, portal: Portal, method: str
) -> None:
    for name, (path, body, _described) in asked(portal).items():
        declared = {"GET", "HEAD"} if name.startswith("GET ") else {name.split()[0]}
        if path == "/submissions/delete":
            declared = {"POST", "PUT"}  # which is also a name, and no good one
        if method in declared:
            continue
        answer = filled.open(path, method=method, data=body, headers=headers())
        assert answer.status_code == 405, (method, name)
        assert set(answer.headers["Allow"].split(", ")) == declared
        assert exact(dict(answer.headers)).keys() >= EVERYWHERE.keys()


def test_head_answers_like_get_without_a_body(filled: FlaskClient, portal: Portal) -> None:
    for name, (path, _body, _described) in asked(portal).items():
        if name.startswith("GET "):
            head, get = filled.head(path), filled.get(path)
            assert (head.status_code, dict(head.headers), head.data) == (200, dict(get.headers), b""), name


def test_every_feature_is_denied_to_everybody(client: FlaskClient) -> None:
    page, data = (client.get(path).headers["Permissions-Policy"] for path in ("/en/", "/start"))
    for policy in (page, data):
        assert re.fullmatch(r"[a-z-]+=\(\)(, [a-z-]+=\(\))*", policy)
        assert {"camera=()", "microphone=()", "geolocation=()"} <= set(policy.split(", "))
    assert {"clipboard-read=()", "display-capture=()", "payment=()", "usb=()"} <= set(page.split(", "))


@pytest.fixture
def answers(filled: FlaskClient, portal: Portal) -> Iterator[tuple[str, dict[str, str]]]:
    """Headers of everything that can be had."""
    return ((name, dict(filled.get(path).headers)) for name, (path, _body, _d) in asked(portal).items())


def test_nothing_says_who_serves_or_helps_to_recognise_a_visitor(
    answers: Iterator[tuple[str, dict[str, str]]],
) -> None:
    for name, found in answers:
        for unwanted in ("Server", "ETag", "Last-Modified", "Set-Cookie", "X-Powered-By", "Date", "Expires", "Link"):
            assert unwanted not in found, name


@pytest.mark.parametrize("path", ["/en/write", "/static/site.css", "/start"])
@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br, zstd", "gzip;q=0.1"])
def test_what_holds_no_secret_is_packed_for_who_can_unpack_it(client: FlaskClient, path: str, accepted: str) -> None:
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": accepted})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "*;q=0"])
def test_nothing_is_packed_for_who_cannot_unpack_it(client: FlaskClient, accepted: str) -> None:
    assert "Content-Encoding" not in client.get("/en/write", headers={"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize("path", ["/mailbox", "/keys", "/days"])
def test_what_depends_on_a_person_is_never_packed(filled: FlaskClient, path: str) -> None:
    found = filled.post(path, data=bytes(34), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in found.headers
