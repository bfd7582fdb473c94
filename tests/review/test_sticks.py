"""Which drives are taken for sticks: read from what Linux writes about its mounts, recorded on several machines."""

from pathlib import Path

import pytest

from review import sticks
from review.sticks import Mount, Stick, find_sticks, pick_sticks, read_mounts, room_in

LAPTOP = r"""
22 29 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
23 29 0:22 / /sys rw,nosuid,nodev,noexec,relatime shared:2 - sysfs sysfs rw
29 1 254:1 / / rw,relatime shared:1 - ext4 /dev/mapper/laptop-root rw,errors=remount-ro
33 29 259:1 / /boot/efi rw,relatime shared:31 - vfat /dev/nvme0n1p1 rw,fmask=0077
95 29 0:45 / /run/user/1000 rw,nosuid,nodev,relatime shared:520 - tmpfs tmpfs rw,size=789404k,mode=700
96 29 8:1 / /media/ana/INTAKE\0402 rw,nosuid,nodev,relatime shared:531 - vfat /dev/sdb1 rw,fmask=0022,uid=1000
97 29 8:17 / /media/ana/backups ro,nosuid,nodev,relatime shared:540 - exfat /dev/sdc1 rw,uid=1000
98 29 8:33 / /media/ana/locked rw,nosuid,nodev,relatime shared:549 - ext4 /dev/sdd1 ro,errors=remount-ro
99 29 0:52 / /media/ana/home-server rw,relatime shared:600 - fuse.sshfs ana@server:/ rw,user_id=1000
100 29 0:53 / /media/ana/nothing rw,relatime shared:601 - tmpfs tmpfs rw
101 29 254:3 / /run/media/ana/sealed rw,nosuid shared:602 master:1 - ext4 /dev/mapper/luks-5f1c rw
""".strip()
LIVE = r"""
21 26 0:19 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
26 1 0:24 / / rw,noatime - overlay overlay rw,lowerdir=/run/live/rootfs/filesystem.squashfs/
27 26 8:1 / /run/live/medium ro,noatime - iso9660 /dev/sda1 ro
28 26 8:1 / /media/amnesia/medium ro,noatime - iso9660 /dev/sda1 ro
31 26 8:17 / /mnt/stick rw,relatime - vfat /dev/sdb1 rw
32 26 8:17 / /media/amnesia/STICK rw,relatime - vfat /dev/sdb1 rw
33 26 8:33 / /mnt/disk rw,relatime - ext4 /dev/sdc1 rw
""".strip()


def folders(text: str, removable: set[str]) -> list[str]:
    """Where the sticks stand."""
    return [mount.folder for mount in pick_sticks(read_mounts(text), removable)]


def test_what_is_plugged_in_is_found_and_the_machines_own_disks_and_servers_are_not() -> None:
    assert folders(LAPTOP, {"8:0", "8:1"}) == [
        "/media/ana/INTAKE 2",
        "/media/ana/backups",
        "/media/ana/locked",
        "/run/media/ana/sealed",
    ]


def test_a_drive_that_the_kernel_calls_removable_counts_wherever_it_stands() -> None:
    assert folders(LIVE, set()) == ["/media/amnesia/STICK"]
    assert folders(LIVE, {"8:33"}) == ["/media/amnesia/STICK", "/mnt/disk"]
    assert folders(LIVE, {"8:17"}) == ["/media/amnesia/STICK"]


def test_the_stick_that_the_machine_runs_from_is_none() -> None:
    assert "/run/live/medium" not in folders(LIVE, {"8:1"})
    assert "/media/amnesia/medium" not in folders(LIVE, {"8:1"})
    # The control: the same line alone, as on a machine that does not run from it.
    assert folders(LIVE.splitlines()[3], set()) == ["/media/amnesia/medium"]


def test_what_cannot_be_written_is_said_whether_the_mount_or_the_file_system_says_so() -> None:
    said = {mount.folder: mount.is_read_only for mount in read_mounts(LAPTOP)}
    assert [said[f"/media/ana/{name}"] for name in ("INTAKE 2", "backups", "locked")] == [False, True, True]
    assert not said["/"]


def test_what_was_mounted_over_is_gone_and_lines_out_of_form_are_left_out() -> None:
    over = "40 29 8:49 / /media/ana/backups rw - vfat /dev/sde1 rw"
    text = "\n".join([LAPTOP, over, "", "garbage", "41 29 8:65 / /media/ana/short", "42 29 8:65 / /x rw - vfat /dev/x"])
    found = {mount.folder: mount.device for mount in pick_sticks(read_mounts(text), set())}
    assert found["/media/ana/backups"] == "8:49"
    assert len(found) == 4


def write_machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine as files: one stick that the kernel calls removable, with a label; the folder that it stands in."""
    stick, block, labels = folder / "stick", folder / "block" / "sdz", folder / "labels"
    for one in (stick, block / "sdz1", labels):
        one.mkdir(parents=True)
    (block / "removable").write_text("1\n")
    (block / "dev").write_text("65:144\n")
    (block / "sdz1" / "dev").write_text("65:145\n")
    (labels / "Intake\\x202\\xc3\\xa9").symlink_to("/dev/sdz1")
    (folder / "mounts").write_text(f"50 1 65:145 / {stick} rw,relatime - vfat /dev/sdz1 rw\n")
    for name, place in (("_MOUNTS", "mounts"), ("_BLOCKS", "block"), ("_LABELS", "labels")):
        monkeypatch.setattr(sticks, name, folder / place)
    return stick


def test_a_stick_is_told_with_its_label_and_its_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stick = write_machine(tmp_path, monkeypatch)
    free, is_read_only = room_in(stick)
    assert free > 0
    found = find_sticks()
    assert [(one.folder, one.label, one.is_read_only) for one in found] == [(stick, "Intake 2é", is_read_only)]
    assert isinstance(found[0], Stick)
    (tmp_path / "block" / "sdz" / "removable").write_text("0\n")
    assert find_sticks() == []


def test_a_stick_that_was_pulled_out_and_a_machine_that_does_not_tell_are_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_machine(tmp_path, monkeypatch).rmdir()
    assert find_sticks() == []
    (tmp_path / "mounts").unlink()
    assert find_sticks() == []


def test_this_machine_can_be_asked() -> None:
    assert all(isinstance(mount, Mount) for mount in read_mounts(Path("/proc/self/mountinfo").read_text()))
    assert all(stick.free >= 0 for stick in find_sticks())
