"""What is asked for has one spelling; no other is found, whoever decodes, joins or folds it (behaviour A12)."""

import json
import socket

import pytest

from crypto.wire.fields import to_base64url
from tests.abuse.rows import HEADERS, HIDDEN, Row, get, target
from tests.abuse.wire import CANARY, Answer, exchange, holding
from tests.serving import Served

NAME = "A" * 22
NOT_FOUND = [
    "//start",
    "///start",
    "/%2fstart",
    "/%2Fstart",
    "/%73tart",
    "/start%00",
    "/start%20",
    "/start%0d%0aX:%20y",
    "/start/",
    "/start/.",
    "/start/..",
    "/./start",
    "/%2e/start",
    "/x/../start",
    "/x/%2e%2e/start",
    "/x/..%2fstart",
    "/x/%252e%252e/start",
    "/..;/start",
    "/start;x",
    "/start:80",
    "/start~",
    "/start#x",
    "/START",
    "/Start",
    "/\\start",
    "/x\\..\\start",
    "/%5cstart",
    "/%",
    "/%zz",
    "/%ff",
    "/%u0073tart",
    "/%c0%afstart",
    "/%c0%ae%c0%ae/start",
    "/%ef%bd%93tart",
    "/%ef%bc%8fstart",
    "/%c5%bftart",
    "/%e2%80%aestart",
    "//x/start",
    "/http://x/start",
    "/static",
    "/static/",
    "/static/.",
    "/static/..",
    "/static/../start",
    "/static/../static/site.css",
    "/static/%2e%2e/start",
    "/static/..%2fstart",
    "/static/..%2f..%2fintake.toml",
    "/static/....//....//intake.toml",
    "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/static//site.css",
    "/static//etc/passwd",
    "/static/site.css/",
    "/static/site.css%00",
    "/static/site.css%00.js",
    "/static/site.css.gz",
    "/static/SITE.CSS",
    "/static/site%2ecss",
    "/static/%73ite.css",
    "/static/.site.css",
    "/static/site.css.",
    "/static/site.css::$DATA",
    "/static/intake.toml",
    "/staticx",
    "/staticx/site.css",
    "/static-/site.css",
    "/stati",
    "/statics/../static/site.css",
    "/directory/01",
    "/directory/+1",
    "/directory/-1",
    "/directory/0",
    "/directory/1.0",
    "/directory/1e0",
    "/directory/0x1",
    "/directory/1_0",
    "/directory/%31",
    "/directory/%d9%a1",
    "/directory/%ef%bc%91",
    "/directory/9007199254740992",
    "/directory/" + "9" * 400,
    "/directoryx",
    "/days/0",
    "/days/01",
    "/days/2147483648",
    "/days/9007199254740991",
    "/days/%d9%a1",
    "/log/%00",
    "/log/..",
    "/log/2026-1",
    "/log/2026-13",
    "/log/%ff",
    "/log/%d9%a2026-01",
    "/log/2026-01%00",
    "/keys/",
    "/keys/%ff",
    "/keys/x",
    "/keys/" + "A" * 42,
    "/keys/" + "A" * 43 + "=",
    "/EN/",
    "/en//write",
    "/en/write/x",
    "/en/%77rite",
    "/%65n/write",
    "/en/write%2f",
    "/en/..",
    "/en/../fr/write",
    "/en/write.html",
    "/de/write",
    "/robots.txt/",
    "/favicon.ico",
    "/.git/config",
    "/.env",
    "/intake.toml",
    "/intake.db",
    "/intake.key",
    "/admin",
    "/server-status",
    "/submissions",
    "/submissions/",
    *(f"/submissions/{NAME}{rest}" for rest in ("/part", "//parts", "/Parts", "/parts.", "/parts%00")),
    *(f"/submissions/{NAME}/parts{rest}" for rest in ("/", "//", "/x/y", "/../x/y", "/%2e%2e/x", f"/./{NAME}")),
    *(f"/submissions/{NAME}/parts/{rest}" for rest in (f"{NAME}/", f"{NAME}%2f", f"%41{NAME[1:]}", f"{NAME};x")),
    f"/submissions/{NAME}/parts%2f{NAME}",
    f"/submissions/%41{NAME[1:]}/parts",
    f"/submissions//{NAME}/parts",
    f"/submissions/../submissions/{NAME}/parts",
    "/submissions//parts",
    "/parts",
    f"/parts/{NAME}",
]
PARTS = [f"/submissions/{NAME}/parts", f"/submissions/{NAME}/parts/{NAME}"]
BAD_IDS = [
    "/submissions/delete/parts",
    "/submissions/delete/parts/x",
    f"/submissions/delete/parts/{NAME}",
    "/submissions/../parts",
    "/submissions/./parts",
    f"/submissions/{NAME}/parts/..",
    f"/submissions/{NAME}/parts/.",
    f"/submissions/{NAME}/parts/delete",
    f"/submissions/{NAME}/parts/{NAME}A",
    f"/submissions/{NAME[:-1]}/parts",
    f"/submissions/{NAME[:-1]}B/parts",
    f"/submissions/{NAME}./parts",
    f"/submissions/{CANARY}/parts/{CANARY}",
]
FOUND = [
    f"/submissions/{NAME}/parts",
    "/start",
    "/en/write",
    "/static/site.css",
    "/directory/1",
    "/robots.txt",
    "http://x/start",
    "http://x",
]
BROKEN = ["", "start", "*", "x:443", "/\x80", "/\xc3\xa9", "/a\tb", "/\x00", "/\x7f", "http://[x/start", "a b"]


