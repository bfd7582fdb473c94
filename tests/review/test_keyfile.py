"""A key file beside the passphrase: only both open the vault, whatever kills whom; nobody is told which was wrong."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from crypto.secret.vault_key import vault_key
from review import changing, vault
from review import desk as desk_module
from review import keeper as keeper_module
from review.anchor import Anchor
from review.anchoring import anchor_of
from review.backing import BackupRun
from review.backupfile import read_head, write_backup
from review.cli import asking
from review.durable import sweep_scratch
from review.header import Header, header_bytes
from review.keeper import Keeper
from review.keyfile import find_key_files, make_key_file, read_key_file
from review.passphrase import CHEAP_PROFILE, NEWEST_PROFILE, PROFILES, stretch
from review.process import KeeperProcess
from review.refusals import RefusalCode, Refused
from review.sticks import Stick
from review.store import Store
from review.throttle import FREE_TRIES, Throttle
from review.vault import open_vault
from tests.material import DAY
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_desk import get, post, unlock
from tests.review.test_memory import wait_until

NEW = "river stone basket winter candle garden horse"


def refused(action: Callable[[], object]) -> str:
    """The code of the refusal that the action ends with."""
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.code


def keyed(station: Station, stick: Path) -> Path:
    """Gives `cat` a key file, at the cheap profile: what is tried here is not the cost."""
    made = stick / "cat.keyfile"
    stick.mkdir(exist_ok=True)
    changing.set_key_file(station.vaults["cat"], PASSPHRASE, made, DAY, CHEAP_PROFILE).close()
    return made


@pytest.fixture
def key_file(station: Station, tmp_path: Path) -> Path:
    """Of `cat`, which needs it from now on."""
    return keyed(station, tmp_path / "stick")


def last(station: Station, key_file: Path | None, passphrase: str = PASSPHRASE) -> tuple[str, str]:
    """The newest entry of the journal."""
    with open_vault(station.folder, "cat", passphrase, key_file).transaction() as connection:
        entry = list(Store(connection).journal())[-1][0]
    return entry.what, entry.about


def test_only_passphrase_and_key_file_together_open_the_vault(station: Station, key_file: Path, tmp_path: Path) -> None:
    assert last(station, key_file) == ("keyfile-set", CHEAP_PROFILE)
    copy = tmp_path / "elsewhere"
    shutil.copy(key_file, copy)
    open_vault(station.folder, "cat", PASSPHRASE, copy).close()
    assert refused(lambda: open_vault(station.folder, "cat", PASSPHRASE)) == "keyfile-missing"
    header = Header.parse((station.folder / "cat.vault.json").read_bytes())
    plain = Header(profile=header.profile, salt=header.salt)
    (station.folder / "cat.vault.json").write_bytes(plain.encode())
    assert refused(lambda: open_vault(station.folder, "cat", PASSPHRASE)) == "wrong-passphrase"


def test_a_key_file_is_read_strictly(station: Station, key_file: Path, tmp_path: Path) -> None:
    whole = key_file.read_bytes()
    assert len(whole.partition(b"\n")[2]) == 32
    for spoilt in (whole + b"\n", whole[:-1], whole[1:], b"", whole[-32:], whole.replace(b'"v":1', b'"v":2'),
                   whole.replace(b",", b", ", 1), bytes(300)):  # fmt: skip
        (tmp_path / "spoilt").write_bytes(spoilt)
        assert refused(
            lambda: open_vault(station.folder, "cat", PASSPHRASE, tmp_path / "spoilt")
        ) == "keyfile-unfit" or (len(spoilt) > 256)
    (tmp_path / "link").symlink_to(key_file)
    for path in (tmp_path / "nothing", tmp_path, tmp_path / "link"):
        assert refused(partial(open_vault, station.folder, "cat", PASSPHRASE, path)) == "keyfile-missing"


def test_no_refusal_for_the_file_says_anything_of_the_passphrase(
    station: Station, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, others, nothing = tmp_path / "wrong", tmp_path / "others", tmp_path / "nothing"
    make_key_file(wrong, "cat")
    make_key_file(others, "ced")
    for passphrase in (PASSPHRASE, "wrong"):
        assert refused(partial(open_vault, station.folder, "cat", passphrase, wrong)) == "wrong-together"
    assert refused(partial(open_vault, station.folder, "cat", "wrong", key_file)) == "wrong-together"

    def never(*_given: object) -> bytes:
        raise AssertionError("the passphrase was looked at")

    monkeypatch.setattr(vault.Header, "key", never)
    for passphrase in (PASSPHRASE, "wrong"):
        for path, code in [(others, "keyfile-other"), (nothing, "keyfile-missing"), (None, "keyfile-missing")]:
            assert refused(partial(open_vault, station.folder, "cat", passphrase, path)) == code


def test_a_wrong_pair_is_a_wrong_try_and_an_absent_file_is_none(station: Station, key_file: Path) -> None:
    throttle = Throttle(station.folder, lambda: 1_000.0)

    def attempt(path: Path | None) -> str:
        def action() -> None:
            with throttle.trying("cat"):
                open_vault(station.folder, "cat", "wrong", path)

        return refused(action)

    assert [attempt(None) for _ in range(FREE_TRIES + 1)] == ["keyfile-missing"] * (FREE_TRIES + 1)
    assert [attempt(key_file) for _ in range(FREE_TRIES)] == ["wrong-together"] * FREE_TRIES
    assert attempt(key_file) == "wait"


def test_the_key_hangs_on_both_and_on_the_salt() -> None:
    one, two = b"a" * 32, b"b" * 32
    keys = {vault_key(*given) for given in [(one, two, b"s"), (two, one, b"s"), (one, one, b"s"), (one, two, b"t")]}
    assert len(keys) == 4
    assert vault_key(one, two, b"s") == vault_key(one, two, b"s")
    for given in [(one[:31], two + b"x"), (one, two[:31])]:
        with pytest.raises(ValueError, match="32"):
            vault_key(*given, b"s")
    header = Header.new(CHEAP_PROFILE, key_file=True)
    assert header.key("a b", two) == vault_key(stretch("a b", header.salt, CHEAP_PROFILE), two, header.salt)
    assert Header.parse(header.encode()) == header


def test_it_can_be_exchanged_and_removed_and_the_one_before_opens_nothing_then(
    station: Station, key_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    opened = open_vault(station.folder, "cat", PASSPHRASE, key_file)
    given = {"profile": CHEAP_PROFILE, "key_file": key_file}
    opened = changing.set_key_file(opened, PASSPHRASE, other, DAY, **given)  # type: ignore[arg-type]
    assert refused(lambda: open_vault(station.folder, "cat", PASSPHRASE, key_file)) == "wrong-together"
    opened = changing.change_passphrase(opened, PASSPHRASE, NEW, DAY, CHEAP_PROFILE, other)
    assert last(station, other, NEW) == ("passphrase-changed", CHEAP_PROFILE)
    assert refused(lambda: changing.remove_key_file(opened, NEW, DAY, key_file=key_file)) == "wrong-together"
    assert refused(lambda: changing.remove_key_file(opened, NEW, DAY)) == "keyfile-missing"
    changing.remove_key_file(opened, NEW, DAY, CHEAP_PROFILE, other).close()
    assert last(station, None, NEW) == ("keyfile-removed", CHEAP_PROFILE)
    plain = open_vault(station.folder, "cat", NEW)
    assert refused(lambda: changing.remove_key_file(plain, NEW, DAY)) == "keyfile-none"


def test_where_nothing_was_changed_no_key_file_is_left(station: Station, tmp_path: Path) -> None:
    made, taken = tmp_path / "cat.keyfile", tmp_path / "taken"
    taken.write_bytes(b"somebody's")
    opened = station.vaults["cat"]
    assert refused(lambda: changing.set_key_file(opened, "wrong", made, DAY)) == "wrong-passphrase"
    assert refused(lambda: changing.set_key_file(opened, PASSPHRASE, taken, DAY)) == "file-exists"
    inside = station.folder / "cat.keyfile"
    assert refused(lambda: changing.set_key_file(opened, PASSPHRASE, inside, DAY)) == "inside-station"
    assert (made.exists(), inside.exists(), taken.read_bytes()) == (False, False, b"somebody's")
    open_vault(station.folder, "cat", PASSPHRASE).close()


@pytest.mark.parametrize("fails", ["_finish", "open_under"])
def test_what_is_said_after_a_fault_is_what_the_vault_is_then(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """A fault before the step that decides leaves all as it was; one after it must not say so."""

    def broken(*_given: object, **_more: object) -> None:
        raise OSError(24, "too many open files")

    made, is_moved = tmp_path / "cat.keyfile", fails == "open_under"
    with monkeypatch.context() as patched:
        real = vault.open_under
        # The copy is opened first, then the vault in its place.
        patched.setattr(
            changing, "open_under" if is_moved else "_finish", _second_time(real, broken) if is_moved else broken
        )
        if is_moved:
            assert (
                refused(lambda: changing.set_key_file(station.vaults["cat"], PASSPHRASE, made, DAY, CHEAP_PROFILE))
                == "keys-moved"
            )
        else:
            with pytest.raises(OSError, match="too many"):
                changing.set_key_file(station.vaults["cat"], PASSPHRASE, made, DAY, CHEAP_PROFILE)
    assert made.exists() == is_moved
    open_vault(station.folder, "cat", PASSPHRASE, made if is_moved else None).close()


@pytest.mark.parametrize("code", [pytest.param(None, marks=pytest.mark.prove), "busy"])
def test_what_fails_after_the_vault_was_moved_is_never_said_to_have_changed_nothing(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: RefusalCode | None
) -> None:
    """Where the keeper only remembers what was done; whether it breaks there or refuses."""
    monkeypatch.setitem(PROFILES, NEWEST_PROFILE, PROFILES[CHEAP_PROFILE])
    keeper, made = Keeper(), tmp_path / "cat.keyfile"
    keeper.answer(asked("open", vault="cat", passphrase=PASSPHRASE, key_file="", station=str(station.folder)))

    def failing(store: Store) -> Anchor:
        if made.exists():
            raise OSError(5, "no disk") if code is None else Refused(code, vault="cat")
        return anchor_of(store)

    monkeypatch.setattr(keeper_module, "anchor_of", failing)
    request = asked("set_key_file", passphrase=PASSPHRASE, key_file="", made=str(made))
    assert keeper.answer(request)["refused"] == "keys-moved"
    monkeypatch.setattr(keeper_module, "anchor_of", anchor_of)
    assert "ok" in keeper.answer(asked("state"))
    open_vault(station.folder, "cat", PASSPHRASE, made).close()


def test_the_control_what_fails_and_has_moved_nothing_says_so(station: Station, tmp_path: Path) -> None:
    keeper, made = Keeper(), tmp_path / "cat.keyfile"
    keeper.answer(asked("open", vault="cat", passphrase=PASSPHRASE, key_file="", station=str(station.folder)))
    request = asked("set_key_file", passphrase="wrong", key_file="", made=str(made))
    assert keeper.answer(request)["refused"] == "wrong-passphrase"


def asked(action: str, **given: str) -> dict[str, object]:
    """A request as a keeper gets it."""
    return {"do": action, "day": DAY, "with": given}


def test_a_key_file_is_read_once_for_a_change(
    station: Station, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stick is pulled out as soon as the old key was tried."""
    opened = open_vault(station.folder, "cat", PASSPHRASE, key_file)
    contents, real = key_file.read_bytes(), vault.check_key

    def pulled_out(path: Path, header: Header, key: bytes) -> None:
        real(path, header, key)
        key_file.unlink()

    monkeypatch.setattr(changing, "check_key", pulled_out)
    changing.change_passphrase(opened, PASSPHRASE, NEW, DAY, CHEAP_PROFILE, key_file).close()
    key_file.write_bytes(contents)
    open_vault(station.folder, "cat", NEW, key_file).close()


