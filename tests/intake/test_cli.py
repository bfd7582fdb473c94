"""The commands, as people and timers call them: one clear line on stderr, exit 1 on refusal and 2 on misuse."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Protocol

import pytest

from crypto.sign.sign import public
from crypto.wire.fields import to_base64url
from crypto.wire.record import NamedManifest
from intake import config, schema
from intake.cli import main
from intake.clock import days_later
from intake.database import TRACES
from intake.store import Slot, Store
from tests.intake.conftest import make_folder
from tests.intake.test_closing import add
from tests.intake.test_records import record, records_file
from tests.intake.test_today import stage
from tests.material import Portal, any_slot, make_portal

TODAY = datetime.now(UTC).date().isoformat()


class Run(Protocol):
    """Runs a command."""

    def __call__(self, *arguments: object, status: int = 0) -> list[str]: ...


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """The lines of a command: of stdout when it went well, otherwise of stderr."""

    def call(*arguments: object, status: int = 0) -> list[str]:
        try:
            main([str(one) for one in arguments])
            ended = 0
        except SystemExit as end:
            ended = int(end.code or 0)
        said, complained = capsys.readouterr()
        assert ended == status, complained
        assert not complained or complained.startswith("intake: ")
        return (complained if status else said).splitlines()

    umask = os.umask(0o022)
    yield call
    os.umask(umask)


@pytest.fixture(scope="module")
def today() -> Portal:
    """A portal whose first ceremony is today."""
    first = datetime.now(UTC).date().replace(day=1)
    epochs = [(first + timedelta(days=32 * months)).strftime("%Y-%m") for months in range(3)]
    return make_portal(day=TODAY, epochs=epochs)


@pytest.fixture
def pin(today: Portal, tmp_path: Path) -> Path:
    """`portal.json`."""
    path = tmp_path / "portal.json"
    path.write_bytes(today.pin_bytes())
    return path


@pytest.fixture
def ceremony(today: Portal, tmp_path: Path) -> Path:
    """`ceremony.tar`."""
    path = tmp_path / "ceremony.tar"
    path.write_bytes(today.ceremony_file())
    return path


@pytest.fixture
def ready(run: Run, today: Portal, tmp_path: Path, ceremony: Path) -> Path:
    """A folder that has imported its ceremony, under the key that the ceremony named."""
    folder = make_folder(tmp_path / "ready", today, TODAY)
    run("import", folder, ceremony)
    return folder


def demo(folder: Path) -> Path:
    """The same folder as a demo."""
    settings = folder / "intake.toml"
    settings.write_text(settings.read_text().replace("demo = false", "demo = true"))
    return folder


def test_key_makes_a_private_folder_and_key_and_prints_the_public_half(run: Run, tmp_path: Path) -> None:
    (line,) = run("key", tmp_path / "intake")
    seed = (tmp_path / "intake" / "intake.key").read_bytes()
    assert line == to_base64url(public(seed))
    assert stat.S_IMODE((tmp_path / "intake").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "intake" / "intake.key").stat().st_mode) == 0o600


def test_key_never_replaces_a_key(run: Run, tmp_path: Path) -> None:
    run("key", tmp_path / "intake")
    assert run("key", tmp_path / "intake", status=1) == [f"intake: {tmp_path}/intake/intake.key is already there"]


def test_init_after_key_makes_an_intake_whose_files_are_all_private(run: Run, tmp_path: Path, pin: Path) -> None:
    run("key", tmp_path / "intake")
    run("init", tmp_path / "intake", "--portal", pin)
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "intake").iterdir()}
    assert set(files) >= {"intake.key", "intake.toml", "portal.json", "intake.db"}
    assert set(files.values()) == {0o600}


def test_upgrade_says_what_the_database_was_and_is(run: Run, tmp_path: Path, pin: Path) -> None:
    run("key", tmp_path / "intake")
    run("init", tmp_path / "intake", "--portal", pin)
    said = f"{tmp_path}/intake: the database was at {schema.VERSION}, and is at {schema.VERSION}"
    assert run("upgrade", tmp_path / "intake") == [said]
    (tmp_path / "intake" / "intake.db").unlink()
    assert run("upgrade", tmp_path / "intake", status=1) == ["intake: the database cannot be read"]


def test_init_refuses_a_folder_that_others_may_read(run: Run, tmp_path: Path, pin: Path) -> None:
    (tmp_path / "intake").mkdir(mode=0o755)
    (line,) = run("init", tmp_path / "intake", "--portal", pin, status=1)
    assert "chmod 700" in line


def test_init_never_replaces_an_intake(run: Run, tmp_path: Path, pin: Path) -> None:
    run("init", tmp_path / "intake", "--portal", pin)
    (line,) = run("init", tmp_path / "intake", "--portal", pin, status=1)
    assert "already" in line


def test_init_refuses_a_pin_out_of_form_and_makes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "portal.json").write_text("{}")
    run("init", tmp_path / "intake", "--portal", tmp_path / "portal.json", status=1)
    assert list((tmp_path / "intake").iterdir()) == []


def test_init_takes_any_place_for_the_database(run: Run, tmp_path: Path, pin: Path) -> None:
    run("init", tmp_path / "intake", "--portal", pin, "--database", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "intake" / "intake.db").exists()


def test_a_password_is_read_where_nobody_sees_it(
    run: Run, tmp_path: Path, pin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite://u:secret@/{tmp_path / 'elsewhere.db'}"
    for seen in (url, "postgresql://db/intake?user=u&password=secret"):
        (line,) = run("init", tmp_path / "intake", "--portal", pin, "--database", seen, status=1)
        assert "`--database -`" in line
        assert "secret" not in line
    monkeypatch.setattr("sys.stdin", StringIO(f"sqlite:///{tmp_path / 'elsewhere.db'}\n"))
    run("init", tmp_path / "intake", "--portal", pin, "--database", "-")
    assert (tmp_path / "elsewhere.db").exists()


def test_init_warns_of_a_database_that_keeps_the_order(run: Run, tmp_path: Path, pin: Path) -> None:
    for url, reason in (
        ("postgresql+asyncpg://db/intake", "the driver of this database is not installed"),
        (f"postgresql+psycopg://@/intake?host={tmp_path}", "the database cannot be reached"),
    ):
        warning, refusal = run("init", tmp_path / "intake", "--portal", pin, "--database", url, status=1)
        assert warning == f"intake: warning: {TRACES}"
        assert refusal == f"intake: {reason}"


@pytest.mark.parametrize("url", ["nonsense", "", "sqlite:/x", "http://x:y/"])
def test_what_is_no_database_is_refused_in_one_line(run: Run, tmp_path: Path, pin: Path, url: str) -> None:
    run("init", tmp_path / "intake", "--portal", pin, "--database", url, status=1)


def test_no_name_of_a_file_moves_the_cursor(run: Run, ready: Path, tmp_path: Path, today: Portal) -> None:
    post = tmp_path / "\x1b[2Jpost\n.tar"
    post.write_bytes(today.post([(bytes(32), any_slot(1))], TODAY))
    assert run("import", ready, post) == ["'\\x1b[2Jpost\\n.tar': post: 1 of 1 slots new"]
    for written in (b"x", None):
        post.write_bytes(written) if written else post.unlink()
        (line,) = run("import", ready, post, status=1)
        assert line.isprintable()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The hosts that a server was started on."""
    hosts: list[object] = []
    monkeypatch.setattr("intake.serve.serve", lambda *arguments: hosts.append(arguments[1]))
    return hosts


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104
def test_serve_is_for_this_machine_only(run: Run, ready: Path, served: list[object], host: str) -> None:
    (line,) = run("serve", ready, "--host", host, status=1)
    assert "deploy/INTAKE.md" in line
    assert served == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_serve_takes_every_name_of_this_machine(run: Run, ready: Path, served: list[object], host: str) -> None:
    run("serve", ready, "--host", host)
    assert served == [host]


