"""A journal whose end was cut, and a vault that was put back from a copy, are noticed when it is opened."""

import os
import shutil
import signal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from review import schema
from review.anchor import Anchor, anchor_path, keep_anchor, read_anchor
from review.passphrase import CHEAP_PROFILE
from review.process import KeeperProcess
from review.store import Store
from tests.material import DAY
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_desk import get, unlock


def opened(station: Station) -> str:
    """What the keeper says of the vault when it opens it."""
    keeper = KeeperProcess(station.folder, "cat")
    said = keeper.open(PASSPHRASE, DAY)
    keeper.end()
    return said


def journal(station: Station) -> list[tuple[str, str]]:
    """What was done."""
    return station.look("cat", lambda store: [(one.what, one.about) for one, _ in store.journal()])


def test_a_vault_that_is_only_used_fits_for_ever(station: Station) -> None:
    assert [opened(station) for _ in range(3)] == ["never", "fits", "fits"]
    head = station.look("cat", lambda store: store.journal_head())
    remembered = read_anchor(station.folder, "cat")
    assert head is not None
    assert remembered is not None
    assert remembered.n == head[0]
    assert head[1] not in anchor_path(station.folder, "cat").read_bytes()


def test_a_journal_without_its_end_fits_together_and_is_noticed_all_the_same(station: Station) -> None:
    opened(station)
    opened(station)
    with station.vaults["cat"].transaction() as connection:
        connection.execute(delete(schema.journal).where(schema.journal.c.n == 3))
    keeper = KeeperProcess(station.folder, "cat")
    assert keeper.open(PASSPHRASE, DAY) == "older"
    assert keeper.ask("check_journal", DAY)["whole"]
    keeper.end()
    assert ("vault-older", "remembered 3") in journal(station)


def test_a_vault_put_back_from_a_copy_is_noticed_at_every_unlock(
    station: Station, tmp_path: Path, client: FlaskClient
) -> None:
    opened(station)
    station.vaults["cat"].close()
    shutil.copy(station.folder / "cat.vault", tmp_path)
    opened(station)
    shutil.copy(tmp_path / "cat.vault", station.folder)
    assert [opened(station) for _ in range(3)] == ["older"] * 3
    unlock(client)
    assert "cat is older than the station remembers." in get(client, "/")


def test_a_desk_whose_vaults_fit_says_nothing_of_it(station: Station, client: FlaskClient) -> None:
    opened(station)
    unlock(client)
    page = get(client, "/")
    assert "older than the station" not in page
    assert "has forgotten" not in page


def test_a_lost_anchor_is_said_once_and_noted(station: Station) -> None:
    opened(station)
    anchor_path(station.folder, "cat").unlink()
    assert [opened(station), opened(station)] == ["missing", "fits"]
    assert ("anchor-missing", "cat") in journal(station)
    anchor_path(station.folder, "cat").write_bytes(b"{")
    assert opened(station) == "missing"


def test_another_anchor_of_the_same_number_does_not_fit(station: Station) -> None:
    opened(station)
    file = anchor_path(station.folder, "cat")
    remembered = Anchor.parse(file.read_bytes())
    file.write_bytes(Anchor(n=remembered.n, mark=bytes(32)).encode())
    assert opened(station) == "older"


def test_an_earlier_entry_never_takes_the_place_of_a_later_one(station: Station) -> None:
    later = Anchor(n=5, mark=bytes(32))
    keep_anchor(station.folder, "cat", later)
    keep_anchor(station.folder, "cat", Anchor(n=4, mark=b"x" * 32))
    assert read_anchor(station.folder, "cat") == later


def test_a_crash_between_the_commit_and_the_anchor_is_no_false_alarm(station: Station) -> None:
    opened(station)
    with station.vaults["cat"].transaction() as connection:
        Store(connection).note("case-opened", "somebody", DAY)
    assert opened(station) == "fits"


@pytest.mark.parametrize("round_", range(3))
def test_a_keeper_that_is_killed_at_work_leaves_no_false_alarm(station: Station, round_: int) -> None:
    del round_
    opened(station)
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, DAY)
    for n in range(3):
        keeper.ask("keys", DAY, **{"from": f"2027-0{n + 1}"}, months=1)
    os.kill(keeper.pid, signal.SIGKILL)
    keeper.end()
    assert opened(station) == "fits"


def test_a_vault_from_before_there_were_anchors_is_noticed_when_it_is_put_back(
    station: Station, tmp_path: Path, client: FlaskClient
) -> None:
    """Also where the anchor was taken away with it: once is as it should be, and twice is not."""
    station.vaults["cat"].close()
    shutil.copy(station.folder / "cat.vault", tmp_path)
    assert opened(station) == "never"
    # The control: of a vault that goes on, the desk says nothing of the kind.
    assert opened(station) == "fits"
    shutil.copy(tmp_path / "cat.vault", station.folder)
    anchor_path(station.folder, "cat").unlink()
    unlock(client)
    assert "The station remembers nothing of the journal of cat." in get(client, "/")
    assert ("anchor-none", "cat") in journal(station)


def test_a_new_vault_has_its_anchor_from_the_first_moment(station: Station, tmp_path: Path) -> None:
    keeper = KeeperProcess(tmp_path / "other", "dog")
    keeper.create(PASSPHRASE, DAY, CHEAP_PROFILE)
    keeper.end()
    remembered = read_anchor(tmp_path / "other", "dog")
    assert remembered is not None
    assert remembered.n == 1
    again = KeeperProcess(tmp_path / "other", "dog")
    assert again.open(PASSPHRASE, DAY) == "fits"
    again.end()
    del station