def test_a_new_key_file_is_read_back_from_its_stick_and_not_from_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped, real = list[tuple[int, int, int, int]](), os.posix_fadvise

    def seen(descriptor: int, offset: int, length: int, advice: int) -> None:
        real(descriptor, offset, length, advice)
        dropped.append((os.fstat(descriptor).st_ino, offset, length, advice))

    monkeypatch.setattr(os, "posix_fadvise", seen)
    contents = make_key_file(tmp_path / "made", "cat")
    assert dropped == [((tmp_path / "made").stat().st_ino, 0, 0, os.POSIX_FADV_DONTNEED)]
    assert contents == (tmp_path / "made").read_bytes()[-32:]


def _second_time(real: Callable[..., object], broken: Callable[..., object]) -> Callable[..., object]:
    calls = list[int]()

    def call(*given: object, **more: object) -> object:
        calls.append(1)
        return (real if len(calls) == 1 else broken)(*given, **more)

    return call


_LONG = [("changing", "make_key_file"), ("changing", "rekey"), ("changing", "_finish"), ("changing", "put_in_place"),
         ("placing", "replace_file"), ("os", "fsync")]  # fmt: skip
STEPS = [pytest.param(*one, marks=pytest.mark.prove) for one in (("placing", "rename"), *_LONG)]