def test_import_says_what_it_did_and_may_be_repeated(run: Run, today: Portal, tmp_path: Path, ceremony: Path) -> None:
    folder = make_folder(tmp_path / "intake", today, TODAY)
    assert run("import", folder, ceremony)[0].startswith("'ceremony.tar': directory 1: new, from")
    assert run("import", folder, ceremony)[0] == "'ceremony.tar': directory 1: already here"


def test_import_takes_several_files_and_stops_at_the_first_bad_one(
    run: Run, ready: Path, today: Portal, tmp_path: Path
) -> None:
    (tmp_path / "post.tar").write_bytes(today.post([(bytes(32), any_slot(1))], TODAY))
    (tmp_path / "bad.tar").write_bytes(b"x" * 5_000)
    assert run("import", ready, tmp_path / "post.tar") == ["'post.tar': post: 1 of 1 slots new"]
    (line,) = run("import", ready, tmp_path / "post.tar", tmp_path / "bad.tar", status=1)
    assert line.startswith("intake: 'bad.tar': nothing taken: bad-format")


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "nothing"])
def test_import_reads_files_only(run: Run, ready: Path, tmp_path: Path, ceremony: Path, kind: str) -> None:
    odd = tmp_path / "odd"
    if kind == "link":
        odd.symlink_to(ceremony)
    elif kind == "folder":
        odd.mkdir()
    elif kind == "pipe":
        os.mkfifo(odd)
    (line,) = run("import", ready, odd, status=2 if kind == "folder" else 1)
    assert "odd" in line