@pytest.mark.parametrize("path", NOT_FOUND)
def test_another_spelling_is_not_found(served: Served, path: str) -> None:
    (answer,) = exchange(served, target(path).send(b""))
    assert answer.status == 404
    check(answer)


@pytest.mark.parametrize("path", FOUND)
def test_the_one_spelling_is_found_whatever_is_asked_behind_it(served: Served, path: str) -> None:
    """The control of the test above; the absolute form must be taken (RFC 9112 3.2.2)."""
    for query in ("", f"?{CANARY}", f"?/../{CANARY}%2f%00=//"):
        (answer,) = exchange(served, target(path + query).send(b""))
        assert answer.status == 200, query
        check(answer)


@pytest.mark.parametrize("path", BAD_IDS)
def test_what_stands_for_no_submission_or_part_is_refused_as_that(served: Served, path: str) -> None:
    part = len(path.split("/")) == 5
    sent = target(path, method="PUT" if part else "GET", extra="Content-Length: 1048576\r\n" if part else "")
    (answer,) = exchange(served, sent.send(b""))
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "bad-id")
    check(answer)


@pytest.mark.parametrize("path", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_address_is_refused_by_the_connection(served: Served, path: str) -> None:
    (answer,) = exchange(served, target(path).send(b""))
    assert (answer.status, answer.body) == (400, b"")
    check(answer)


@pytest.mark.parametrize(
    "path",
    ["/start", "/en/write", "/static/site.css", "/mailbox", "/submissions/delete", *PARTS, "*"],
)
@pytest.mark.parametrize(
    "method",
    ["TRACE", "CONNECT", "OPTIONS", "DELETE", "PATCH", "PROPFIND", "MKCOL", "LINK", "PURGE", "M-SEARCH", "PRI"],
)
def test_no_other_method_does_anything(served: Served, method: str, path: str) -> None:
    (answer,) = exchange(served, target(path, method=method).send(b""))
    expected = 405 if path != "*" else 404 if method == "OPTIONS" else 400
    assert answer.status == expected
    assert (answer.status == 405) == ("allow" in answer.headers)
    check(answer)


@pytest.mark.parametrize("method", ["get", "Get", "G", "GET/", "X" * 30, "GE\xc9T", '"GET"', "GET,PUT", ""])
def test_what_is_no_method_is_refused_by_the_connection(served: Served, method: str) -> None:
    (answer,) = exchange(served, target("/start", method=method).send(b""))
    assert answer.status == 400
    check(answer)


@pytest.mark.parametrize("path", ["/start", "/en/write", "/mailbox", "/nothing", "//start"])
def test_a_head_has_the_status_of_its_method_and_no_body(served: Served, path: str) -> None:
    sent = target(path, method="HEAD").send(b"")
    (answer,) = exchange(served, sent, heads=True)
    assert answer.status == {"/start": 200, "/en/write": 200, "/mailbox": 405}.get(path, 404)
    check(answer)


def test_a_tunnel_is_never_opened(served: Served) -> None:
    (answer,) = exchange(served, target("x:443", method="CONNECT").send(b"") + HIDDEN)
    assert answer.status == 404
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "host", ["", "x", "x:80", "evil.example", "127.0.0.1", "[::1]", "x/../y", "x@y", "\xff", "x y", "intake.toml"]
)
def test_no_host_changes_a_byte_of_the_answer(served: Served, host: str) -> None:
    expected = exchange(served, b"GET /en/write HTTP/1.1\r\nHost: x\r\n\r\n")[0]
    data = f"GET /en/write HTTP/1.1\r\nHost: {host}\r\n{HEADERS}\r\n".encode("latin-1")
    assert same(exchange(served, data)[0], expected)


@pytest.mark.parametrize("host", ["..", "a" * 300, ".evil.example"])
def test_a_host_that_nobody_can_have_is_refused(served: Served, host: str) -> None:
    (answer,) = exchange(served, f"GET /start HTTP/1.1\r\nHost: {host}\r\n{HEADERS}\r\n".encode())
    assert answer.status == 400
    check(answer)


