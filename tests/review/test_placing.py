"""A vault that is made or restored is there whole or not at all, with nothing foreign in it; nobody waits for ever."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DatabaseError

from review import changing, durable, tables
from review.anchor import Anchor, read_anchor
from review.backupfile import write_backup
from review.cipher import empty
from review.durable import FolderTakenError, alone_in, sweep_scratch
from review.passphrase import CHEAP_PROFILE
from review.placing import check_free, put_in_place, settle
from review.process import KeeperProcess
from review.refusals import Refused
from review.store import Store
from review.throttle import Throttle
from review.vault import create, open_vault
from tests.material import DAY
from tests.review.conftest import PASSPHRASE, Station


def refused(action: Callable[[], object]) -> str:
    """The code of the refusal that the action ends with."""
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.code


def backup(station: Station, file: Path, *statements: str) -> Path:
    """A backup of `cat`, in whose copy these statements were run by somebody who has its key."""
    vault = station.vaults["cat"]
    for statement in statements:
        with vault.transaction() as connection:
            connection.exec_driver_sql(statement)
    with vault.still() as (_connection, database), file.open("wb") as out:
        write_backup(out, "cat", vault.header, database)
    return file


PLANTED = [
    ("CREATE TRIGGER planted AFTER INSERT ON journal BEGIN DELETE FROM seeds; END",),
    ("CREATE VIEW planted AS SELECT seed FROM seeds",),
    ("CREATE TABLE planted (a)",),
    ("CREATE INDEX planted ON journal (day)",),
    ("ALTER TABLE own ADD COLUMN planted TEXT DEFAULT 'x'",),
    ("DROP TABLE post_keys",),
    ("DROP INDEX ix_outgoing_reply",),
    # A trigger that is called like an index, which comes behind it in the list as it should.
    (
        "DROP INDEX ix_outgoing_reply",
        "CREATE TRIGGER ix_outgoing_reply AFTER INSERT ON journal BEGIN DELETE FROM seeds; END",
        "CREATE INDEX ix_outgoing_reply ON outgoing (reply)",
    ),
]


@pytest.mark.parametrize("statements", PLANTED, ids=lambda statements: statements[-1])
def test_a_backup_that_brings_anything_of_its_own_is_not_restored(
    station: Station, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    file, where = backup(station, tmp_path / "a.backup", *statements), tmp_path / "new"
    assert refused(lambda: changing.restore(file, where, PASSPHRASE, DAY)) == "vault-foreign"
    assert refused(lambda: changing.examine(file, station.folder, PASSPHRASE)) == "vault-foreign"
    assert list(where.iterdir()) == []


def test_the_same_backup_without_it_is_restored(station: Station, tmp_path: Path) -> None:
    assert changing.restore(backup(station, tmp_path / "a.backup"), tmp_path / "new", PASSPHRASE, DAY) == "cat"
    with open_vault(tmp_path / "new", "cat", PASSPHRASE).transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA trusted_schema").scalar() == 0
        assert Store(connection).own().believed == 1


def test_the_newest_release_is_the_one_that_the_migrations_end_with() -> None:
    assert ScriptDirectory(str(Path(tables.__file__).parent / "migrations")).get_heads() == [tables.newest_release()]


@pytest.mark.parametrize("release", ["0001", "0003", "0005"])
def test_the_tables_of_every_older_release_are_known(release: str) -> None:
    engine = empty()
    with engine.begin() as connection:
        tables._upgrade(connection, release)
        tables.check_tables(connection)
        connection.exec_driver_sql("CREATE VIEW planted AS SELECT 1")
        with pytest.raises(tables.ForeignTablesError):
            tables.check_tables(connection)
    engine.dispose()


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE VIEW alembic_version AS SELECT abs(-9223372036854775808) AS version_num",
        "CREATE VIRTUAL TABLE alembic_version USING fts5(version_num, content='nowhere')",
    ],
)
def test_what_stands_where_the_table_of_the_release_belongs_is_never_run(planted: str) -> None:
    engine = empty()
    with engine.begin() as connection:
        tables._upgrade(connection, "0001")
        connection.exec_driver_sql("DROP TABLE alembic_version")
        connection.exec_driver_sql(planted)
        # The control: whoever reads it runs it.
        with pytest.raises(DatabaseError):
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").all()
        with pytest.raises(tables.ForeignTablesError):
            tables.check_tables(connection)
    engine.dispose()


def test_a_restored_vault_is_the_one_whose_first_line_was_read(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody exchanges the file on the stick in between."""
    file, real = backup(station, tmp_path / "a.backup"), check_free

    def exchanging(path: Path) -> None:
        file.unlink()
        file.write_bytes(b"something else")
        real(path)

    monkeypatch.setattr(changing, "check_free", exchanging)
    assert changing.restore(file, tmp_path / "new", PASSPHRASE, DAY) == "cat"