_KILLED = """
import os, signal, sys
from pathlib import Path
from review import changing, placing
from review.passphrase import CHEAP_PROFILE
from review.vault import open_vault
station, passphrase, what, stick, module, name, moment, nth = sys.argv[1:]
key = Path(stick, "cat.keyfile") if what == "remove" else None
opened = open_vault(Path(station), "cat", passphrase, key)
place = {"changing": changing, "placing": placing, "os": os}[module]
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
if what == "make":
    changing.set_key_file(opened, passphrase, Path(stick, "cat.keyfile"), "2026-11-10", CHEAP_PROFILE)
else:
    changing.remove_key_file(opened, passphrase, "2026-11-10", CHEAP_PROFILE, key)
"""


def kill(station: Station, stick: Path, what: str, *step: object) -> int:
    """How a process ends that is killed at a step of making or removing the key file of `cat`."""
    words = [str(station.folder), PASSPHRASE, what, str(stick), *map(str, step)]
    return subprocess.run([sys.executable, "-c", _KILLED, *words], check=False, capture_output=True).returncode


def works(station: Station, stick: Path) -> str:
    """What opens the vault: the passphrase `alone`, or it `with` the file; it is whole, and nothing else is left."""
    found = []
    for which, path in (("alone", None), ("with", stick / "cat.keyfile")):
        with suppress(Refused):
            opened = open_vault(station.folder, "cat", PASSPHRASE, path)
            opened.check_whole()
            with opened.transaction() as connection:
                assert Store(connection).own().believed == 1
            opened.close()
            found.append(which)
    sweep_scratch(station.folder)
    assert sorted(one.name for one in station.folder.iterdir()) == ["cat.vault", "cat.vault.json"]
    needs = Header.parse(header_bytes(station.folder / "cat.vault") or b"").key_file
    # Where none is needed, one that lies there does no harm.
    assert found == (["with"] if needs else ["alone", "with"])
    return found[0]