def test_close_day_and_export_make_a_bundle(run: Run, ready: Path, tmp_path: Path) -> None:
    assert run("close-day", ready) == ["nothing to close"]
    assert run("export", ready, tmp_path / "bundle.tar") == [f"{tmp_path}/bundle.tar: 0 manifests, and today so far"]
    assert (tmp_path / "bundle.tar").stat().st_size > 10_000


def test_export_says_that_today_is_not_in_it_while_days_are_open_and_close_day_says_all_it_did(
    run: Run, today: Portal, tmp_path: Path, ceremony: Path
) -> None:
    first = days_later(TODAY, -100)
    folder = make_folder(tmp_path / "intake", today, first)
    run("import", folder, ceremony)
    fill(folder, today, first)
    left_out = "earlier days are not closed, so today is not in it: run `intake close-day`"
    assert run("export", folder, tmp_path / "bundle.tar") == [f"{tmp_path}/bundle.tar: 0 manifests", left_out]
    (refused,) = run("close-day", folder, status=1)
    said = f"the clock of this machine says {TODAY}, and days are closed until {first}"
    assert refused == f"intake: {said}: if that is right, run `intake close-day --after-gap`"
    lines = run("close-day", folder, "--after-gap")
    assert lines[:2] == [f"closed: manifest {n} of {days_later(first, n - 1)}" for n in (1, 2)]
    assert lines[99:] == [
        f"closed: manifest 100 of {days_later(TODAY, -1)}",
        "parts whose envelope did not come: deleted",
        "after a gap: this time no reply was deleted, and for 14 days nothing at the limit",
    ]
    assert run("close-day", folder) == ["replies older than 180 days: 1 slots deleted"]
    assert run("close-day", folder) == ["nothing to close"]
    assert run("export", folder, tmp_path / "bundle.tar") == [f"{tmp_path}/bundle.tar: 100 manifests, and today so far"]


def fill(folder: Path, portal: Portal, day: str) -> None:
    """A submission, a part without one, and a reply that is half a year old."""
    settings = config.load(folder)
    store = Store.open(settings.database, settings.limits, portal.name)
    add(store, [(bytes(16), portal.envelope(epoch=TODAY[:7]))], day)
    stage(store, bytes([1]) * 16, [b"x"], day)
    with store.change() as change:
        change.add_slot(Slot(mailbox=bytes(32), day=days_later(TODAY, -181), sha256=bytes(32), data=any_slot(1)))
    store.close()