@pytest.mark.parametrize(
    "extra",
    [
        "Range: bytes=0-1",
        "Range: bytes=0-0,1-1,2-2",
        "Range: bytes=-9999999999",
        "If-None-Match: *",
        'If-Match: "x"',
        "If-Modified-Since: Fri, 31 Dec 2049 23:59:59 GMT",
        "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
        "If-Range: x",
        "Accept: nothing/at-all",
        "Accept-Language: ar;q=9, \xff",
        "Accept-Charset: utf-7",
        "Accept-Encoding: gzip;q=0",
        "Accept-Encoding: gzip;q=abc",
        "Accept-Encoding: gzip;q=1e999",
        "Accept-Encoding: gzip;q=-1",
        "Accept-Encoding: gzip;q=nan",
        "Accept-Encoding: identity;q=0",
        "Accept-Encoding: br, zstd, \xff",
        "Accept-Encoding: " + "," * 3_000,
        'Accept-Encoding: "gzip',
        "X-HTTP-Method-Override: DELETE",
        "X-Original-URL: /submissions/delete",
        "X-Rewrite-URL: /nothing",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil.example",
        "Forwarded: for=1.2.3.4;host=evil.example;proto=https",
        "X-Sendfile: /etc/passwd",
        "Authorization: Basic eDp5",
        "Cookie: session=eyJhIjoxfQ.x.y; language=ar",
        "DNT: 1",
        "TE: trailers",
        "Connection: keep-alive, x-forwarded-for",
        "Max-Forwards: 0",
        "Via: 1.1 x",
        "Upgrade: h2c, websocket",
        "Content-Type: multipart/form-data; boundary=x",
        "Origin: https://evil.example",
    ],
)
def test_no_header_changes_a_byte_of_the_answer(served: Served, extra: str) -> None:
    expected = exchange(served, get("", "", answers=()).send(b""))[0]
    found = exchange(served, get("", f"{extra}\r\n", answers=()).send(b""))[0]
    assert same(found, expected)
    assert found.status == 200


def test_a_header_that_changes_an_answer_is_noticed(served: Served) -> None:
    """The control of the test above, with the one that may."""
    expected = exchange(served, get("", "", answers=()).send(b""))[0]
    found = exchange(served, get("", "Accept-Encoding: gzip\r\n", answers=()).send(b""))[0]
    assert not same(found, expected)


@pytest.mark.parametrize(
    "row",
    [
        target("/start", extra=f"Host: {CANARY}\r\n", answers=400),
        target("/start", extra="Content-Type: a\r\nContent-Type: b\r\n", answers=400),
    ],
    ids=["host", "type"],
)
def test_what_may_come_once_comes_once(served: Served, row: Row) -> None:
    assert tuple(one.status for one in exchange(served, row.send(b""))) == row.statuses


@pytest.mark.parametrize("place", ["a file", "an output"])
@pytest.mark.parametrize("form", ["plain", "upper", "wide", "hex"])
def test_something_sent_that_stayed_somewhere_would_be_found(served: Served, place: str, form: str) -> None:
    """The control of what is looked for after all of these tests."""
    forms = {
        "plain": CANARY.encode(),
        "upper": CANARY.upper().encode(),
        "wide": CANARY.encode("utf-16-le"),
        "hex": CANARY.encode().hex().encode(),
    }
    planted = served.folder.parent / form
    planted.mkdir(exist_ok=True)
    (planted / "left").write_bytes(b"x" + forms[form] if place == "a file" else b"")
    said = served.said() + (forms[form] if place == "an output" else b"")
    assert len(holding(CANARY, planted, said)) == 1


def test_a_visitor_who_hangs_up_at_any_byte_leaves_nothing_behind(served: Served) -> None:
    data = get("", f"X-{CANARY}: y\r\n", answers=()).send(b"")
    for end in range(0, len(data), 7):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
            connection.sendall(data[:end])
    assert served.ask("GET", "/start").status == 200


def test_a_canary_as_an_identifier_or_a_secret_is_not_kept(served: Served) -> None:
    name = to_base64url(CANARY.ljust(16).encode()[:16])
    for path in (
        f"/submissions/{CANARY}",
        f"/submissions/{name}",
        f"/submissions/{name}/parts/{CANARY}",
        f"/submissions/{name}/parts/{name}",
        f"/keys/{CANARY}",
        f"/log/{CANARY}",
        f"/{CANARY}",
    ):
        for method in ("PUT", "GET", "POST"):
            (answer,) = exchange(served, target(path, method=method).send(b""))
            check(answer)
            assert answer.status >= 400
    for path in ("/mailbox", "/mailbox/delete", "/submissions/delete"):
        body = CANARY.encode().ljust({"/mailbox": 34, "/mailbox/delete": 32}.get(path, 16))
        assert served.ask("POST", path, body).status in (200, 204)


def check(answer: Answer) -> None:
    """Nothing is repeated, nobody is sent elsewhere, nothing is set or said about the server."""
    assert CANARY.encode() not in answer.body
    assert not any(CANARY in value for value in answer.headers.values())
    assert not {"location", "server", "set-cookie", "refresh", "link", "etag", "last-modified"} & set(answer.headers)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are the same but for the second they were given in."""
    ours, theirs = ({name: value for name, value in each.headers.items() if name != "date"} for each in (one, other))
    return (one.status, ours, one.body) == (other.status, theirs, other.body)
