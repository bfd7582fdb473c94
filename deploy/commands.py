"""Runs the real commands, `intake` and `review`, as a person at a terminal would."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ENDS_WITHIN_SECONDS = 5.0


class CommandFailed(Exception):
    """A command refused or broke; its own words say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """The commands installed in `programs`, run with `folder` as their world: what is temporary stays in it too."""

    folder: Path
    programs: Path = Path(sys.executable).parent

    def run(self, name: str, *arguments: object, answers: Sequence[str] = ()) -> list[str]:
        """The lines the command printed, given these lines to read. Whatever interrupts us ends its whole group."""
        process = subprocess.Popen(
            self._words(name, arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=self._environment(),
            start_new_session=True,
        )
        try:
            said, complained = process.communicate("".join(f"{answer}\n" for answer in answers))
        except BaseException:
            end(process)
            raise
        if process.returncode != 0:
            shown = " ".join([name, *map(str, arguments)])
            raise CommandFailed(f"`{shown}` ended with {process.returncode}: {complained.strip() or said.strip()}")
        return said.splitlines()

    def start(self, log: Path, name: str, *arguments: object) -> subprocess.Popen[bytes]:
        """A server in a process group of its own, so that Ctrl-C reaches us alone and we end the whole group."""
        with log.open("ab") as output:
            return subprocess.Popen(
                self._words(name, arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self._environment(),
                start_new_session=True,
            )

    def _words(self, name: str, arguments: Sequence[object]) -> list[str]:
        return [str(self.programs / name), *map(str, arguments)]

    def _environment(self) -> dict[str, str]:
        temporary = self.folder / "tmp"
        temporary.mkdir(mode=0o700, exist_ok=True)
        return {**os.environ, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}


def end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Asks the process to stop, waits a little, then ends all of its group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_ENDS_WITHIN_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
