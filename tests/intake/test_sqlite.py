"""What SQLite keeps on its disk, and what it does when it is full: nothing deleted, no order, no more than allowed."""

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from crypto.wire.digest import sha256
from intake import config, create_app, database, drivers, migrations, schema
from intake.closing import Signer, close_days
from intake.errors import BusyError, FullError, RefusedError
from intake.limits import Limits
from intake.store import Part, Store
from tests.intake.conftest import SetClock, address, code_of, headers, make_folder, take
from tests.intake.test_closing import NEXT, add
from tests.intake.test_deleting import ID, OTHER_ID, OTHER_TOKEN, TOKEN, delete
from tests.intake.test_mailbox import ADDRESS, SECRET, slots
from tests.intake.test_parts import at
from tests.material import DAY, Portal, any_slot

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "2",
    "secure_delete": "1",
    "trusted_schema": "0",
    "cell_size_check": "1",
}


@pytest.fixture
def sent(client: FlaskClient, portal: Portal) -> bytes:
    """An envelope that was stored under the identifier of that token."""
    envelope = portal.envelope()
    assert client.put(address(ID), data=envelope, headers=headers()).status_code == 204
    return envelope


def test_every_connection_has_the_safe_settings(store: Store, client: FlaskClient, app: object) -> None:
    served: Store = app.extensions["site"].store  # type: ignore[attr-defined]
    for one in (store, served):
        assert database.sqlite_settings(one.engine) == PRAGMAS
        with one.look() as look, one.engine.connect() as second:
            look.count()
            assert str(second.exec_driver_sql("PRAGMA secure_delete").scalar()) == "1"


def test_no_table_keeps_the_order_of_arrival(store: Store) -> None:
    with store.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
    ours = {name: sql for name, sql in tables if name != "alembic_version"}
    assert set(ours) == set(schema.metadata.tables)
    for name, sql in ours.items():
        assert sql.rstrip().endswith("WITHOUT ROWID"), name
        assert "AUTOINCREMENT" not in sql