@pytest.mark.parametrize("what", ["make", "remove"])
@pytest.mark.parametrize(("module", "name"), STEPS)
def test_a_change_that_is_killed_leaves_a_vault_that_opens_whole_one_way_or_the_other(
    station: Station, tmp_path: Path, what: str, module: str, name: str
) -> None:
    seen = set[str]()
    for nth in (1, 2):
        for moment in ("before", "after"):
            again, stick = Station(tmp_path / f"{nth}-{moment}", station.portal), tmp_path / f"stick-{nth}-{moment}"
            again.add("cat")
            stick.mkdir()
            if what == "remove":
                keyed(again, stick)
            status = kill(again, stick, what, module, name, moment, nth)
            if status == 0:  # there is no such call
                continue
            assert status == -signal.SIGKILL
            seen.add(works(again, stick))
    assert seen <= {"alone", "with"}
    assert seen or name == "make_key_file"


def test_the_kills_fall_on_both_sides_of_the_step_that_decides(station: Station, tmp_path: Path) -> None:
    outcomes = []
    for moment in ("before", "after"):
        again, stick = Station(tmp_path / moment, station.portal), tmp_path / f"stick-{moment}"
        again.add("cat")
        stick.mkdir()
        assert kill(again, stick, "make", "placing", "replace_file", moment, 1) == -signal.SIGKILL
        outcomes.append(works(again, stick))
    assert outcomes == ["alone", "with"]


