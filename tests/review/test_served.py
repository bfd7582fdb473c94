"""The desk as the command serves it: a keeper that dies, requests that are none, the neighbours of its port."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser

from review.door import COOKIE
from review.headers import HEADERS
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_memory import served, served_link, wait_until


def test_a_keeper_that_is_killed_locks_everything_and_breaks_nothing(
    station: Station, capfd: pytest.CaptureFixture[str]
) -> None:
    station.add("ced")
    with served(station.folder) as (listening, browser):
        browser.get("/unlock")
        assert browser.post("/unlock", **{"passphrase-cat": PASSPHRASE, "passphrase-ced": PASSPHRASE}) == 303
        worker, *keepers = sorted(listening.children(recursive=True), key=lambda one: one.create_time())
        assert len(keepers) == 2
        keepers[0].kill()
        wait_until(lambda: keepers[0].status() == psutil.STATUS_ZOMBIE)
        assert browser.get("/") == 303
        assert browser.location == "/unlock"
        wait_until(lambda: not any(process.is_running() for process in (worker, keepers[1])))
        assert browser.get("/unlock") == 200
        assert len(listening.children(recursive=True)) == 1
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "request_line", [b"GET / HTTP/1.1 <script>\r\n\r\n", b"<b>\r\n\r\n", b"GET / HTTP/1.1\r\nA<b>: 1\r\n\r\n"]
)
def test_what_is_no_request_gets_a_fixed_answer_under_our_headers(
    desk: tuple[psutil.Process, str], request_line: bytes
) -> None:
    port = urlsplit(desk[1]).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=30) as connection:
        connection.sendall(request_line)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    head, _, body = answer.decode().partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    assert (status, body) == ("HTTP/1.1 400 Bad Request", "")
    assert dict(line.split(": ", 1) for line in lines) == {**HEADERS, "Connection": "close", "Content-Length": "0"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[psutil.Process, str]]:
    """A desk without vaults, and its link."""
    with served_link(tmp_path_factory.mktemp("served")) as served_desk:
        yield served_desk


class Neighbour(BaseHTTPRequestHandler):
    """Another program of the machine: gives a cookie of its own, and remembers which it is brought."""

    heard: list[str]

    def do_GET(self) -> None:
        """Any page."""
        self.heard.append(self.headers.get("Cookie", ""))
        self.send_response(200)
        self.send_header("Set-Cookie", "neighbour=here; HttpOnly; SameSite=Strict; Path=/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


@contextmanager
def neighbour() -> Iterator[tuple[int, list[str]]]:
    """A program on another port, and the cookies that it heard."""
    heard: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("One", (Neighbour,), {"heard": heard}))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, heard
    finally:
        server.shutdown()
        server.server_close()


def test_no_other_port_of_this_machine_hears_the_cookie_of_the_desk(
    desk: tuple[psutil.Process, str], chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    with neighbour() as (first, heard), neighbour() as (second, heard_too):
        page.goto(desk[1])
        assert page.locator("h1").text_content() == "Unlock"
        assert [cookie["name"] for cookie in context.cookies()] == [COOKIE]
        for host in ("127.0.0.1", "localhost"):
            page.goto(f"http://{host}:{first}/")
            page.goto(f"http://{host}:{second}/")
        page.goto(desk[1])
    context.close()
    assert f"{COOKIE}=" not in "".join([*heard, *heard_too])
    # The control: a cookie that one port of such a host gives is brought to the other.
    assert heard_too
    assert set(heard_too) == {"neighbour=here"}


def test_the_desk_has_no_page_at_the_names_of_the_machine(desk: tuple[psutil.Process, str], chromium: Browser) -> None:
    parts = urlsplit(desk[1])
    context = chromium.new_context()
    page = context.new_page()
    for host in ("127.0.0.1", "localhost"):
        answer = page.goto(f"http://{host}:{parts.port}{parts.path}")
        assert answer is not None
        assert answer.status == 400
        assert page.locator("h1").text_content() == "The desk is not at this address"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert context.cookies() == []
    context.close()