def test_a_database_of_the_first_release_is_brought_to_this_one_and_forgets_no_reply(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'old.db'}", Limits())
    migrations.create(store, "a.portal", DAY)
    with store.engine.begin() as connection:
        for table in ("delivered", "staging", "part", "record"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql(
            "CREATE TABLE delivered (sha256 BLOB NOT NULL PRIMARY KEY, day VARCHAR(10) NOT NULL) WITHOUT ROWID"
        )
        connection.exec_driver_sql("INSERT INTO delivered VALUES (?, ?)", (sha256(b"slot"), "2026-01-02"))
        connection.exec_driver_sql("ALTER TABLE manifest DROP COLUMN closed_on")
        connection.exec_driver_sql("INSERT INTO manifest VALUES (1, ?, x'00', x'00')", (DAY,))
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(RefusedError, match="intake upgrade"):
        Store.open(str(store.engine.url), Limits(), "a.portal")
    assert migrations.bring_up(store) == ("0001", schema.VERSION)
    with store.look() as look:
        assert look.delivered(sha256(b"slot"))
        assert look.closings() == {1: DAY}
    assert b"2026-01-02" not in (tmp_path / "old.db").read_bytes()
    assert migrations.bring_up(store) == (schema.VERSION, schema.VERSION)


def test_a_database_that_nobody_made_is_not_brought_to_any_release(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="cannot be read"):
        migrations.bring_up(Store(f"sqlite:///{tmp_path / 'none.db'}", Limits()))


@pytest.fixture
def small(tmp_path: Path, portal: Portal, clock: SetClock) -> FlaskClient:
    """Asks an intake with room for about ten envelopes."""
    folder = make_folder(tmp_path / "small", portal)
    with (folder / config.SETTINGS).open("a") as settings:
        settings.write("[limits]\ndatabase_bytes = 1000000\nretry_seconds = 7\n")
    loaded = config.load(folder)
    store = Store.open(loaded.database, loaded.limits, portal.name)
    take(store, portal, portal.ceremony_file())
    store.close()
    return create_app(loaded, clock).test_client()


def test_a_full_database_refuses_more_and_keeps_what_it_has(small: FlaskClient, portal: Portal) -> None:
    envelope = portal.envelope()
    answers = [small.put(address(bytes([n]) * 16), data=envelope, headers=headers()) for n in range(20)]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {204, 507}
    taken = statuses.index(507)
    assert 8 <= taken <= 17
    assert statuses == [204] * taken + [507] * (20 - taken)
    assert (code_of(answers[-1]), answers[-1].headers["Retry-After"]) == ("storage-full", "7")
    assert small.put(address(bytes(16)), data=envelope, headers=headers()).status_code == 204
    assert small.post("/mailbox", data=bytes(34)).status_code == 200
    tokenless = small.post("/submissions/delete", data=bytes(16))
    assert tokenless.status_code == 204


def test_the_limit_is_for_submissions_and_closing_has_room(tmp_path: Path, portal: Portal) -> None:
    url = f"sqlite:///{tmp_path / 'one.db'}"
    store = Store(url, Limits(database_bytes=200_000))
    migrations.create(store, portal.name, DAY)
    capped = Store.open(url, Limits(database_bytes=200_000), portal.name, capped=True)
    with pytest.raises(FullError):
        add(capped, [(bytes([n]) * 16, bytes(57_782)) for n in range(9)])
    add(store, [(bytes([n]) * 16, bytes(57_782)) for n in range(100, 109)])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SQLITE_BUSY", BusyError),
        ("SQLITE_BUSY_SNAPSHOT", BusyError),
        ("SQLITE_LOCKED", BusyError),
        ("SQLITE_PROTOCOL", BusyError),
        ("SQLITE_FULL", FullError),
        ("SQLITE_NOMEM", FullError),
        ("SQLITE_IOERR", FullError),
        ("SQLITE_IOERR_WRITE", FullError),
        ("SQLITE_IOERR_FSYNC", FullError),
        ("SQLITE_READONLY", FullError),
        ("SQLITE_READONLY_DIRECTORY", FullError),
        ("SQLITE_CANTOPEN", FullError),
        ("SQLITE_CORRUPT", None),
        ("SQLITE_CONSTRAINT_PRIMARYKEY", None),
    ],
)
def test_what_a_driver_says_is_understood(name: str, expected: type | None) -> None:
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = getattr(sqlite3, name)
    assert type(drivers.meaning(error)) is (expected or type(None))


def test_memory_that_ends_is_room_that_ends(store: Store) -> None:
    """Python says `MemoryError`, where SQLite says SQLITE_NOMEM, and no error of a driver."""
    with pytest.raises(FullError), store.look():
        raise MemoryError


def closed_in_order(folder: Path, portal: Portal, arrivals: Sequence[tuple[bytes, bytes]]) -> Store:
    """An intake that took these one after the other and closed the day."""
    settings = config.load(make_folder(folder, portal))
    store = Store.open(settings.database, settings.limits, portal.name)
    take(store, portal, portal.ceremony_file())
    add(store, arrivals)
    clock = SetClock()
    clock.set(NEXT)
    close_days(store, Signer(portal=portal.name, seed=portal.intake_seed), clock)
    return store


def file_bytes(store: Store) -> bytes:
    """The database file, its log and its index of the log."""
    path = Path(store.engine.url.database or "")
    return path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()


def test_two_orders_of_arrival_leave_the_same_bytes_in_the_file(
    tmp_path: Path, portal: Portal, arrivals: list[tuple[bytes, bytes]]
) -> None:
    one = closed_in_order(tmp_path / "one", portal, arrivals)
    for seed in range(3):
        shuffled = random.Random(seed).sample(arrivals, len(arrivals))
        other = closed_in_order(tmp_path / f"other-{seed}", portal, shuffled)
        assert file_bytes(one) == file_bytes(other)
        other.close()
    one.close()


