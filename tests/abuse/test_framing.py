"""Where a request ends is never in doubt: what is unclear ends the connection (behaviours A3, A10, A12).

Behind most rows stands a second, hidden request. Two readers of one connection disagree about the end of the first
request exactly where the hidden one is answered by one of them and not by the other.
"""

import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.abuse.rows import HIDDEN, PART, Row, get, line, post, put, put_part
from tests.abuse.wire import CANARY, exchange
from tests.serving import Served

EMPTY = b"0\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
LENGTH = 57_782


def chunked(envelope: bytes) -> bytes:
    """The envelope in one chunk."""
    return b"%x\r\n" % len(envelope) + envelope + b"\r\n" + EMPTY


def lengths(*said: str) -> str:
    """Header lines that say these lengths."""
    return "".join(f"Content-Length: {one}\r\n" for one in said)


WHERE_IT_ENDS = [
    post("length twice, the same", lengths("34", "34"), answers=(400,)),
    post("length twice, another", lengths("34", "0"), answers=(400,)),
    post("length as a list", lengths("34, 34"), answers=(400,)),
    post("length negative", lengths("-34"), answers=(400,)),
    post("length with a plus", lengths("+34"), answers=(400,)),
    post("length in hex", lengths("0x22"), answers=(400,)),
    post("length with an underscore", lengths("3_4"), answers=(400,)),
    post("length with a space inside", lengths("3 4"), answers=(400,)),
    post("length with a raised digit", lengths("3\xb2"), answers=(400,)),
    post("length with a fraction", lengths("34.0"), answers=(400,)),
    post("length with words", lengths(CANARY), answers=(400,)),
    post("length empty", lengths(""), answers=(400,)),
    post("length with zeros in front", lengths("0034"), bytes(34) + HIDDEN, answers=(200, 200)),
    post("length of 21 digits", lengths("9" * 21), answers=(413,)),
    post("length of 4,000 digits", lengths("9" * 4_000), answers=(413,)),
    post("length with an underscore in its name", "Content_Length: 34\r\n", b"", answers=(400,)),
    post("length and chunks", lengths("34") + CHUNKED, EMPTY + HIDDEN, answers=(400,)),
    post("chunks and length", CHUNKED + lengths("5"), EMPTY + HIDDEN, answers=(400,)),
    post("chunks", CHUNKED, b"22\r\n" + bytes(34) + b"\r\n" + EMPTY + HIDDEN, answers=(400,)),
    post("identity and length", "Transfer-Encoding: identity\r\n" + lengths("34"), answers=(400,)),
    get("a coding nobody knows", "Transfer-Encoding: xchunked\r\n", EMPTY + HIDDEN, answers=(400,)),
    get("a space before the colon", "Transfer-Encoding : chunked\r\n", EMPTY + HIDDEN, answers=(400,)),
    get("a vertical tab before the value", "Transfer-Encoding: \x0bchunked\r\n", EMPTY + HIDDEN, answers=(400,)),
    get("chunks twice", CHUNKED * 2, EMPTY + HIDDEN, answers=(400,)),
    get("chunks twice in one line", "Transfer-Encoding: chunked, chunked\r\n", EMPTY + HIDDEN, answers=(400,)),
    get("chunks, then identity", "Transfer-Encoding: chunked, identity\r\n", EMPTY + HIDDEN, answers=(400,)),
    get("packed without chunks", "Transfer-Encoding: gzip\r\n", HIDDEN, answers=(400,)),
    get("packed chunks", "Transfer-Encoding: gzip, chunked\r\n", EMPTY + HIDDEN, answers=(200,)),
    get("chunks, oddly written", "tRANSFER-eNCODING:\tcHUNKED\r\n", EMPTY + HIDDEN, answers=(200,)),
    get("chunks", CHUNKED, EMPTY + HIDDEN, answers=(200,)),
    get("a chunk with an extension", CHUNKED, b"1;x=y\r\na\r\n" + EMPTY + HIDDEN, answers=(200,)),
    get("a chunk longer than it says", CHUNKED, b"1\r\nab\r\n" + EMPTY + HIDDEN, answers=(200,)),
    get("a chunk of no size", CHUNKED, b"zz\r\n" + HIDDEN, answers=(200,)),
    get("a chunk of a huge size", CHUNKED, b"f" * 30 + b"\r\n" + HIDDEN, answers=(200,)),
    get("a trailer", CHUNKED, b"0\r\nX: y\r\n\r\n" + HIDDEN, answers=(200,)),
    get("a trailer that is none", CHUNKED, b"0\r\n" + CANARY.encode() + b"\r\n\r\n" + HIDDEN, answers=(200,)),
    get("a trailer with a length", CHUNKED, b"0\r\nContent-Length: 5\r\n\r\n" + HIDDEN, answers=(200,)),
    get("a trailer in bare lines", CHUNKED, b"0\r\nX: y\n\n" + HIDDEN, answers=(200,)),
    get("a body that nobody asked for", lengths(str(len(HIDDEN))), HIDDEN + HIDDEN, answers=(200, 200)),
    get("a body that is not there", lengths("5"), b"", answers=(200,)),
    get("chunks with an underscore", "Transfer_Encoding: chunked\r\n", HIDDEN, answers=(200, 200)),
]
UPLOADS = [
    put("no length, so that the body is read as a request", "", answers=(400, 400)),
    put("no length, and another request", "", lambda _: HIDDEN, at=b"b" * 16, answers=(400, 200)),
    put("in chunks", CHUNKED, chunked, at=b"c" * 16, answers=(400,)),
    put("a byte short", lengths(str(LENGTH)), lambda one: one[:-1], at=b"d" * 16, answers=(400,)),
    put("says a byte less", lengths(str(LENGTH - 1)), at=b"e" * 16, answers=(400,)),
    put("says a byte more", lengths(str(LENGTH + 1)), lambda one: one + b"x", at=b"f" * 16, answers=(400,)),
    put("a byte long", lengths(str(LENGTH)), lambda one: one + b"x", at=b"g" * 16, answers=(204,)),
    put("another request behind it", lengths(str(LENGTH)), lambda one: one + HIDDEN, at=b"h" * 16, answers=(204, 200)),
    put("more than anything", lengths("999999999"), lambda _: b"x", answers=(413,)),
    put(
        "waits to be asked",
        "Expect: 100-continue\r\n" + lengths(str(LENGTH)),
        lambda one: one + HIDDEN,
        at=b"i" * 16,
        answers=(100, 204, 200),
    ),
    put(
        "waits to be asked for too much",
        "Expect: 100-continue\r\n" + lengths("999999999"),
        lambda _: b"",
        answers=(100, 413),
    ),
    put("waits for something else", f"Expect: {CANARY}\r\n" + lengths("1"), lambda _: b"x", answers=(400,)),
    put("says that it is packed", "Content-Encoding: gzip\r\n" + lengths(str(LENGTH)), at=b"j" * 16, answers=(400,)),
    put("says that it is not", "Content-Encoding: identity\r\n" + lengths(str(LENGTH)), at=b"k" * 16, answers=(400,)),
    put(
        "is packed",
        "Content-Encoding: gzip\r\n" + lengths(str(LENGTH)),
        lambda _: (b"\x1f\x8b\x08" + bytes(7)).ljust(LENGTH, b"\xff"),
        answers=(400,),
    ),
]
MIB = 2**20
DATA = bytes(MIB)
PARTS = [
    put_part("a whole part", lengths(str(MIB)), DATA, at=b"A" * 16, answers=(204,)),
    put_part("a part and another request", lengths(str(MIB)), DATA + HIDDEN, at=b"B" * 16, answers=(204, 200)),
    put_part("a part, a byte long", lengths(str(MIB)), DATA + b"x", at=b"C" * 16, answers=(204,)),
    put_part("a part, a byte short", lengths(str(MIB)), DATA[:-1], at=b"D" * 16, answers=(400,)),
    put_part("half a part", lengths(str(MIB)), DATA[: MIB // 2], at=b"E" * 16, answers=(400,)),
    put_part("a part that says a byte less", lengths(str(MIB - 1)), DATA[:-1], at=b"F" * 16, answers=(400,)),
    put_part("a part that says a byte more", lengths(str(MIB + 1)), b"", at=b"G" * 16, answers=(413,)),
    put_part("a part that says much more", lengths("9" * 12), b"", at=b"H" * 16, answers=(413,)),
    put_part("a part of nothing", lengths("0"), b"", at=b"I" * 16, answers=(400,)),
    put_part("a part without a length", "", HIDDEN, at=b"J" * 16, answers=(400, 200)),
    put_part("a part in chunks", CHUNKED, chunked(DATA[:999]), at=b"K" * 16, answers=(400,)),
    put_part(
        "a part in chunks with a length",
        lengths(str(MIB)) + CHUNKED,
        chunked(DATA[:999]) + HIDDEN,
        at=b"L" * 16,
        answers=(400,),
    ),
    put_part("a packed part", "Content-Encoding: gzip\r\n" + lengths(str(MIB)), DATA, at=b"M" * 16, answers=(400,)),
    put_part(
        "a range of a part",
        f"Content-Range: bytes 0-9/{MIB}\r\n" + lengths("10"),
        DATA[:10],
        at=b"N" * 16,
        answers=(400,),
    ),
    put_part(
        "a part that waits to be asked",
        "Expect: 100-continue\r\n" + lengths(str(MIB)),
        DATA + HIDDEN,
        at=b"O" * 16,
        answers=(100, 204, 200),
    ),
    put_part(
        "a part as a form",
        f"Content-Type: multipart/form-data; boundary={CANARY}\r\n" + lengths(str(MIB)),
        DATA,
        at=b"P" * 16,
        answers=(204,),
    ),
]
START = "GET /start HTTP/1.1\r\n"
LINES = [
    get("a folded line", "X: a\r\n b\r\n", HIDDEN, answers=(400,)),
    line("a folded first line", f"{START} Host: {CANARY}\r\n\r\n"),
    line("bare line ends", f"GET /start HTTP/1.1\nHost: {CANARY}\n\n"),
    line("one bare line end", f"{START}Host: x\nX: {CANARY}\r\n\r\n"),
    line("a bare return", f"{START}Host: x\rX: {CANARY}\r\n\r\n"),
    get("a null in a value", f"X: {CANARY}\x00\r\n", answers=(400,)),
    get("a null in a name", f"X\x00: {CANARY}\r\n", answers=(400,)),
    get("an escape sequence", f"X: \x1b[31m{CANARY}\r\n", answers=(400,)),
    get("a delete character", f"X: {CANARY}\x7f\r\n", answers=(400,)),
    get("a line without a colon", f"{CANARY}\r\n", answers=(400,)),
    get("a line without a name", f": {CANARY}\r\n", answers=(400,)),
    get("a space in a name", f"X {CANARY}: y\r\n", answers=(400,)),
    get("a letter that is not ASCII in a name", f"X\xdf: {CANARY}\r\n", answers=(400,)),
    get("any byte above ASCII in a value", f"X: {CANARY}\xff\xfe\r\n", HIDDEN, answers=(200, 200)),
    get("40 more headers", "".join(f"X{n}: {CANARY}\r\n" for n in range(40)), answers=(400,)),
    get("30 more headers", "".join(f"X{n}: {CANARY}\r\n" for n in range(30)), HIDDEN, answers=(200, 200)),
    get("a header of 5,000 bytes", f"X: {CANARY}{'a' * 5_000}\r\n", answers=(400,)),
    get("3,000 more headers", f"X: {CANARY}\r\n" * 3_000, answers=(400,)),
    line("a first line of 5,000 bytes", f"GET /{CANARY}{'a' * 5_000} HTTP/1.1\r\nHost: x\r\n\r\n"),
    line("a first line of 40,000 bytes, without an end", f"GET /{CANARY}{'a' * 40_000}"),
    line("two spaces", f"GET  /{CANARY} HTTP/1.1\r\nHost: x\r\n\r\n"),
    line("tabs for spaces", f"GET\t/{CANARY}\tHTTP/1.1\r\nHost: x\r\n\r\n"),
    line("a space at the end", f"GET /{CANARY} HTTP/1.1 \r\nHost: x\r\n\r\n"),
    line("an empty line before", b"\r\n" + HIDDEN, answers=(200,)),
    line("empty lines before", b"\r\n\r\n\r\n" + HIDDEN),
    line("HTTP/0.9", f"GET /{CANARY}\r\n\r\n"),
    line("HTTP/1.0", f"GET /start?{CANARY} HTTP/1.0\r\n\r\n", answers=(200,)),
    line("HTTP/1.2", f"GET /start?{CANARY} HTTP/1.2\r\nHost: x\r\n\r\n"),
    line("HTTP/2 at once", f"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{CANARY}"),
    line("HTTP/3.0", f"GET /{CANARY} HTTP/3.0\r\nHost: x\r\n\r\n"),
    line("http/1.1 in small letters", f"GET /{CANARY} http/1.1\r\nHost: x\r\n\r\n"),
    line("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + CANARY.encode() + b"\r\n" + bytes(300)),
    line("a proxy's first line", f"PROXY TCP4 1.2.3.4 5.6.7.8 {CANARY} 2\r\n".encode() + HIDDEN),
    line("SSH", f"SSH-2.0-{CANARY}\r\n"),
    get(
        "HTTP/2 by upgrade",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
        HIDDEN,
        answers=(200, 200),
    ),
    get(
        "a WebSocket",
        f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: {CANARY}\r\n",
        HIDDEN,
        answers=(400, 200),
    ),
    line("twenty requests at once", HIDDEN * 20, answers=(200,) * 20),
    line("no host", f"GET /start?{CANARY} HTTP/1.1\r\n\r\n"),
    line("two hosts", f"{START}Host: x\r\nHost: {CANARY}\r\n\r\n"),
]


@pytest.mark.parametrize("row", [*WHERE_IT_ENDS, *UPLOADS, *PARTS, *LINES], ids=lambda row: row.name)
def test_a_hostile_request_gets_exactly_these_answers_and_the_next_visitor_gets_theirs(
    served: Served, envelope: bytes, row: Row
) -> None:
    found = exchange(served, row.send(envelope))
    assert tuple(one.status for one in found) == row.statuses
    for one in found:
        assert CANARY.encode() not in one.body
        assert not any(CANARY in value for value in one.headers.values())
    assert served.ask("GET", "/start").status == 200


IN_CHUNKS = [row for row in WHERE_IT_ENDS if row.statuses == (200,) and "chunk" in row.send(b"").decode("latin-1")]


@pytest.mark.parametrize("row", IN_CHUNKS, ids=lambda row: row.name)
def test_an_answer_to_a_body_in_chunks_says_that_the_connection_ends(served: Served, row: Row) -> None:
    (answer,) = exchange(served, row.send(b""))
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("begun", [f"GET /{CANARY}", f"GET / HTTP/1.1\r\nHost: {CANARY}\r\nX: ", f"{CANARY}: "])
def test_who_never_stops_speaking_is_let_go(served: Served, begun: str) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.settimeout(0.5)
        connection.sendall(begun.encode())
        try:
            while True:
                connection.sendall(b"a" * 65_536)
        except OSError:  # it is closed, or nobody reads any more
            until = time.monotonic() + 10
        while open_sockets(served) > 1 and time.monotonic() < until:
            time.sleep(0.05)
        assert open_sockets(served) == 1  # the one that listens
        assert served.ask("GET", "/start").status == 200


def open_sockets(served: Served) -> int:
    """Of the one worker."""
    (worker,) = served.workers()
    with suppress(FileNotFoundError):  # one was closed meanwhile
        return sum("socket:" in str(one.readlink()) for one in Path(f"/proc/{worker}/fd").iterdir())
    return open_sockets(served)


@pytest.fixture(scope="module")
def envelope(served: Served) -> bytes:
    """An honest one."""
    made = served.portal.envelope(epoch=served.portal.directory.epochs[0].id)
    assert len(made) == LENGTH
    return made


def test_of_all_uploads_those_that_were_answered_with_204_are_held_and_no_other(
    served: Served, envelope: bytes
) -> None:
    for row in (*UPLOADS, *PARTS):
        exchange(served, row.send(envelope))
    store = served.store()
    with store.look() as look:
        held = {bytes([letter]) for letter in b"abcdefghijklmnopqrstuvwxyz" if look.held(bytes([letter]) * 16)}
        parts = {bytes([letter]): look.part(bytes([letter]) * 16, PART) for letter in b"ABCDEFGHIJKLMNOPQ"}
    store.close()
    assert held == {b"g", b"h", b"i"}
    assert {letter for letter, data in parts.items() if data == DATA} == {b"A", b"B", b"C", b"O", b"P"}
    assert {letter for letter, data in parts.items() if data is None} == {bytes([one]) for one in b"DEFGHIJKLMNQ"}


def test_a_hidden_request_is_seen_when_it_is_answered(served: Served) -> None:
    """The control of the tests above: two requests on one connection are two answers, and the first one ends."""
    assert [one.status for one in exchange(served, HIDDEN + HIDDEN)] == [200, 200]