def test_a_backup_is_restored_with_the_key_file_of_its_day_and_not_without(
    station: Station, key_file: Path, tmp_path: Path
) -> None:
    opened, file, where = open_vault(station.folder, "cat", PASSPHRASE, key_file), tmp_path / "a", tmp_path / "new"
    with opened.still() as (_connection, database), file.open("wb") as out:
        write_backup(out, "cat", opened.header, database)
    assert refused(lambda: changing.restore(file, where, PASSPHRASE, DAY)) == "keyfile-missing"
    assert list(where.iterdir()) == []
    assert changing.restore(file, where, PASSPHRASE, DAY, key_file) == "cat"


@pytest.mark.prove
def test_a_backup_needs_the_key_file_of_its_day_and_says_so(station: Station, key_file: Path, tmp_path: Path) -> None:
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, DAY, key_file)
    run = BackupRun(station.folder, "cat", keeper, Throttle(station.folder, lambda: 1.0))
    assert refused(lambda: run.run(tmp_path, PASSPHRASE, DAY)) == "keyfile-missing"
    assert list(tmp_path.glob("*.backup")) == []
    run.run(tmp_path, PASSPHRASE, DAY, key_file=key_file)
    keeper.end()
    file, where, wrong = tmp_path / run.name, tmp_path / "new", tmp_path / "wrong"
    assert read_head(file).header.key_file
    make_key_file(wrong, "cat")
    for path, code in [(None, "keyfile-missing"), (wrong, "wrong-together")]:
        assert refused(lambda path=path: KeeperProcess(where, "cat").restore(file, PASSPHRASE, DAY, path)) == code  # type: ignore[misc]
        assert list(where.iterdir()) == []
    first = KeeperProcess(where, "cat")
    assert first.restore(file, PASSPHRASE, DAY, key_file) == "cat"
    first.end()
    again = KeeperProcess(where, "cat")
    assert again.open(PASSPHRASE, DAY, key_file) == "fits"
    again.end()


def test_a_stick_that_is_plugged_in_is_searched_for_the_file_of_this_vault(key_file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "junk.keyfile").write_bytes(b"junk")
    make_key_file(empty / "ced.keyfile", "ced")
    assert find_key_files("cat", [empty]) == ()
    assert find_key_files("cat", [empty, tmp_path / "none", key_file.parent]) == (key_file,)
    assert read_key_file(key_file, "cat") == key_file.read_bytes()[-32:]
    older = empty / "cat-of-spring.keyfile"
    make_key_file(older, "cat")
    assert find_key_files("cat", [empty, key_file.parent]) == (older, key_file)