_KILLED = """
import os, signal, sys
from pathlib import Path
from review import changing, placing, vault
from review.keeper import Keeper
from review.passphrase import CHEAP_PROFILE
what, station, passphrase, file, name, moment, nth = sys.argv[1:]
real, count = getattr(placing, name), [0]
def killing(*given, **named):
    count[0] += 1
    if count[0] == int(nth) and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*given, **named)
    if count[0] == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(placing, name, killing)
place = {"station": station, "vault": "cat", "passphrase": passphrase, "key_file": ""}
if what == "restore":
    Keeper().answer({"do": "restore", "day": "2026-11-10", "with": {**place, "file": file}})
else:
    Keeper().answer({"do": "create", "day": "2026-11-10", "with": {**place, "profile": CHEAP_PROFILE}})
"""
_MOST = [(name, moment, nth) for name in ("rename", "flush_file", "replace_file", "new_file") for nth in (1, 2, 3)
         for moment in ("before", "after")]  # fmt: skip
_FEW = [("replace_file", "before", 1), ("replace_file", "after", 1)]
KILLS = [*_FEW, *(pytest.param(*one, marks=pytest.mark.prove) for one in _MOST if one not in _FEW)]


def ends(folder: Path) -> str:
    """After a kill: `nothing` is there and the vault can be made, or the `vault` is there, whole, with its anchor."""
    folder.mkdir(mode=0o700, exist_ok=True)
    sweep_scratch(folder)
    keeper = KeeperProcess(folder, "cat")
    if not (folder / "cat.vault").exists() and not list(folder.glob(".cat.vault.*")):
        assert refused(lambda: keeper.open(PASSPHRASE, DAY)) == "no-vault"
        assert [one.name for one in folder.iterdir() if ".vault" in one.name and one.name != "cat.vault.anchor"] == []
        create(folder, "cat", PASSPHRASE, CHEAP_PROFILE).close()
        return "nothing"
    try:
        outside = keeper.open(PASSPHRASE, DAY)
    except Refused:
        # It was being put in its place, and was taken away again.
        return ends(folder)
    assert outside == "fits"
    assert keeper.ask("state", DAY)["vault"] == "cat"
    keeper.end()
    assert sorted(one.name for one in folder.iterdir()) == ["cat.vault", "cat.vault.anchor", "cat.vault.json"]
    return "vault"


@pytest.mark.parametrize("what", ["create", pytest.param("restore", marks=pytest.mark.prove)])
@pytest.mark.parametrize(("name", "moment", "nth"), KILLS)
def test_a_vault_that_is_being_made_is_there_whole_or_not_at_all(
    station: Station, tmp_path: Path, what: str, name: str, moment: str, nth: int
) -> None:
    folder, file = tmp_path / "new", backup(station, tmp_path / "a.backup")
    folder.mkdir(mode=0o700)
    # What the station remembers of a vault of this name that is gone.
    (folder / "cat.vault.anchor").write_bytes(Anchor(n=90, mark=bytes(32)).encode())
    words = [what, folder, PASSPHRASE, file, name, moment, nth]
    done = subprocess.run([sys.executable, "-c", _KILLED, *map(str, words)], check=False, capture_output=True)
    if done.returncode == 0:  # there is no such call
        assert (name, moment, nth) not in _FEW
        return
    assert done.returncode == -signal.SIGKILL
    found = ends(folder)
    if name == "replace_file" and nth == 1:
        assert found == ("nothing" if moment == "before" else "vault")


