"""Which removable drives are mounted, how much room they have, and what their owners call them (proc_pid_mountinfo(5)).

A drive counts when the kernel calls it removable, or when it is mounted where desktops put what is plugged in. What
the machine itself runs from is none, on whatever it lies.
"""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_BLOCKS = Path("/sys/block")
_LABELS = Path("/dev/disk/by-label")

_PLUGGED_IN = ("/media/", "/run/media/")
_SYSTEM = ("boot", "efi", "etc", "home", "lib", "live", "nix", "opt", "snap", "srv", "usr", "var")
"""First parts of the names of places that belong to the machine; `/` and what is live below `/run` too."""

_OCTAL = re.compile(r"\\([0-7]{3})")
_HEXADECIMAL = re.compile(rb"\\x([0-9a-f]{2})")
_FIELDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One mounted file system: its device as `MAJOR:MINOR` and by name, and where it stands."""

    device: str
    source: str
    folder: str
    is_read_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stick:
    """A drive that somebody can take out. `label` is what its owner called it: words of others. `free` in bytes."""

    folder: Path
    label: str
    free: int
    is_read_only: bool


def read_mounts(text: str) -> list[Mount]:
    """What `/proc/self/mountinfo` says, in its order; a line that is out of form is left out."""
    found = []
    for line in text.splitlines():
        here, dash, there = line.partition(" - ")
        fields, of_file_system = here.split(" "), there.split(" ")
        if not dash or len(fields) < _FIELDS or len(of_file_system) < 3:
            continue
        options = {*fields[5].split(","), *of_file_system[2].split(",")}
        source, folder = _plain(of_file_system[1]), _plain(fields[4])
        found.append(Mount(device=fields[2], source=source, folder=folder, is_read_only="ro" in options))
    return found


def pick_sticks(mounts: Iterable[Mount], removable: Collection[str]) -> list[Mount]:
    """Those of drives that can be taken out, each drive once; `removable` as `MAJOR:MINOR`."""
    on_top = {mount.folder: mount for mount in mounts}
    of_system = {mount.device for mount in on_top.values() if _is_of_system(mount.folder)}
    picked: dict[str, Mount] = {}
    for mount in on_top.values():
        is_plugged_in = mount.folder.startswith(_PLUGGED_IN)
        if mount.device in of_system or not mount.source.startswith("/dev/"):
            continue
        if is_plugged_in or (mount.device in removable and mount.device not in picked):
            picked[mount.device] = mount
    return sorted(picked.values(), key=lambda mount: mount.folder)


def find_sticks() -> list[Stick]:
    """Those that are plugged in now, in the order of their folders; none where the system does not tell."""
    try:
        mounts = read_mounts(_MOUNTS.read_text("utf-8", "surrogateescape"))
    except OSError:
        return []
    picked = [mount for mount in pick_sticks(mounts, _removable()) if _is_text(mount.folder)]
    labels = _labels() if picked else {}
    return [stick for mount in picked if (stick := _stick(mount, labels)) is not None]


def room_in(folder: Path) -> tuple[int, bool]:
    """Bytes that we may still write there, and whether it is read only; raises `OSError`."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize, bool(found.f_flag & os.ST_RDONLY)


def _stick(mount: Mount, labels: Mapping[str, str]) -> Stick | None:
    """Nothing when it has been pulled out meanwhile."""
    folder = Path(mount.folder)
    try:
        free, is_read_only = room_in(folder)
    except OSError:
        return None
    label = labels.get(os.path.realpath(mount.source)) or folder.name
    return Stick(folder=folder, label=label, free=free, is_read_only=is_read_only or mount.is_read_only)


def _removable() -> set[str]:
    """The drives that the kernel calls removable, and their partitions."""
    found = set[str]()
    for flag in _BLOCKS.glob("*/removable"):
        with suppress(OSError):
            if flag.read_text("ascii").strip() == "1":
                found.update(device.read_text("ascii").strip() for device in _devices(flag.parent))
    return found


def _devices(block: Path) -> list[Path]:
    return [block / "dev", *block.glob(f"{block.name}*/dev")]


def _labels() -> dict[str, str]:
    """Devices by name, and the label of the file system on each."""
    with suppress(OSError):
        return {os.path.realpath(link): _label(link.name) for link in _LABELS.iterdir()}
    return {}


def _label(name: str) -> str:
    """As its owner typed it: udev writes some bytes as `\\x20`."""
    plain = _HEXADECIMAL.sub(lambda found: bytes([int(found[1], 16)]), os.fsencode(name))
    return plain.decode("utf-8", "replace")


def _plain(field: str) -> str:
    """The kernel writes blanks and the like as `\\040`."""
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), field)


def _is_of_system(folder: str) -> bool:
    return folder == "/" or folder.startswith("/run/live") or folder.split("/")[1] in _SYSTEM


def _is_text(folder: str) -> bool:
    """A name that is no UTF-8 cannot cross to a keeper."""
    try:
        folder.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
