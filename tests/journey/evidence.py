"""Everything that intake, or a browser, leaves behind, gathered for the search: files, also removed ones still open."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving

_NO_FILES = ("/proc", "/dev/null", "/dev/urandom")
_IN_MEMORY = ("/memfd:", "/dev/shm/")  # noqa: S108


def written(rehearsal: Rehearsal, serving: Serving) -> dict[str, bytes]:
    """What intake wrote, by file: its folder with the database and its log, temporary files, output, the bundle."""
    folder = rehearsal.folder
    single = (serving.intake.log, serving.station.log, rehearsal.bundle)
    return {
        **below(rehearsal.intake, folder),
        **below(folder / "tmp", folder),
        **{str(file.relative_to(folder)): file.read_bytes() for file in single if file.exists()},
        **dict(open_files(psutil.Process(serving.intake.process.pid), folder)),
    }


def below(folder: Path, base: Path) -> dict[str, bytes]:
    """Every file below a folder by its name from `base`; their names too, where links lead, and what files are said to
    be (extended attributes). A file that goes away just then is not in it."""
    found, told = dict[str, bytes](), list[bytes]()
    for file in sorted(folder.rglob("*")):
        told.append(os.fsencode(file.relative_to(base)))
        try:
            told += _said_of(file)
            if file.is_file() and not file.is_symlink():
                found[str(file.relative_to(base))] = file.read_bytes()
        except FileNotFoundError:
            continue
    return {**found, f"names below {folder.relative_to(base)}": b"\n".join(told)}


def _said_of(file: Path) -> list[bytes]:
    if file.is_symlink():
        return [os.fsencode(file.readlink())]
    return [os.getxattr(file, name) for name in os.listxattr(file)]


def open_files(process: psutil.Process, folder: Path) -> Iterator[tuple[str, bytes]]:
    """What the process and its children hold open, even when its name is gone from every folder."""
    for each in (process, *process.children(recursive=True)):
        for link in Path(f"/proc/{each.pid}/fd").iterdir():
            try:
                target = os.readlink(link)
                if target.startswith(_NO_FILES) or not link.is_file():
                    continue
                yield f"open in {each.pid}: {target.removeprefix(str(folder))}", link.read_bytes()
            except FileNotFoundError:
                continue


def removed_files(process: psutil.Process, folder: Path) -> Iterator[tuple[str, bytes]]:
    """What a browser holds open on a disk, though its name is gone; not what its processes share in memory."""
    for each in (process, *process.children(recursive=True)):
        try:
            links = list(Path(f"/proc/{each.pid}/fd").iterdir())
        except (FileNotFoundError, PermissionError):  # gone, or a sandbox that opens no files
            continue
        for link in links:
            try:
                target = os.readlink(link)
                if target.endswith(" (deleted)") and not target.startswith(_IN_MEMORY) and link.is_file():
                    yield f"open in {each.pid}: {target.removeprefix(str(folder))}", link.read_bytes()
            except (FileNotFoundError, PermissionError):
                continue
