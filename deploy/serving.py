"""Serves a rehearsal on this machine: the form for everybody, the desk behind its one-time link."""

import http.client
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.commands import CommandFailed, Commands, end
from deploy.rehearsal import Rehearsal

HOST = "127.0.0.1"
_READY_WITHIN_SECONDS = 30.0
_LINK = re.compile(r"http://\S+")


class PortTaken(Exception):
    """Something else listens there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One of our servers, and the file that takes what it says."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raises with the end of its log when the server has stopped by itself."""
        if self.process.poll() is not None:
            raise CommandFailed(f"{self.log.stem} stopped by itself: {self.last_words()}")

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-800:].strip()

    @property
    def address(self) -> str:
        """Its first page."""
        return f"http://{HOST}:{self.port}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The intake, the station, and the link that opens the desk once."""

    intake: Server
    station: Server
    desk_link: str = field(repr=False)


def choose_port(wanted: int) -> int:
    """The wanted port, or for 0 one that is free; raises PortTaken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise PortTaken(str(wanted)) from error
        port: int = probe.getsockname()[1]
        return port


# Throw-away keys are read on machines that have a network.
TRIAL = ("--demo", "--with-network")


@contextmanager
def serving(rehearsal: Rehearsal, intake_port: int, station_port: int) -> Iterator[Serving]:
    """Both servers, ready to answer, until the block is left."""
    commands = rehearsal.commands
    with (
        server(commands, intake_port, "intake", "serve", rehearsal.intake, "--port", intake_port) as intake,
        server(commands, station_port, "review", "serve", rehearsal.station, *TRIAL, "--port", station_port) as station,
    ):
        yield Serving(intake=intake, station=station, desk_link=_link(station))


@contextmanager
def server(commands: Commands, port: int, name: str, *arguments: object) -> Iterator[Server]:
    """A command that serves on this port, ready to answer, until the block is left."""
    log = commands.folder / f"{name}-{port}.log"
    one = Server(port=port, process=commands.start(log, name, *arguments), log=log)
    try:
        _wait_until_ready(one)
        yield one
    finally:
        end(one.process)


def _wait_until_ready(one: Server) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        one.check()
        connection = http.client.HTTPConnection(HOST, one.port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise CommandFailed(f"{one.log.stem} does not answer: {one.last_words()}")


def _link(station: Server) -> str:
    """The one-time link that `review serve` printed."""
    found = _LINK.search(station.log.read_text())
    if found is None:
        raise CommandFailed(f"{station.log.stem} printed no link: {station.last_words()}")
    return found.group()
