"""A PostgreSQL of the tests' own, from Debian's package: made in a private folder, reached through a socket in it.

It listens on no port, and knows nothing of a PostgreSQL that runs on this machine already. It runs with the settings
that deploy/INTAKE.md asks for, and forgets them, and everything else, at its end.
"""

import os
import pwd
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.intake.databases import Kept

INSTALLED = Path("/usr/lib/postgresql")
GUIDE = Path(__file__).parents[2] / "deploy" / "INTAKE.md"
OWNER, ROLE = "postgres", "intake"
"""Who makes databases, and who intake is in them: a role that may do nothing else."""

# A power cut would end the tests too, so that nothing of theirs has to outlive one; a killed server loses nothing.
_FAST = {"fsync": "off", "full_page_writes": "off", "max_connections": "100"}
_START_SECONDS = 60


def stated_settings() -> dict[str, str]:
    """What deploy/INTAKE.md asks of a PostgreSQL, by name."""
    return dict(re.findall(r"^    ([a-z_]+) = (\S+)$", GUIDE.read_text("utf-8"), re.MULTILINE))


@dataclass(slots=True, eq=False)
class Cluster:
    """A server, which makes databases while it runs."""

    folder: Path
    user: str | None
    _numbers: Iterator[int] = field(default_factory=count)
    _made: list[str] = field(default_factory=list)
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Waits until it answers."""
        options = {
            **stated_settings(),
            **_FAST,
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
        }
        command = ["postgres", "-D", f"{self.folder}/data", *(f"--{key}={value}" for key, value in options.items())]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(_as(self.user, *command), stdout=log, stderr=log, cwd="/")
        _wait_until_ready(self, self._process)

    def stop(self, how: signal.Signals) -> None:
        """Whatever it is doing: SIGINT writes everything down, SIGQUIT nothing."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)

    def restart(self) -> None:
        """As an upgrade of its package does: every connection is lost, and what was committed stays."""
        self.stop(signal.SIGINT)
        self.start()

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "log"

    def place(self, _folder: Path) -> str:
        """A new database that belongs to intake's role, and to no folder."""
        url = self._new_url()
        self.run("CREATE DATABASE {} OWNER {}", name_of(url), ROLE)
        return url

    def keep(self, url: str) -> Kept:
        """It stays when the databases of the test are dropped."""
        self._made.remove(url)
        return url

    def copy(self, kept: Kept, _folder: Path) -> str:
        """Copied by the server, file by file."""
        assert isinstance(kept, str)
        url = self._new_url()
        self.run("CREATE DATABASE {} OWNER {} TEMPLATE {}", name_of(url), ROLE, name_of(kept))
        return url

    def drop_made(self) -> None:
        """Away with all databases that were made and not kept, whoever has them open."""
        while self._made:
            self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_of(self._made.pop()))

    def _new_url(self) -> str:
        self._made.append(f"postgresql+psycopg://{ROLE}@/intake_{next(self._numbers)}?host={self.folder}")
        return self._made[-1]

    def run(self, statement: LiteralString, *names: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """The rows that a statement gives to the owner of the server, with these names and values in its gaps."""
        with closing(self._connection()) as connection:
            cursor = connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values)
            return cursor.fetchall() if cursor.description else []

    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True)


def name_of(url: str) -> str:
    """The name of its database."""
    name = make_url(url).database
    assert name is not None
    return name


@contextmanager
def running() -> Iterator[Cluster]:
    """Makes a server, and leaves nothing of it; it also ends when the tests are killed."""
    with TemporaryDirectory(prefix="intake-pg-") as name:
        folder = Path(name)
        user = _hand_over(folder)
        made = ["initdb", "--pgdata", f"{folder}/data", f"--username={OWNER}", "--auth=trust", "--no-sync"]
        _run(user, *made, "--locale=C", "--encoding=UTF8")
        cluster = Cluster(folder=folder, user=user)
        try:
            cluster.start()
            cluster.run("CREATE ROLE {} LOGIN", ROLE)
            yield cluster
        finally:
            cluster.stop(signal.SIGQUIT)  # at once: nothing of it is needed


def _program(name: str) -> str:
    found = sorted(INSTALLED.glob(f"[0-9]*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    assert found, "PostgreSQL is not installed: run `make tools`"
    return str(found[-1])


def _hand_over(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then the folder, and the server, are those of the package's own user."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(OWNER)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return OWNER


def _as(user: str | None, program: str, *arguments: str) -> list[str]:
    """Ends with whoever started it, however that one ends."""
    unprivileged = () if user is None else (f"--reuid={user}", f"--regid={user}", "--init-groups")
    return ["setpriv", *unprivileged, "--pdeathsig=QUIT", "--", _program(program), *arguments]


def _run(user: str | None, *command: str) -> None:
    done = subprocess.run(_as(user, *command), capture_output=True, text=True, cwd="/", timeout=_START_SECONDS)
    assert done.returncode == 0, done.stderr


def _wait_until_ready(cluster: Cluster, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            cluster.run("SELECT 1")
        except psycopg.OperationalError:
            assert process.poll() is None, cluster.log.read_text()
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)
        else:
            return
