"""`make run`: the whole path on this machine, with throw-away keys, until Ctrl-C; then nothing is left of it.

The environment variables INTAKE_PORT and STATION_PORT choose other ports; 0 takes a free one.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from deploy.commands import CommandFailed, Commands
from deploy.courier import Courier
from deploy.rehearsal import Rehearsal, prepare
from deploy.serving import PortTaken, Serving, choose_port, serving

PORTS = {"INTAKE_PORT": 8000, "STATION_PORT": 8001}
SECONDS_BETWEEN_ROUNDS = 3.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

WELCOME = """
Sealed Intake: a demo with throw-away keys. Write nothing here that is real.

  The form      {form}
  The desk      {desk}
                (this link opens once)

  Passphrases of the desk's vaults
{passphrases}

Try this
  1. Open the form, choose the Committee against Torture, write a few words, send, and keep the receipt.
  2. Some seconds later: open the desk, unlock the vault `cat`, open the new message, acknowledge it.
  3. Some seconds later: go back to the form, "return", enter the receipt, and read the answer.
  4. At the desk again: Consent, ask through the thread. Answer on the return page; see what counts at the desk.

A courier carries what is sent, both ways, every few seconds. Ctrl-C ends everything and removes every file.
"""


class Stopped(BaseException):
    """A signal asked us to end; no error, and not to be caught on the way."""


def main() -> int:
    """Runs the demo until it is stopped; the exit status."""
    for number in _SIGNALS:
        signal.signal(number, _stop)
    try:
        with _throwaway_folder() as folder:
            _run(folder)
    except Stopped:
        say("\nEverything is stopped and removed.")
        return 0
    except PortTaken as taken:
        names = {str(_wanted(name)): name for name in PORTS}
        complain(f"port {taken} is taken. Choose another: {names[str(taken)]}=8080 make run")
        return 1
    except CommandFailed as failure:
        complain(str(failure))
        return 1


def _run(folder: Path) -> NoReturn:
    intake_port, station_port = (choose_port(_wanted(name)) for name in PORTS)
    say("Making throw-away keys and holding a ceremony (some seconds) ...")
    rehearsal = prepare(Commands(folder=folder), datetime.now(UTC).date())
    with serving(rehearsal, intake_port, station_port) as addresses:
        say(_welcome(rehearsal, addresses))
        _keep_running(rehearsal, addresses)


def _keep_running(rehearsal: Rehearsal, addresses: Serving) -> NoReturn:
    courier = Courier(rehearsal)
    while True:
        addresses.intake.check()
        addresses.station.check()
        for carried in courier.round():
            say(f"  courier: {carried}")
        time.sleep(SECONDS_BETWEEN_ROUNDS)


def _welcome(rehearsal: Rehearsal, addresses: Serving) -> str:
    lines = [f"    {vault:<6}{passphrase}" for vault, passphrase in rehearsal.passphrases.items()]
    return WELCOME.format(form=addresses.intake.address, desk=addresses.desk_link, passphrases="\n".join(lines))


@contextmanager
def _throwaway_folder() -> Iterator[Path]:
    """A folder for our eyes only, in memory where that is possible, removed with all it holds."""
    memory = Path("/dev/shm")  # noqa: S108  (mkdtemp makes the folder itself, 0700)
    parent = memory if os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="sealed-intake-demo-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _wanted(name: str) -> int:
    return int(os.environ.get(name, PORTS[name]))


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """Once is enough: what comes after must not disturb the tidying up."""
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Stopped


def say(words: str) -> None:
    """To the person who looks on."""
    print(words, flush=True)


def complain(words: str) -> None:
    """One line for what went wrong."""
    print(f"demo: {words}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
