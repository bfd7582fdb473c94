"""A backup counts when it was opened elsewhere; what was cut, altered or left half done restores nothing."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from flask.testing import FlaskClient

from crypto.wire.note import Note, body
from crypto.wire.record import Record
from review import process
from review.backing import BackupRun
from review.backupfile import BackupHead
from review.process import KeeperProcess
from review.refusals import Refused
from review.throttle import Throttle
from tests.material import DAY, Portal
from tests.review.carried import Day, Writer, bundle, close_day
from tests.review.conftest import ADDRESS, PASSPHRASE, Station
from tests.review.test_desk import get, post, unlock
from tests.review.test_memory import wait_until

OTHER = "river stone basket winter candle garden horse"
LATER = "2026-11-12"


@dataclass(slots=True)
class Backed:
    """A vault with a case, its keeper, and a stick."""

    station: Station
    stick: Path
    keeper: KeeperProcess
    days: list[Day] = field(default_factory=list)

    def bring_day(self) -> None:
        """Imports one more day of intake, with one message."""
        portal = self.station.portal
        writer = Writer(portal=portal)
        self.days.append(close_day(portal, [writer.seal(writer.account())], self.days))
        self.station.take("cat", bundle(portal, self.days))

    def back_up(self, passphrase: str = PASSPHRASE) -> Path:
        """A backup of now."""
        run = BackupRun(self.station.folder, "cat", self.keeper, Throttle(self.station.folder, lambda: 1.0))
        run.run(self.stick, passphrase, DAY)
        return self.stick / run.name

    def record(self, day: str = DAY) -> Record:
        """What the vault says to intake now."""
        note = Note.parse(self.keeper.ask("record", day)["note"].encode())
        return Record.parse(body(note, "record", self.station.portal.name))

    def restored(self, file: Path, where: Path, day: str = LATER) -> "Backed":
        """The vault of a backup in another station, open."""
        first = KeeperProcess(where, "cat")
        try:
            first.restore(file, PASSPHRASE, day)
        finally:
            first.end()
        keeper = KeeperProcess(where, "cat")
        assert keeper.open(PASSPHRASE, day) == "fits"
        return Backed(Station(where, self.station.portal), self.stick, keeper, list(self.days))


@pytest.fixture
def backed(station: Station, tmp_path: Path) -> Iterator[Backed]:
    """The vault `cat`, with one day."""
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, DAY)
    made = Backed(station, tmp_path / "stick", keeper)
    made.stick.mkdir()
    made.bring_day()
    yield made
    keeper.end()


def refused(action: Callable[[], object]) -> str:
    """The code of the refusal that the action ends with."""
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.code


def hidden(folder: Path) -> list[str]:
    """What stands in a folder and should not stay there."""
    return [path.name for path in folder.iterdir() if path.name.startswith((".scratch", ".unfinished", ".cat"))]


def test_a_record_says_backed_up_only_after_the_backup_was_opened_elsewhere(backed: Backed) -> None:
    assert not backed.record().backed_up
    written = backed.keeper.ask("write_backup", DAY, folder=str(backed.stick))
    # The control: a file that stands there, whole, and that nobody has opened.
    assert (backed.stick / written["name"]).stat().st_size > 0
    assert not backed.record().backed_up
    backed.back_up()
    record = backed.record()
    assert record.backed_up
    assert record.manifest is not None
    assert record.manifest.n == 1
    backed.bring_day()
    assert not backed.record().backed_up
    assert backed.keeper.ask("state", DAY)["backup"]["newer"] == 1
    backed.back_up()
    assert backed.record().backed_up
    assert backed.keeper.ask("state", DAY)["backup"]["newer"] == 0
    assert hidden(backed.station.folder) == []


def test_a_vault_that_imported_nothing_has_nothing_backed_up(station: Station, tmp_path: Path) -> None:
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, DAY)
    empty = Backed(station, tmp_path, keeper)
    empty.back_up()
    record = empty.record()
    keeper.end()
    assert (record.manifest, record.backed_up) == (None, False)


def test_a_copy_that_says_another_thing_of_itself_does_not_count(backed: Backed) -> None:
    written = backed.keeper.ask("write_backup", DAY, folder=str(backed.stick))
    second = KeeperProcess(backed.station.folder, "cat")
    facts = second.examine(Path(written["path"]), PASSPHRASE, DAY)
    second.end()
    rows = {**facts["rows"], "messages": 0}
    lies: list[dict[str, object]] = [{"vault": "ced"}, {"rows": rows}, {"epochs": []}, {"journal": None}]
    for lie in lies:
        given = {"number": written["number"], "facts": {**facts, **lie}}
        assert refused(partial(backed.keeper.ask, "verify_backup", DAY, **given)) == "backup-differs"
    assert not backed.record().backed_up
    backed.keeper.ask("verify_backup", DAY, number=written["number"], facts=facts)
    assert backed.record().backed_up


def test_a_wrong_passphrase_makes_no_backup_and_leaves_no_file(backed: Backed) -> None:
    assert refused(lambda: backed.back_up(OTHER)) == "wrong-passphrase"
    assert list(backed.stick.iterdir()) == []
    assert hidden(backed.station.folder) == []
    assert not backed.record().backed_up


def test_a_backup_shows_no_word_and_no_key_and_nothing_is_written_over(backed: Backed) -> None:
    file = backed.back_up()
    data = file.read_bytes()
    secrets = backed.station.portal.vaults["cat"]
    assert [one for one in (b"SQLite format", b"journal", secrets.sign_seed, PASSPHRASE.encode()) if one in data] == []
    head, _, rest = data.partition(b"\n")
    assert BackupHead.parse(head).length == len(rest) - 32
    assert file.name == f"cat-{DAY}.backup"
    assert backed.back_up().name == f"cat-{DAY}-2.backup"
    assert file.read_bytes() == data
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("where", ["station", "below", "link", "nowhere", "relative"])
def test_a_folder_in_the_station_and_one_that_is_none_are_refused(backed: Backed, tmp_path: Path, where: str) -> None:
    station = backed.station.folder
    (station / "opened").mkdir()
    (tmp_path / "link").symlink_to(station / "opened")
    folders = {"station": station, "below": station / "opened", "link": tmp_path / "link", "nowhere": tmp_path / "x"}
    folder = str(folders.get(where, Path("stick")))
    code = refused(lambda: backed.keeper.ask("write_backup", DAY, folder=folder))
    assert code == ("no-folder" if where in ("nowhere", "relative") else "backup-inside")
    assert list((station / "opened").iterdir()) == []


@pytest.mark.parametrize("how", ["cut", "head", "page", "hash", "longer", "name"])
def test_a_backup_that_was_cut_or_altered_restores_nothing(backed: Backed, tmp_path: Path, how: str) -> None:
    file = backed.back_up()
    data = bytearray(file.read_bytes())
    line = data.index(b"\n")
    if how == "cut":
        del data[-4096:]
    elif how == "longer":
        data += b"\0"
    elif how == "name":
        data[:line] = data[:line].replace(b'"cat"', b'"dog"')
    else:
        data[{"head": 3, "page": len(data) // 2, "hash": -1}[how]] ^= 1
    file.write_bytes(data)
    keeper = KeeperProcess(tmp_path / "new", "cat")
    code = refused(lambda: keeper.restore(file, PASSPHRASE, LATER))
    assert code == ("backup-unfit" if how == "head" else "backup-damaged")
    assert not (tmp_path / "new").exists() or list((tmp_path / "new").iterdir()) == []


def test_a_vault_comes_back_with_all_it_held_and_counts_no_backup(backed: Backed, tmp_path: Path) -> None:
    before = backed.keeper.ask("inbox", DAY, show="all", language="", page=1)
    backed.back_up()
    file = backed.back_up()
    again = backed.restored(file, tmp_path / "new")
    assert again.keeper.ask("inbox", LATER, show="all", language="", page=1) == before
    assert again.keeper.ask("state", LATER)["backup"] is None
    assert not again.record(LATER).backed_up
    assert again.keeper.ask("check_journal", LATER)["whole"]
    again.keeper.end()
    twice = KeeperProcess(tmp_path / "new", "cat")
    assert refused(lambda: twice.restore(file, PASSPHRASE, LATER)) == "vault-exists"


def test_a_restored_vault_signs_a_smaller_number_on_a_later_day(backed: Backed, tmp_path: Path) -> None:
    backed.record()
    file = backed.back_up()
    numbers = [backed.record().n]
    backed.bring_day()
    backed.back_up()
    numbers.append(backed.record("2026-11-11").n)
    again = backed.restored(file, tmp_path / "new")
    record = again.record(LATER)
    again.keeper.end()
    assert numbers == [2, 3]
    assert (record.n, record.day, record.backed_up) == (2, LATER, False)


def test_an_old_backup_that_lacks_a_key_takes_no_day_it_cannot_open(
    station: Station, portal: Portal, tmp_path: Path
) -> None:
    del portal
    vault = station.vaults["cat"]
    with vault.transaction() as connection:
        seed = connection.exec_driver_sql("select seed from seeds where epoch = '2026-11'").scalar_one()
        connection.exec_driver_sql("delete from seeds where epoch = '2026-11'")
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, DAY)
    old = Backed(station, tmp_path, keeper)
    file = old.back_up()
    with vault.transaction() as connection:
        connection.exec_driver_sql("insert or ignore into seeds values ('2026-11', ?)", (seed,))
    old.bring_day()
    (tmp_path / "bundle.tar").write_bytes(bundle(station.portal, old.days))
    again = old.restored(file, tmp_path / "new")
    asked = {"path": str(tmp_path / "bundle.tar")}
    assert refused(lambda: again.keeper.ask("take", LATER, **asked)) == "key-missing"
    assert again.keeper.ask("state", LATER)["last_day"] is None
    # The control: the vault that has the key takes the same file.
    assert keeper.ask("take", LATER, **asked)["double"] == 0
    again.keeper.end()
    keeper.end()


def test_a_keeper_that_is_killed_leaves_no_half_backup_and_nothing_after_the_next_start(
    backed: Backed, tmp_path: Path
) -> None:
    whole = backed.back_up().read_bytes()
    half = backed.stick / ".unfinished-0123456789abcdef"
    half.write_bytes(whole[: len(whole) // 2])
    stranger = backed.stick / ".unfinished-of-others"
    stranger.write_bytes(b"not ours")
    left = backed.station.folder / ".scratch-0123456789abcdef" / "in"
    left.mkdir(parents=True)
    shutil.copy(backed.station.vaults["cat"].path, left)
    os.kill(backed.keeper.pid, signal.SIGKILL)
    keeper = KeeperProcess(backed.station.folder, "cat")
    keeper.open(PASSPHRASE, DAY)
    assert hidden(backed.station.folder) == []
    Backed(backed.station, backed.stick, keeper).back_up()
    keeper.end()
    assert hidden(backed.stick) == [stranger.name]


def test_the_page_makes_a_backup_step_by_step_and_the_first_page_says_so(
    client: FlaskClient, station: Station, tmp_path: Path
) -> None:
    unlock(client)
    assert "There is no good backup of cat." in get(client, "/")
    given = {"folder": str(tmp_path), "passphrase": PASSPHRASE}
    assert post(client, "/backup/cat", get(client, "/backup"), **given) == (303, "/backup/cat")
    wait_until(lambda: "refresh" not in get(client, "/backup/cat"))
    assert "This is a good backup" in get(client, "/backup/cat")
    assert [path.name for path in tmp_path.glob("*.backup")] == [f"cat-{DAY}.backup"]
    assert "There is no good backup of cat." not in get(client, "/")
    assert "Last good backup: 10 November 2026." in get(client, "/backup")
    assert PASSPHRASE not in get(client, "/backup")


def test_the_page_says_why_there_is_no_backup(client: FlaskClient, station: Station, tmp_path: Path) -> None:
    unlock(client)
    given = {"folder": str(station.folder), "passphrase": PASSPHRASE}
    post(client, "/backup/cat", get(client, "/backup"), **given)
    wait_until(lambda: "refresh" not in get(client, "/backup/cat"))
    assert "lies inside the station" in get(client, "/backup/cat")
    status, page = post(client, "/backup/cat", get(client, "/backup"), folder=str(tmp_path), passphrase=" ")
    assert (status, "There is no passphrase here." in page) == (422, True)
    assert client.post("/backup/cat", base_url=ADDRESS, data=given).status_code == 400


def test_a_backup_that_the_vault_counts_stays_though_its_keeper_dies_with_the_answer(backed: Backed) -> None:
    """Else the vault would say that it is backed up, and nothing would be there."""

    class Dying(KeeperProcess):
        def ask_patiently(self, action: str, day: str, **given: object) -> dict[str, object]:
            answer = super().ask_patiently(action, day, **given)
            if action == "verify_backup":
                self.end()
                raise Refused("keeper-gone", vault="cat")
            return answer

    dying = Dying(backed.station.folder, "cat")
    dying.open(PASSPHRASE, DAY)
    run = BackupRun(backed.station.folder, "cat", dying, Throttle(backed.station.folder, lambda: 1.0))
    assert refused(lambda: run.run(backed.stick, PASSPHRASE, DAY)) == "keeper-gone"
    assert backed.record().backed_up
    assert (backed.stick / run.name).stat().st_size > 0


def test_a_fault_that_is_no_refusal_ends_the_run_and_says_where(backed: Backed) -> None:
    def full(_step: str) -> None:
        raise OSError(28, "No space left on device")

    run = BackupRun(backed.station.folder, "cat", backed.keeper, Throttle(backed.station.folder, lambda: 1.0))
    assert refused(lambda: run.run(backed.stick, PASSPHRASE, DAY, full)) == "broken"
    assert run.is_over


@pytest.mark.parametrize("left", ["-journal", "-wal", "-shm"])
def test_nothing_is_restored_beside_what_a_killed_writer_left(backed: Backed, tmp_path: Path, left: str) -> None:
    file, where = backed.back_up(), tmp_path / "other"
    where.mkdir(mode=0o700)
    (where / f"cat.vault{left}").write_bytes(b"x" * 600)
    assert refused(lambda: backed.restored(file, where)) == "vault-exists"


def test_a_page_does_not_wait_for_ever_while_the_keeper_is_at_long_work(
    backed: Backed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_PATIENCE_SECONDS", 0.2)
    pid = backed.keeper._process.pid
    os.kill(pid, signal.SIGSTOP)
    asking = Thread(target=lambda: backed.keeper.ask("state", DAY))
    asking.start()
    wait_until(backed.keeper._turn.locked)
    assert refused(lambda: backed.keeper.ask("state", DAY)) == "busy"
    os.kill(pid, signal.SIGCONT)
    asking.join()
    assert backed.keeper.ask("state", DAY)["vault"] == "cat"
