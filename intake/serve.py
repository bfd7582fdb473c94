"""Runs the public site in gunicorn: no access log, no name of the server, nothing of a request in any log."""

import logging
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import TConn, ThreadWorker

from intake import create_app, headers, quiet
from intake.config import Config
from intake.headers import Kind

MEMORY = Path("/dev/shm")  # noqa: S108 - the heartbeat file of a worker is empty, unlinked at once and better not on a disk


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


class Worker(ThreadWorker):
    """Answers what is not HTTP without repeating it, and waits for nobody for ever."""

    def enqueue_req(self, conn: TConn) -> None:
        """The kernel ends every wait of the thread that will handle this connection."""
        longest = struct.pack("ll", self.cfg.timeout, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, longest)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, longest)
        super().enqueue_req(conn)

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


class Server(BaseApplication):
    """gunicorn with our settings and no file of its own."""

    def __init__(self, config: Config, host: str, port: int, workers: int) -> None:
        self._config = config
        self._settings = {
            "bind": [f"{host}:{port}"],
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