def test_two_orders_in_which_parts_came_leave_the_same_bytes_in_the_file(
    tmp_path: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of submissions, and those that still wait for an envelope."""
    parts = [(bytes([number % 9]) * 16, bytes([number]) * 16) for number in range(40)]

    def left(folder: str, seed: int) -> bytes:
        store = closed_in_order(tmp_path / f"{folder}-{seed}", portal, [])
        for submission_id, name in random.Random(seed).sample(parts, len(parts)):
            with store.change() as change:
                part = Part(id=submission_id, name=name, sha256=sha256(name))
                change.add_part(part, random.Random(name).randbytes(20_000), NEXT)
        for submission_id in random.Random(seed).sample(sorted({one for one, _ in parts})[:6], 6):
            with store.change() as change:
                change.unstage(submission_id)
            add(store, [(submission_id, submission_id * 5_000)], NEXT)
        clock = SetClock()
        clock.set("2026-11-12")
        close_days(store, Signer(portal=portal.name, seed=portal.intake_seed), clock)
        found = file_bytes(store)
        store.close()
        return found

    assert len({left("one", seed) for seed in range(3)}) == 1
    monkeypatch.setattr(Store, "settle", lambda _: None)
    assert len({left("other", seed) for seed in range(2)}) == 2


def test_without_writing_the_file_anew_the_order_would_show(
    tmp_path: Path, portal: Portal, arrivals: list[tuple[bytes, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: moving the rows and overwriting the old ones is not enough."""

    def only_empty_the_log(store: Store) -> None:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")

    monkeypatch.setattr(Store, "settle", only_empty_the_log)
    one = closed_in_order(tmp_path / "one", portal, arrivals)
    other = closed_in_order(tmp_path / "other", portal, arrivals[::-1])
    assert file_bytes(one) != file_bytes(other)
    one.close()
    other.close()


def test_nothing_of_the_open_day_is_left_in_the_log_of_the_database(
    store: Store, signer: Signer, clock: SetClock, arrivals: list[tuple[bytes, bytes]]
) -> None:
    add(store, arrivals)
    path = Path(store.engine.url.database or "")
    assert path.with_name(path.name + "-wal").stat().st_size > 0
    clock.set(NEXT)
    close_days(store, signer, clock)
    assert path.with_name(path.name + "-wal").stat().st_size == 0


def test_a_reader_that_holds_the_file_makes_closing_say_so(
    settings: config.Config, portal: Portal, signer: Signer, clock: SetClock, store: Store
) -> None:
    hasty = Store(settings.database, Limits(busy_seconds=1))
    clock.set(NEXT)
    with store.look() as look:
        look.count()
        with pytest.raises(BusyError):
            close_days(hasty, signer, clock)
    hasty.settle()
    assert database.sqlite_settings(hasty.engine)["journal_mode"] == "wal"
    hasty.close()


@pytest.mark.parametrize("days_later", [0, 1], ids=["open day", "closed day"])
def test_deleted_bytes_are_in_no_file_any_more(
    client: FlaskClient, store: Store, signer: Signer, clock: SetClock, sent: bytes, folder: Path, days_later: int
) -> None:
    if days_later:
        clock.set("2026-11-11")
        close_days(store, signer, clock)
    assert found_in(folder, sent[30_000:30_064])
    delete(client, TOKEN)
    assert not found_in(folder, sent[30_000:30_064])


def test_without_emptying_the_log_deleted_bytes_would_stay(
    client: FlaskClient, sent: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    monkeypatch.setattr(Store, "wipe", lambda _store: None)
    delete(client, TOKEN)
    assert found_in(folder, sent[30_000:30_064])


def test_who_reads_meanwhile_keeps_nobody_waiting_and_the_next_deletion_finishes(
    client: FlaskClient, store: Store, portal: Portal, sent: bytes, folder: Path
) -> None:
    client.put(address(OTHER_ID), data=portal.envelope(), headers=headers())
    with store.look() as look:
        look.count()
        before = time.monotonic()
        assert delete(client, TOKEN) == 204
        assert time.monotonic() - before < 5
    assert found_in(folder, sent[30_000:30_064])
    assert delete(client, OTHER_TOKEN) == 204
    assert not found_in(folder, sent[30_000:30_064])


def test_the_log_is_emptied_only_when_something_was_deleted(
    client: FlaskClient, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiped: list[Store] = []
    monkeypatch.setattr(Store, "wipe", lambda store: wiped.append(store))
    delete(client, bytes(16))
    assert wiped == []
    delete(client, TOKEN)
    delete(client, TOKEN)
    assert len(wiped) == 1


@pytest.mark.parametrize("case", ["staged", "open", "closed"])
def test_deleted_parts_are_in_no_file_any_more(
    client: FlaskClient,
    store: Store,
    signer: Signer,
    clock: SetClock,
    portal: Portal,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
) -> None:
    data = random.Random(5).randbytes(2**20)
    pieces = [data[where : where + 64] for where in (0, 500_000, 2**20 - 64)]
    other = client.put(at(1, OTHER_ID), data=data[::-1])
    assert client.put(at(1), data=data).status_code == other.status_code == 204
    if case != "staged":
        sealed = {**headers(), "Parts": "1"}
        assert client.put(address(ID), data=portal.envelope(), headers=sealed).status_code == 204
    if case == "closed":
        clock.set(NEXT)
        close_days(store, signer, clock)
    assert [found_in(folder, piece) for piece in pieces] == [True] * 3
    with monkeypatch.context() as patch:
        patch.setattr(Store, "wipe", lambda _: None)
        delete(client, OTHER_TOKEN)
    assert found_in(folder, pieces[1][::-1])  # the control: without emptying the log it would stay
    delete(client, TOKEN)
    assert [found_in(folder, piece) for piece in (*pieces, pieces[1][::-1])] == [False] * 4


def found_in(folder: Path, piece: bytes) -> bool:
    """Whether any file holds these bytes."""
    return any(piece in file.read_bytes() for file in folder.iterdir())


def test_deleted_replies_are_in_no_file_any_more(
    client: FlaskClient, store: Store, portal: Portal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiped: list[Store] = []
    take(store, portal, portal.post([(ADDRESS, any_slot(7))]))
    piece = slots(client)[0][5_000:5_064]
    with monkeypatch.context() as patch:
        patch.setattr(Store, "wipe", lambda store: wiped.append(store))
        client.post("/mailbox/delete", data=bytes(32))
    assert wiped == []
    assert any(piece in file.read_bytes() for file in folder.iterdir())
    client.post("/mailbox/delete", data=SECRET)
    assert not any(piece in file.read_bytes() for file in folder.iterdir())


HOLDS = """
import fcntl, sys
with open(sys.argv[1], "r+b") as index:
    fcntl.lockf(index, fcntl.LOCK_EX, 1, 121)
    print(flush=True)
    sys.stdin.read(1)
"""


def test_closing_waits_for_others_who_empty_the_log_just_then(store: Store, portal: Portal) -> None:
    """Whoever commits does so now and then; SQLite lets nobody wait for it (its lock is byte 121 of the index)."""
    add(store, [(bytes(16), portal.envelope())])
    index = f"{store.engine.url.database}-shm"
    other = subprocess.Popen([sys.executable, "-c", HOLDS, index], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with other, ThreadPoolExecutor(1) as threads:
        assert other.stdout is not None
        other.stdout.readline()
        settled = threads.submit(store.settle)
        still = wait([settled], 0.5).not_done
        other.communicate(b".", 20)
        settled.result(20)
        assert still
    assert Path(f"{store.engine.url.database}-wal").stat().st_size == 0
