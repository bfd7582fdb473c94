"""An intake that is being made is killed before each of its steps; the same commands again make it whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from intake import files
from tests.material import Portal

# Kills itself before the call of this number among those that change what is on the disk.
KILLED = """
import os, signal, sys
left = int(sys.argv.pop(1))

def before(name, call):
    def counted(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **named)
    setattr(os, name, counted)

from intake import migrations
from intake.cli import main
for name in ("open", "fsync", "link", "unlink", "mkdir"):
    before(name, getattr(os, name))
main()
"""


@pytest.mark.parametrize(
    "made", [("intake.db",), ("intake.db", "portal.json"), ("intake.db", "portal.json", ".intake.toml.unfinished")]
)
def test_init_goes_on_from_what_a_killed_one_left(made: tuple[str, ...], tmp_path: Path, portal: Portal) -> None:
    pin, folder, whole = tmp_path / "portal.json", tmp_path / "intake", tmp_path / "whole"
    pin.write_bytes(portal.pin_bytes())
    assert run("init", whole, "--portal", pin) == 0
    folder.mkdir(mode=0o700)
    for name in made:
        (folder / name).write_bytes(b"" if name.startswith(".") else (whole / name).read_bytes())
    assert run("init", folder, "--portal", pin) == 0
    assert {one.name for one in folder.iterdir()} >= {"intake.db", "portal.json", "intake.toml"}
    assert not [one.name for one in folder.iterdir() if "unfinished" in one.name]
    assert run("init", folder, "--portal", pin) == 1


def test_a_file_that_is_not_written_to_its_end_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("intake.files.os.fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            files.create(tmp_path / "key", b"half")
    assert list(tmp_path.iterdir()) == []
    files.create(tmp_path / "key", b"whole")
    with pytest.raises(FileExistsError):
        files.create(tmp_path / "key", b"other")
    assert (tmp_path / "key").read_bytes() == b"whole"


def run(*words: object, killed_before: int = 0) -> int:
    """How `intake WORDS` ended; negative when it was killed."""
    command = [sys.executable, "-c", KILLED, str(killed_before), *map(str, words)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode


@pytest.mark.prove
@pytest.mark.parametrize("verb", ["key", "init"])
def test_whatever_kills_the_making_of_an_intake_the_same_again_makes_it(
    verb: str, tmp_path: Path, portal: Portal
) -> None:
    pin = tmp_path / "portal.json"
    pin.write_bytes(portal.pin_bytes())
    rest = ("--portal", pin) if verb == "init" else ()
    for step in range(1, 100):
        folder = tmp_path / f"intake-{step}"
        ended = run(verb, folder, *rest, killed_before=step)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        whole = {one.name for one in folder.iterdir()} if folder.exists() else set()
        assert run(verb, folder, *rest) == (1 if whole & {"intake.key", "intake.toml"} else 0)
        assert run("key" if verb == "init" else "init", folder, *(() if verb == "init" else ("--portal", pin))) == 0
        assert {"intake.key", "intake.toml", "portal.json", "intake.db"} <= set(os.listdir(folder))
        assert (folder / "intake.key").stat().st_size == 32
        assert not [name for name in os.listdir(folder) if "unfinished" in name]
    assert step > 5
