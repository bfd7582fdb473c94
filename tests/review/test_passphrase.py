"""Another passphrase for a vault: exactly one works, whatever kills whom; weak ones are refused; sessions end."""

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from review import changing
from review.durable import sweep_scratch
from review.passphrase import CHEAP_PROFILE, NEWEST_PROFILE, PROFILES, new_passphrase
from review.process import KeeperProcess
from review.refusals import Refused
from review.store import Store
from review.strength import check_strength
from review.vault import Header, open_vault
from tests.material import DAY
from tests.review.conftest import ADDRESS, HOST, PASSPHRASE, Station
from tests.review.test_desk import get, post, session_of, unlock

NEW = "river stone basket winter candle garden horse"


def refused(action: Callable[[], object]) -> str:
    """The code of the refusal that the action ends with."""
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.code


def change(station: Station) -> None:
    """The cheap profile again: what is tried here is not the cost."""
    changing.change_passphrase(station.vaults["cat"], PASSPHRASE, NEW, DAY, CHEAP_PROFILE).close()


def test_a_change_moves_the_vault_to_a_new_salt_a_new_key_and_the_newest_profile(station: Station) -> None:
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, DAY)
    path = station.folder / "cat.vault"
    before, header = path.read_bytes(), Header.parse((station.folder / "cat.vault.json").read_bytes())
    keeper.ask("change_passphrase", DAY, old=PASSPHRASE, new=NEW, key_file="")
    assert keeper.ask("state", DAY)["vault"] == "cat"
    keeper.end()
    after = Header.parse((station.folder / "cat.vault.json").read_bytes())
    assert (header.profile, after.profile) == (CHEAP_PROFILE, NEWEST_PROFILE)
    assert after.salt != header.salt
    pages = [before[at : at + 64] for at in range(0, len(before), 4096)]
    assert not [page for page in pages if page in path.read_bytes()]
    assert refused(lambda: open_vault(station.folder, "cat", PASSPHRASE)) == "wrong-passphrase"
    with open_vault(station.folder, "cat", NEW).transaction() as connection:
        last = list(Store(connection).journal())[-1][0]
    assert (last.what, last.about) == ("passphrase-changed", NEWEST_PROFILE)
    assert sorted(one.name for one in station.folder.iterdir()) == ["cat.vault", "cat.vault.anchor", "cat.vault.json"]


def test_the_newest_profile_is_libsodiums_moderate() -> None:
    newest = PROFILES[NEWEST_PROFILE]
    assert (newest.time_cost, newest.memory_cost, newest.parallelism) == (3, 256 * 1024, 1)
    assert Header.new().profile == NEWEST_PROFILE


def test_every_other_keeper_of_the_vault_is_of_no_use_after_a_change(station: Station) -> None:
    other = KeeperProcess(station.folder, "cat")
    other.open(PASSPHRASE, DAY)
    assert other.ask("state", DAY)["vault"] == "cat"
    change(station)
    assert refused(lambda: other.ask("state", DAY)) == "keeper-gone"
    other.end()


def test_a_wrong_old_passphrase_and_a_weak_new_one_change_nothing(station: Station) -> None:
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, DAY)
    for old, new, code in [
        (NEW, NEW, "wrong-passphrase"),
        (PASSPHRASE, "password1234567", "passphrase-weak"),
        (PASSPHRASE, "x" * 257, "passphrase-too-long"),
        (PASSPHRASE, " ", "passphrase-empty"),
    ]:
        given = {"old": old, "new": new, "key_file": ""}
        assert refused(partial(keeper.ask, "change_passphrase", DAY, **given)) == code
    keeper.end()
    open_vault(station.folder, "cat", PASSPHRASE).close()


@pytest.mark.parametrize(
    "weak", ["Tr0ub4dor&3", "qwertyuiopasdfghjklzxcvbnm", "catcatcatcat", "a" * 250, "J7#kd9!xQz2p"]
)
def test_what_is_easy_to_guess_is_refused(weak: str) -> None:
    assert refused(lambda: check_strength(weak, "cat")) == "passphrase-weak"


def test_every_passphrase_of_the_machine_is_strong_enough() -> None:
    for _ in range(50):
        check_strength(new_passphrase(), "cat")


# The calls of the change that touch a disk, by the module that makes them: a kill before and after each.
_LONG = [("changing", "rekey"), ("changing", "_finish"), ("changing", "put_in_place"), ("placing", "flush_file"),
         ("placing", "replace_file"), ("durable", "flush"), ("os", "fsync")]  # fmt: skip