def test_a_records_file_is_imported_like_the_others(run: Run, ready: Path, today: Portal, tmp_path: Path) -> None:
    (tmp_path / "records.tar").write_bytes(records_file(today, {"cat": record(today, 1, TODAY)}))
    said = "'records.tar': record 1 of cat: "
    assert run("import", ready, tmp_path / "records.tar") == [f"{said}new, nothing imported yet"]
    assert run("import", ready, tmp_path / "records.tar") == [f"{said}already here"]


def test_a_record_that_is_evidence_ends_with_1_after_the_others_were_taken(
    run: Run, ready: Path, today: Portal, tmp_path: Path
) -> None:
    other = record(today, 1, TODAY, manifest=NamedManifest(n=1, hash=bytes(32)))
    (tmp_path / "records.tar").write_bytes(
        records_file(today, {"cat": record(today, 1, TODAY), "ced": other, "desk": record(today, 1, TODAY)})
    )
    (refused,) = run("import", ready, tmp_path / "records.tar", status=1)
    assert refused == (
        "intake: 'records.tar': ced has imported a manifest 1, which this intake has not made:"
        " keep this file, it is evidence"
    )
    given = records_file(today, {vault: record(today, 1, TODAY) for vault in ("cat", "desk")})
    (tmp_path / "records.tar").write_bytes(given)
    said = "'records.tar': record 1 of"
    lines = run("import", ready, tmp_path / "records.tar")
    assert lines == [f"{said} cat: already here", f"{said} desk: already here"]


def test_a_day_is_closed_and_said_to_be_where_the_disk_has_no_room_to_forget_the_order(
    run: Run, today: Portal, tmp_path: Path, ceremony: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = days_later(TODAY, -1)
    folder = make_folder(tmp_path / "intake", today, yesterday)
    run("import", folder, ceremony)
    fill(folder, today, yesterday)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda _path: shutil._ntuple_diskusage(10**9, 10**9, 0))
        for _ in range(2):
            (line,) = run("close-day", folder, status=1)
            assert "the days are closed and nothing is lost, but the order of what came stays on the disk" in line
    assert run("close-day", folder) == ["nothing to close"]
    assert run("export", folder, tmp_path / "bundle.tar") == [f"{tmp_path}/bundle.tar: 1 manifests, and today so far"]


def test_a_short_day_is_for_demos(run: Run, ready: Path) -> None:
    (line,) = run("close-day", ready, "--short", status=1)
    assert "demo" in line
    assert run("close-day", demo(ready), "--short") == ["nothing to close"]


def test_check_says_how_things_are(run: Run, ready: Path) -> None:
    lines = run("check", ready)
    assert "database: secure_delete 1" in lines
    assert any(line.startswith("directory: 1, from") for line in lines)
    assert "arrived: 0" in lines


def test_check_says_all_that_is_wrong_and_exits_1(run: Run, tmp_path: Path, today: Portal) -> None:
    folder = make_folder(tmp_path / "intake", today, "2026-01-01")
    folder.chmod(0o755)
    (line,) = run("check", folder, status=1)
    for reason in (
        "may be read by others",
        "no directory is in force (no-directory)",
        "days are closed until 2026-01-01",
    ):
        assert reason in line


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["key"],
        ["init", "DIR"],
        ["import", "DIR"],
        ["serve", "DIR", "--port", "x"],
        ["serve", "DIR", "--workers", "0"],
        ["close-day", "DIR", "--long"],
        ["export", "DIR"],
    ],
)
def test_misuse_is_one_line_and_exit_2(run: Run, arguments: list[str]) -> None:
    assert len(run(*arguments, status=2)) == 1


def test_the_installed_command_is_this_one() -> None:
    command = Path(sys.executable).with_name("intake")
    done = subprocess.run([command, "nonsense"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "intake: No such command 'nonsense'.\n")


@pytest.mark.parametrize("command", [["check"], ["close-day"], ["serve"], ["export"], ["import"]])
def test_a_folder_that_is_no_intake_is_refused_in_one_line(run: Run, tmp_path: Path, command: list[str]) -> None:
    more = [tmp_path / "file"] if command[0] in ("export", "import") else []
    (line,) = run(*command, tmp_path, *more, status=1)
    assert "intake init" in line