def left_behind(station: Station) -> dict[str, bytes]:
    """What a process leaves that is killed before the names: `cat` under another salt, and its anchor."""
    pending = f".cat.vault.{station.vaults['cat'].header.salt.hex()}"
    for name in (pending, f"{pending}.anchor"):
        (station.folder / name).write_bytes(b"the only one under its key")
    return contents(station.folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Names and bytes of all files."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("spoilt", [b'{"v":3,"needs":"more"}', b"", None], ids=["newer", "empty", "gone"])
def test_where_the_small_file_does_not_tell_nothing_of_the_vault_is_touched(
    station: Station, spoilt: bytes | None
) -> None:
    small = station.folder / "cat.vault.json"
    whole = small.read_bytes()
    left_behind(station)
    small.unlink()
    if spoilt is not None:
        small.write_bytes(spoilt)
    before = contents(station.folder)
    code = refused(lambda: open_vault(station.folder, "cat", PASSPHRASE))
    assert code == ("no-vault" if spoilt is None else "vault-damaged")
    assert contents(station.folder) == before
    # Another vault of the station opens meanwhile.
    create(station.folder, "dog", PASSPHRASE, CHEAP_PROFILE).close()
    assert {name: data for name, data in contents(station.folder).items() if name in before} == before
    # The control: when it tells again, what was begun is ended.
    small.write_bytes(whole)
    settle(station.folder)
    assert (station.folder / "cat.vault").read_bytes() == b"the only one under its key"
    assert sorted(name for name in contents(station.folder) if name.startswith(".cat")) == []


def test_what_was_begun_of_a_vault_that_is_not_there_is_taken_away(station: Station) -> None:
    for name in ("cat.vault", "cat.vault.json"):
        (station.folder / name).unlink()
    left_behind(station)
    settle(station.folder)
    assert contents(station.folder) == {}


def test_an_anchor_is_exchanged_only_when_the_vault_is_in_its_place(station: Station, tmp_path: Path) -> None:
    """A restoring that is refused at the last moment must not make the vault that is there look too old."""
    file, real = backup(station, tmp_path / "a.backup"), put_in_place

    def late(*given: object, **more: object) -> None:
        create(tmp_path / "new", "cat", PASSPHRASE, CHEAP_PROFILE, lambda _connection: remembered.encode()).close()
        real(*given, **more)  # type: ignore[arg-type]

    remembered = Anchor(n=3, mark=b"x" * 32)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(changing, "put_in_place", late)
        assert refused(lambda: changing.restore(file, tmp_path / "new", PASSPHRASE, DAY)) == "vault-exists"
    assert read_anchor(tmp_path / "new", "cat") == remembered


def test_an_empty_database_of_an_unfinished_vault_is_cleared_and_nothing_else_is(tmp_path: Path) -> None:
    for name in ("cat.vault", "cat.vault.json"):
        (tmp_path / name).touch()
    tmp_path.chmod(0o700)
    create(tmp_path, "cat", PASSPHRASE, CHEAP_PROFILE).close()
    for spoilt, kept in [(("dog.vault.json",), "dog.vault.json"), (("eel.vault",), "eel.vault")]:
        for name in spoilt:
            (tmp_path / name).write_bytes(b"of somebody")
        assert refused(lambda kept=kept: create(tmp_path, kept[:3], PASSPHRASE, CHEAP_PROFILE)) == "vault-exists"  # type: ignore[misc]
        assert (tmp_path / kept).read_bytes() == b"of somebody"


@contextmanager
def taken(folder: Path) -> Iterator[None]:
    """Another process keeps the folder for itself: so it is, for a lock, with another descriptor."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


def test_nobody_waits_for_ever_for_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "PATIENCE_SECONDS", 0.05)
    throttle = Throttle(tmp_path, lambda: 1.0)

    def attempt() -> None:
        with throttle.trying("cat"):
            pass

    with taken(tmp_path):
        with pytest.raises(FolderTakenError), alone_in(tmp_path):
            pass
        assert refused(attempt) == "busy"
    # The control: of a folder that nobody holds it is one's turn.
    with alone_in(tmp_path):
        pass
    attempt()


def test_a_try_that_went_well_is_not_undone_by_who_keeps_the_folder_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "PATIENCE_SECONDS", 0.05)
    with taken_in_between(tmp_path) as went_well:
        pass
    assert went_well == [True]


@contextmanager
def taken_in_between(folder: Path) -> Iterator[list[bool]]:
    """One try, during which somebody takes the folder."""
    seen = list[bool]()
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with Throttle(folder, lambda: 1.0).trying("cat"):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    seen.append(True)
    os.close(descriptor)
    yield seen
