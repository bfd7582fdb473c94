"""Runs the desk in gunicorn on the loopback address: one process listens, one answers and is replaced at every lock.

The listening process never sees a request. The answering one holds the pages of the open desk; when the vaults are
locked it ends, and a fresh one takes its place, which knows the door and nothing else.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from review.app import create_app
from review.config import Config
from review.desk import Desk
from review.faults import place_of
from review.hardening import harden
from review.headers import HEADERS
from review.lid import Lid

HOST = "127.0.0.1"
_MEMORY = Path("/dev/shm")  # noqa: S108 - the heartbeat file of a worker is empty, unlinked at once and better not on a disk
_SECONDS_BETWEEN_LOOKS = 1.0


class NamelessResponse(wsgi.Response):
    """Does not say which server this is."""

    def default_headers(self) -> list[str]:
        """The status line, the date and what concerns the connection."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


class QuietLogger(Logger):
    """Says what keeps the desk from running; of a fault its kind and place; of a request nothing."""

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Never: the coming and going of processes is how locking works."""

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """A fault, by its kind and the line of code it came from."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.error_log.error("unexpected %s", place_of(error))

    def access(self, *_args: Any) -> None:
        """Never."""


class Worker(ThreadWorker):
    """Answers what is not HTTP without repeating it."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """The same short answer to everything, under the headers that every answer has."""
        if not isinstance(exc, ParseException):
            logging.getLogger("review").error("unexpected %s", place_of(exc))
        lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
        fixed = f"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n{lines}\r\n"
        with suppress(OSError):
            write_nonblock(client, fixed.encode("latin-1"))


class Server(BaseApplication):
    """gunicorn with our settings and no file of its own."""

    def __init__(self, config: Config, port: int) -> None:
        self._config = config
        self._settings = {
            "bind": [f"{HOST}:{port}"],
            "workers": 1,
            "worker_class": Worker,
            "threads": 4,
            # A connection that is kept would keep the old process.
            "keepalive": 0,
            # A keeper's Argon2, migrations and a large import fit in between; a wedged worker does not stay for ever.
            "timeout": 120,
            "graceful_timeout": 5,
            "worker_tmp_dir": str(_MEMORY if _MEMORY.is_dir() else config.station),
            "control_socket_disable": True,
            "logger_class": QuietLogger,
            "loglevel": "error",
            "accesslog": None,
            "when_ready": self._say_link,
            "umask": 0o077,
            "proc_name": "review",
        }
        super().__init__()

    def load_config(self) -> None:
        """Nothing but what stands above: no file, no environment."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In each answering process; it ends itself after a lock."""
        harden()
        app = create_app(replace(self._config, after_lock=_end_this_process))
        watched = (app.extensions["desk"], Lid(), self._config.ways_out)
        threading.Thread(target=_watch, args=watched, daemon=True).start()
        return app

    def _say_link(self, arbiter: Any) -> None:
        port, door = arbiter.LISTENERS[0].getsockname()[1], self._config.door
        sys.stdout.write(f"The desk is open for one browser, once: http://{door.host}:{port}/enter/{door.link}\n")
        sys.stdout.flush()


def serve(config: Config, port: int) -> None:
    """Until it is told to stop."""
    harden()
    wsgi.Response = NamelessResponse  # type: ignore[misc]  # gunicorn has no setting for it
    logging.getLogger().addHandler(logging.NullHandler())
    log = logging.getLogger("review")
    log.addHandler(logging.StreamHandler(sys.stderr))
    log.propagate = False
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    Server(config, port).run()


def _end_this_process() -> None:
    """Gracefully: the answer to the request that locked is still given."""
    os.kill(os.getpid(), signal.SIGTERM)


def _watch(desk: Desk, lid: Lid, ways_out: Callable[[], tuple[str, ...]]) -> None:
    while True:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        if not lock_if_left(desk, lid) and ways_out():
            desk.lock()


def lock_if_left(desk: Desk, lid: Lid) -> bool:
    """Locks when the person has gone: at once when the lid was shut or the machine slept, else after idle minutes."""
    return (lid.was_shut() and desk.lock()) or desk.lock_if_idle()
