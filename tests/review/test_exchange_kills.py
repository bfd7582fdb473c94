"""Killed at any point, an exchange has changed nothing or everything of each step, and the next one ends as it would.

The seed of the dice is printed; EXCHANGE_SEED repeats it.
"""

import os
import random
import secrets
from pathlib import Path

import pytest

from crypto.wire.fields import to_base64url
from review.process import KeeperProcess
from tests.material import DAY, Portal
from tests.review import conftest
from tests.review.conftest import Station
from tests.review.exchanged import VAULTS, Desk, lay_out, opened
from tests.review.killed import VICTIMS, Clean, Start, faults, faults_in_the_end, go_clean, set_going, try_kill

Before = tuple[Start, Clean]


@pytest.fixture(scope="module")
def before(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Before:
    """Where every exchange begins, and what an undisturbed one goes through."""
    folder = tmp_path_factory.mktemp("kills") / "start"
    folder.mkdir()
    station = Station(folder / "station", portal)
    station.add("cat")
    with opened(station, folder / "stick") as desk:
        lay_out(desk)
    for vault in station.vaults.values():
        vault.close()
    kept = {name: conftest._made[id(portal), name, True] for name in VAULTS}
    start = Start(folder=folder, keys={name: (one.header, one.key) for name, one in kept.items()})
    clean = go_clean(start, folder.parent / "clean")
    desk = start.copy(folder.parent / "measured")
    going = set_going(desk)
    going.begin()
    work = going.end()
    clean.work.update({name: round(work[name]) for name in VICTIMS})
    object.__setattr__(clean, "seconds", work["seconds"])
    # The control of the judge: who was not disturbed has nothing wrong, and ends where the steps one by one end.
    assert faults(desk, clean) + faults_in_the_end(desk, clean) == []
    return start, clean


def rampage(before: Before, folder: Path, kills: int) -> None:
    """So many exchanges, each killed once."""
    seed = os.environ.get("EXCHANGE_SEED") or secrets.token_hex(4)
    dice = random.Random(seed)
    print(f"EXCHANGE_SEED={seed}")
    found = dict(try_kill(*before, folder / f"{number}", dice) for number in range(kills))
    print("\n".join(found))
    assert {kill: wrong for kill, wrong in found.items() if wrong} == {}
    assert sum("too late" not in kill for kill in found) >= kills // 2


def test_killed_anywhere_it_has_done_each_step_or_none_of_it(before: Before, tmp_path: Path) -> None:
    rampage(before, tmp_path, 3)


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_killed_at_a_hundred_points_it_has_done_each_step_or_none_of_it(before: Before, tmp_path: Path) -> None:
    rampage(before, tmp_path, 100)


def told_too_early(desk: Desk) -> None:
    """The broken order: the vaults hear that their replies have left, and then the machine stops."""
    for name in VAULTS:
        desk.open(name)
        keeper: KeeperProcess = desk.keepers[name]
        for file in desk.plan(name).lying.incoming:
            keeper.ask("take", DAY, path=str(file.path))
        slots = desk.station.look(name, lambda store: [one.sha256 for one in store.waiting_slots()])
        keeper.ask("left", DAY, slots=[to_base64url(one) for one in slots])


def test_the_judge_sees_who_was_told_too_early_and_files_that_are_half_there(before: Before, tmp_path: Path) -> None:
    start, clean = before
    desk = start.copy(tmp_path / "early")
    told_too_early(desk)
    said = "{} was told that its replies left, and they did not"
    assert faults(desk, clean) == [said.format(name) for name in VAULTS]
    post = f"post-{DAY}.tar"
    (desk.stick / post).write_bytes(clean.files[post][:-2048])
    assert faults(desk, clean) == [f"a file that is not whole: {post}", *(said.format(name) for name in VAULTS)]
    (desk.stick / post).write_bytes(clean.files[post])
    assert faults(desk, clean) == []
    (desk.stick / "post.tmp").write_bytes(b"")
    desk.station.vaults["cat"].path.write_bytes(start.folder.joinpath("station", "cat.vault").read_bytes())
    assert faults(desk, clean) == ["a file that no exchange writes: post.tmp"]


def test_the_judge_sees_a_vault_between_two_steps(before: Before, tmp_path: Path) -> None:
    start, clean = before
    desk = start.copy(tmp_path / "between")
    with desk.station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("delete from outgoing")
        connection.exec_driver_sql("delete from replies")
    assert faults(desk, clean) == ["cat holds what no step leaves"]
    assert "cat differs" in faults_in_the_end(desk, clean)
