"""Kills the server of the database itself: one process that works for intake, or all of them at once."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil
import psycopg

from tests.intake import postgres
from tests.intake.postgres import ROLE, Cluster

_WAIT_SECONDS = 60


@dataclass(slots=True, eq=False)
class Postmaster:
    """The server of a cluster, started again after it was stopped in the middle, with the words it began with."""

    cluster: Cluster
    dice: random.Random
    _process: psutil.Process
    _command: list[str]
    _started: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def kill_one(self) -> bool:
        """-9 to a process that serves a connection of intake: the server throws all connections out, and recovers."""
        with suppress(psycopg.Error):
            rows = self.cluster.run("SELECT pid FROM pg_stat_activity WHERE usename = %s", values=[ROLE])
            if rows:
                os.kill(self.dice.choice(rows)[0], signal.SIGKILL)
                return True
        time.sleep(0.05)
        return False

    def restart(self) -> bool:
        """An `immediate` stop: nothing is finished, nothing is written down; then it starts again, and recovers."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(_WAIT_SECONDS)
        time.sleep(self.dice.uniform(0, 1))
        self._start()
        return True

    def _start(self) -> None:
        with self.cluster.log.open("ab") as log:
            started = subprocess.Popen(self._command, stdout=log, stderr=log, cwd="/")
        self._started.append(started)
        self._process = psutil.Process(started.pid)

    def end(self) -> None:
        """Whoever was started here is ended here."""
        for one in self._started:
            with suppress(ProcessLookupError):
                one.send_signal(signal.SIGQUIT)
            one.wait(_WAIT_SECONDS)


@contextmanager
def running(dice: random.Random) -> Iterator[Postmaster]:
    """A server of one's own: other tests have nothing to do with its troubles."""
    with postgres.running() as cluster:
        with (cluster.folder / "data" / "postmaster.pid").open() as written:
            process = psutil.Process(int(written.readline()))
        master = Postmaster(cluster=cluster, dice=dice, _process=process, _command=_unprivileged(process))
        try:
            yield master
        finally:
            master.end()


def _unprivileged(process: psutil.Process) -> list[str]:
    """The command that starts it again, as the user who it runs as, and no longer than these tests run."""
    user = f"--reuid={process.uids().real}", f"--regid={process.gids().real}", "--clear-groups"
    as_user = () if process.uids().real == os.geteuid() else user
    return ["setpriv", *as_user, "--pdeathsig=QUIT", "--", process.exe(), *process.cmdline()[1:]]
