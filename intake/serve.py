"""Runs the public site in gunicorn: no access log, no name of the server, nothing of a request in any log."""

import logging
import os
import selectors
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.http.errors import InvalidHeader, InvalidHTTPVersion, ParseException
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.util import close_graceful, write_nonblock
from gunicorn.workers.gthread import TConn, ThreadWorker

from intake import create_app, headers, quiet
from intake.config import Config
from intake.headers import Kind
from intake.limits import Limits

MEMORY = Path("/dev/shm")  # noqa: S108 - the heartbeat file of a worker is empty, unlinked at once and better not on a disk
FIRST_BYTE = 5.0
"""So long a connection may say nothing; it costs no thread."""

LINGER = 0.5
"""So long a connection that we end may still bring what nobody reads, lest the end of our answer get lost."""

BYTES_A_SECOND = 1_024
"""Who is slower than this, after the time that everybody has, is cut off."""


class NamelessResponse(wsgi.Response):
    """Does not say which server this is."""

    def default_headers(self) -> list[str]:
        """The status line, the date and what concerns the connection."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


class QuietLogger(Logger):
    """The process that accepts no connection may say what it does; those that do only name faults by kind and line."""

    def __init__(self, cfg: Any) -> None:
        super().__init__(cfg)
        self._speaker = os.getpid()

    def debug(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Never."""

    def info(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Never."""

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """What the server does."""
        self._say(msg, args)

    def error(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """What the server cannot do."""
        self._say(msg, args)

    def critical(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """What ends the server."""
        self._say(msg, args)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """A fault, by its kind and the line of code it came from."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):  # a connection that broke is no fault
            quiet.unexpected(error)

    def access(self, *_args: Any) -> None:
        """Never."""

    def _say(self, msg: Any, args: tuple[Any, ...]) -> None:
        if os.getpid() == self._speaker:
            self.error_log.error(msg, *args)


class Patience(SocketUnreader):
    """Waits for a connection until a moment that moves on with what comes: a byte now and then is not enough.

    What has come already is always taken, however late a thread was free for it.
    """

    def __init__(self, connection: socket.socket, limits: Limits) -> None:
        super().__init__(connection)
        self._limits = limits
        self._until = 0.0
        self.lost = False

    def allow(self, seconds: int) -> None:
        """From now on."""
        self._until = time.monotonic() + seconds

    def chunk(self, size_hint: int | None = None) -> bytes:
        """What comes next, or `TimeoutError`, which nobody logs; the answer that follows has a time of its own."""
        left = max(0, self._until - time.monotonic())
        self.sock.settimeout(min(left, self._limits.silence_seconds))
        try:
            data: bytes = super().chunk(size_hint)  # type: ignore[call-arg]  # its types are older than it
        except (BlockingIOError, TimeoutError):
            self.lost = True
            raise TimeoutError from None
        finally:
            self.sock.settimeout(self._limits.body_seconds)
        self._until += len(data) / BYTES_A_SECOND
        return data


class Worker(ThreadWorker):
    """Answers what is not HTTP without repeating it, and lets nobody hold a thread by being slow."""

    def enqueue_req(self, conn: TConn) -> None:
        """A thread is for who has begun to speak; before that, a connection waits without one."""
        if conn.parser is None:
            conn.parser = RequestParser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = Patience(conn.sock, self._limits())
        _patience(conn).allow(self._limits().head_seconds)
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + FIRST_BYTE
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: TConn) -> Any:
        """One request. A connection that ends takes its leave here, in a thread, not in the loop that serves all."""
        goes_on = super().handle(conn)
        if not goes_on:
            _part(conn.sock, 0 if _patience(conn).lost else LINGER)
        return goes_on

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """What follows the head has another time to come in."""
        _check_head(req)
        _patience(conn).allow(self._limits().body_seconds)
        return super().handle_request(req, conn)

    def _limits(self) -> Limits:
        assert isinstance(self.app, Server)
        return self.app.limits

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """The same short answer to everything, under the headers that every answer has."""
        if not isinstance(exc, ParseException):
            quiet.unexpected(exc)
        fixed = {**headers.of(Kind.DATA, well=False), "Connection": "close", "Content-Length": "0"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fixed.items())
        try:
            write_nonblock(client, f"HTTP/1.1 400 Bad Request\r\n{lines}\r\n".encode("latin-1"))
        except OSError:
            return


def _check_head(req: Any) -> None:
    """RFC 9112 2.3 and 3.2, which gunicorn leaves to others. After chunks, which nobody reads, nothing is read either:

    a fault in them, found later, would be answered once more, and that answer taken for another request's.
    """
    names = {name for name, _ in req.headers}
    if req.version > (1, 1):
        raise InvalidHTTPVersion(req.version)
    if req.version == (1, 1) and "HOST" not in names:
        raise InvalidHeader("HOST")
    if "TRANSFER-ENCODING" in names:
        req.force_close()


def _patience(conn: TConn) -> Patience:
    assert isinstance(conn.parser, RequestParser)
    assert isinstance(conn.parser.unreader, Patience)
    return conn.parser.unreader


def _part(connection: socket.socket, linger: float) -> None:
    """Nothing more is said or heard, so that closing, which the main thread does, need not wait for the other side."""
    try:
        close_graceful(connection.dup(), timeout=linger)
        connection.shutdown(socket.SHUT_RD)
    except OSError:  # it is gone already
        return


class Server(BaseApplication):
    """gunicorn with our settings and no file of its own."""

    def __init__(self, config: Config, host: str, port: int, workers: int) -> None:
        self._config = config
        self.limits = config.limits
        self._settings = {
            "bind": [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"],
            "workers": workers,
            "worker_class": Worker,
            "threads": config.limits.threads,
            "worker_connections": config.limits.connections,
            "timeout": config.limits.silence_seconds,
            "limit_request_line": config.limits.request_line_bytes,
            "limit_request_fields": config.limits.header_fields,
            "limit_request_field_size": config.limits.header_field_bytes,
            "forwarded_allow_ips": "",  # nobody says for another who asks or under which path
            "forwarder_headers": "",
            "worker_tmp_dir": str(MEMORY if MEMORY.is_dir() else config.folder),
            "control_socket_disable": True,
            "logger_class": QuietLogger,
            "accesslog": None,
            "when_ready": self._say_where,
            "umask": 0o077,
            "proc_name": "intake",
        }
        super().__init__()

    def load_config(self) -> None:
        """Nothing but what stands above: no file, no environment."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def _say_where(self, arbiter: Any) -> None:
        for listener in arbiter.LISTENERS:
            host, port = listener.getsockname()[:2]
            sys.stdout.write(f"listening on http://{host}:{port}\n")
        sys.stdout.flush()

    def load(self) -> Any:
        """In each worker, so that no database connection is shared between processes."""
        return create_app(self._config)


def serve(config: Config, host: str, port: int, workers: int) -> None:
    """Until it is told to stop."""
    wsgi.Response = NamelessResponse  # type: ignore[misc]  # gunicorn has no setting for it
    logging.getLogger().addHandler(logging.NullHandler())  # what no handler of ours prints is printed nowhere
    quiet.speak()
    Server(config, host, port, workers).run()