STEPS = [("placing", "rename"), *(pytest.param(*one, marks=pytest.mark.prove) for one in _LONG)]

_KILLED = """
import os, signal, sys
from pathlib import Path
from review import changing, durable, placing
from review.passphrase import CHEAP_PROFILE
from review.vault import open_vault
station, old, new, module, name, moment, nth = sys.argv[1:]
opened = open_vault(Path(station), "cat", old)
place = {"changing": changing, "placing": placing, "durable": durable, "os": os}[module]
real, count = getattr(place, name), [0]
def killing(*given, **named):
    count[0] += 1
    if count[0] == int(nth) and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*given, **named)
    if count[0] == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(place, name, killing)
changing.change_passphrase(opened, old, new, "2026-11-10", CHEAP_PROFILE)
"""


@pytest.mark.parametrize(("module", "name"), STEPS)
def test_a_change_that_is_killed_leaves_exactly_one_passphrase_that_opens_the_whole_vault(
    station: Station, tmp_path: Path, module: str, name: str
) -> None:
    seen = set[str]()
    for nth in (1, 2, 3):
        for moment in ("before", "after"):
            again = Station(tmp_path / f"{nth}-{moment}", station.portal)
            again.add("cat")
            words = [str(again.folder), PASSPHRASE, NEW, module, name, moment, str(nth)]
            done = subprocess.run([sys.executable, "-c", _KILLED, *words], check=False, capture_output=True)
            if done.returncode == 0:  # there is no such call
                continue
            assert done.returncode == -signal.SIGKILL, done.stderr
            seen.add(works(again))
    assert seen <= {"old", "new"}
    assert seen


def works(station: Station) -> str:
    """Which passphrase opens the vault; the other one must not, the vault must be whole, and nothing else be left."""
    found = []
    for which, passphrase in (("old", PASSPHRASE), ("new", NEW)):
        with suppress(Refused):
            opened = open_vault(station.folder, "cat", passphrase)
            opened.check_whole()
            with opened.transaction() as connection:
                assert Store(connection).own().believed == 1
            opened.close()
            found.append(which)
    assert len(found) == 1
    sweep_scratch(station.folder)
    assert sorted(one.name for one in station.folder.iterdir()) == ["cat.vault", "cat.vault.json"]
    return found[0]


def test_after_the_step_that_decides_the_new_passphrase_works_and_before_it_the_old_one(
    station: Station, tmp_path: Path
) -> None:
    """The control of the kills: they fall on both sides."""
    outcomes = []
    for moment in ("before", "after"):
        again = Station(tmp_path / moment, station.portal)
        again.add("cat")
        words = [str(again.folder), PASSPHRASE, NEW, "placing", "replace_file", moment, "1"]
        subprocess.run([sys.executable, "-c", _KILLED, *words], check=False)
        outcomes.append(works(again))
    assert outcomes == ["old", "new"]


def test_the_page_changes_the_passphrase_and_ends_other_sessions(
    app: Flask, client: FlaskClient, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(client)
    before = session_of(client)
    page = get(client, "/passphrase")
    status, shown = post(client, "/passphrase/cat", page, old=PASSPHRASE, new=NEW, again=NEW + "x")
    assert (status, "The two lines are not the same." in shown, NEW in shown) == (422, True, False)
    status, shown = post(client, "/passphrase/cat", page, old="wrong", new=NEW, again=NEW)
    assert (status, "does not open the vault cat" in shown) == (422, True)
    status, shown = post(client, "/passphrase/cat", page, old=PASSPHRASE, new="monkey", again="monkey")
    assert (status, "too easy to guess" in shown) == (422, True)
    assert session_of(client) == before
    assert post(client, "/passphrase/cat", page, old=PASSPHRASE, new=NEW, again=NEW) == (
        303,
        "/passphrase/cat/changed",
    )
    assert session_of(client) != before
    thief = app.test_client()
    thief.set_cookie("desk", before, domain=HOST)
    assert thief.get("/", base_url=ADDRESS).status_code == 403
    assert "made before still open with the old passphrase" in get(client, "/passphrase/cat/changed")
    post(client, "/lock", get(client, "/"))
    assert unlock(client)[0] == 422
    assert unlock(client, NEW) == (303, "/")