def test_of_two_that_fit_neither_page_nor_command_takes_one(
    client: FlaskClient, station: Station, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = Stick(folder=key_file.parent, label="a stick", free=1, is_read_only=False)
    for module in (desk_module, asking):
        monkeypatch.setattr(module, "find_sticks", lambda: [stick])
    monkeypatch.setattr("sys.stdin", StringIO("\n\n"))
    # The control: the only one that fits is taken.
    assert f'value="{key_file}"' in get(client, "/unlock")
    assert asking.ask_key_file("cat") == key_file
    older = key_file.with_name("cat-of-spring.keyfile")
    make_key_file(older, "cat")
    page = get(client, "/unlock")
    assert [str(path) in page for path in (older, key_file)] == [True, True]
    assert [f'value="{path}"' in page for path in (older, key_file)] == [False, False]
    with pytest.raises(Refused) as caught:
        asking.ask_key_file("cat")
    assert caught.value.code == "keyfile-several"
    assert [str(path) in str(caught.value.detail["paths"]) for path in (older, key_file)] == [True, True]


def test_the_pages_ask_for_the_file_where_it_is_needed_and_take_it(
    client: FlaskClient, station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "keyfile-cat" not in get(client, "/unlock")
    key_file = keyed(station, tmp_path / "stick")
    page = get(client, "/unlock")
    assert 'name="keyfile-cat"' in page
    given = {"passphrase-cat": PASSPHRASE}
    status, shown = post(client, "/unlock", page, **given)
    assert (status, "opens only with its key file too" in shown) == (422, True)
    status, shown = post(client, "/unlock", page, **given, **{"keyfile-cat": str(tmp_path / "none")})
    assert (status, "There is no key file" in shown) == (422, True)
    stick = Stick(folder=key_file.parent, label="a stick", free=1, is_read_only=False)
    monkeypatch.setattr(desk_module, "find_sticks", lambda: [stick])
    assert f'value="{key_file}"' in get(client, "/unlock")
    assert post(client, "/unlock", page, **given, **{"keyfile-cat": str(key_file)}) == (303, "/")
    assert 'name="keyfile"' in get(client, "/passphrase")
    page = get(client, "/backup")
    assert 'name="keyfile"' in page
    given = {"folder": str(tmp_path), "passphrase": PASSPHRASE}
    assert post(client, "/backup/cat", page, **given, keyfile=str(key_file)) == (303, "/backup/cat")
    wait_until(lambda: list(tmp_path.glob("*.backup")) != [] and "refresh" not in get(client, "/backup/cat"))
    page = get(client, "/passphrase")
    changed = {"old": PASSPHRASE, "new": NEW, "again": NEW}
    status, shown = post(client, "/passphrase/cat", page, **changed)
    assert (status, "opens only with its key file too" in shown) == (422, True)


def test_the_page_of_a_plain_vault_asks_for_no_file(client: FlaskClient) -> None:
    unlock(client)
    for path in ("/backup", "/passphrase"):
        assert 'name="keyfile"' not in get(client, path)


def review(*given: object, lines: list[object]) -> tuple[int, str]:
    """Status of a command, and all that it said."""
    command = [str(Path(sys.executable).with_name("review")), *map(str, given)]
    typed = "".join(f"{line}\n" for line in lines)
    done = subprocess.run(command, input=typed, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_command_makes_it_and_the_others_ask_for_it(station: Station, tmp_path: Path) -> None:
    made = tmp_path / "cat.keyfile"
    status, said = review("keyfile", station.folder, "cat", "--make", made, lines=[PASSPHRASE])
    assert (status, "second stick" in said) == (0, True), said
    status, said = review("state", station.folder, lines=[PASSPHRASE, ""])
    assert (status, "opens only with its key file too" in said) == (1, True)


@pytest.mark.prove
def test_a_command_removes_it_again(station: Station, key_file: Path) -> None:
    assert review("state", station.folder, lines=[PASSPHRASE, key_file])[0] == 0
    assert review("keyfile", station.folder, "cat", lines=[PASSPHRASE, key_file])[0] == 2
    status, said = review("keyfile", station.folder, "cat", "--remove", lines=[PASSPHRASE, key_file])
    assert (status, "passphrase alone" in said) == (0, True), said
    assert review("state", station.folder, lines=[PASSPHRASE])[0] == 0
