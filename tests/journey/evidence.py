"""Everything an intake leaves behind, gathered for the search: files, also removed ones that are still open."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving


def written(rehearsal: Rehearsal, serving: Serving) -> dict[str, bytes]:
    """What intake wrote, by file: its folder with the database and its log, temporary files, output, the bundle."""
    files = [
        *_below(rehearsal.intake),
        *_below(rehearsal.folder / "tmp"),
        serving.intake.log,
        serving.station.log,
        rehearsal.bundle,
    ]
    found = {str(file.relative_to(rehearsal.folder)): file.read_bytes() for file in files if file.exists()}
    found.update(open_files(psutil.Process(serving.intake.process.pid), rehearsal.folder))
    return found


def _below(folder: Path) -> Iterable[Path]:
    return (file for file in folder.rglob("*") if file.is_file())


def open_files(process: psutil.Process, folder: Path) -> Iterator[tuple[str, bytes]]:
    """What the process and its children hold open, even when its name is gone from every folder."""
    for each in (process, *process.children(recursive=True)):
        for link in Path(f"/proc/{each.pid}/fd").iterdir():
            try:
                target = os.readlink(link)
                if target.startswith(("/proc", "/dev/null", "/dev/urandom")) or not link.is_file():
                    continue
                yield f"open in {each.pid}: {target.removeprefix(str(folder))}", link.read_bytes()
            except FileNotFoundError:
                continue
