"""The journal for an auditor: nothing of a case is in it, and a newer one is held against an older one."""

import itertools
import json
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from crypto.errors import FormatError
from crypto.wire.digest import sha256
from review import schema
from review.cli.journal import journal_check
from review.journal import Entry
from review.journalfile import Comparison, ExportHead, ExportLine, compare, write_export
from review.process import KeeperProcess
from review.pseudonyms import words
from review.refusals import Refused
from tests.material import DAY
from tests.review.carried import WORDS, Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_desk import get, post, unlock

SECRET = b"s" * 32
Lines = list[bytes]


@pytest.fixture
def keeper(station: Station) -> Iterator[KeeperProcess]:
    """Of a vault with one case that was opened."""
    writer = Writer(portal=station.portal)
    station.take("cat", bundle(station.portal, [close_day(station.portal, [writer.seal(writer.account())])]))
    made = KeeperProcess(station.folder, "cat")
    made.open(PASSPHRASE, DAY)
    made.ask("case", DAY, number=1, before=0)
    yield made
    made.end()


def pseudonym(station: Station) -> str:
    """Of the case."""
    return station.look("cat", lambda store: store.inbox()[0].case.pseudonym)


def refused(action: Callable[[], object]) -> str:
    """The code of the refusal that the action ends with."""
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.code


def exported(count: int, change: Callable[[int, Entry], Entry] = lambda _n, entry: entry) -> Lines:
    """An export of a journal of so many entries, some of them changed before they were chained, line by line."""
    chained, prev = list[Entry](), None
    for n in range(1, count + 1):
        entry = change(n, Entry(n=n, prev=prev, day=DAY, what="case-opened", about=f"tern-slate {n:02d}"))
        chained.append(entry)
        prev = entry.hash()
    out = BytesIO()
    write_export(out, ExportHead(vault="cat", portal="test.portal", entries=count), chained, SECRET)
    return out.getvalue().splitlines(keepends=True)


def held_against(old: Lines, new: Lines) -> Comparison:
    """The newer against the older."""
    return compare(BytesIO(b"".join(old)), BytesIO(b"".join(new)))


def test_an_export_holds_every_entry_and_nothing_of_a_case(
    keeper: KeeperProcess, station: Station, tmp_path: Path
) -> None:
    written = keeper.ask("export_journal", DAY, out=str(tmp_path))
    assert written["name"] == f"cat-journal-{DAY}.journal"
    data = Path(written["path"]).read_bytes()
    head, *lines = [json.loads(line) for line in data.splitlines()]
    journal = station.look("cat", lambda store: [entry for entry, _ in store.journal()])
    assert head == {
        "v": 1, "kind": "sealed-intake/journal", "vault": "cat", "portal": station.portal.name, "entries": len(journal),
    }  # fmt: skip
    assert [(one["n"], one["day"], one["what"]) for one in lines] == [(one.n, one.day, one.what) for one in journal]
    said = {one["what"]: one["about"] for one in lines}
    assert said["case-opened"] is None
    assert said["vault-opened"] == "cat"
    assert said["journal-exported"] == f"{len(journal)} entries"
    case = station.look("cat", lambda store: store.inbox()[0].case)
    secret = station.look("cat", lambda store: store.anchor_secret())
    assert secret is not None
    canaries = [*case.pseudonym.replace("-", " ").split()[:2], *WORDS.split(), case.thread.key.hex(), secret.hex()]
    raw = [case.pseudonym.encode(), secret, case.thread.key, urlsafe_b64encode(secret).rstrip(b"=")]
    assert [one for one in (*raw, *(f'"{word}"'.encode() for word in canaries)) if one in data] == []
    assert WORDS.split()[0].encode() not in data


def test_the_control_the_same_search_finds_the_pseudonym_in_what_the_vault_keeps(
    keeper: KeeperProcess, station: Station
) -> None:
    del keeper
    kept = station.look("cat", lambda store: [entry.about for entry, _ in store.journal()])
    assert pseudonym(station) in kept


def test_no_dictionary_of_all_pseudonyms_finds_one_by_its_mark(
    keeper: KeeperProcess, station: Station, tmp_path: Path
) -> None:
    """Somebody has the export and every hidden thing but the secret: all other words, and the hash before."""
    named = pseudonym(station)
    stored = station.look("cat", lambda store: list(store.journal()))
    at = next(n for n, (entry, _) in enumerate(stored) if entry.what == "case-opened")
    written = keeper.ask("export_journal", DAY, out=str(tmp_path))
    line = ExportLine.parse(Path(written["path"]).read_bytes().splitlines()[at + 1])
    few = [named.split("-")[0], named.split("-")[1].split()[0], *words()[:8]]
    tried = {f"{one}-{two} {n:02d}" for one, two in itertools.permutations(few, 2) for n in range(100)}
    assert named in tried
    secret = station.look("cat", lambda store: store.anchor_secret())
    assert secret is not None
    hashes = {guess: replace(stored[at][0], about=guess).hash() for guess in tried}
    plain = {guess for guess, one in hashes.items() if line.mark in (one, sha256(one), sha256(bytes(32) + one))}
    keyed = {
        guess
        for guess in tried
        if ExportLine.of(replace(stored[at][0], about=guess), secret, "cat", None).mark == line.mark
    }
    # The control: with the secret, which only the vault has, the very same list finds it.
    assert (plain, keyed) == (set(), {named})
    assert hashes[named] == stored[at][1]


def test_a_newer_export_continues_an_older_one_and_says_by_how_much(keeper: KeeperProcess, tmp_path: Path) -> None:
    first = Path(keeper.ask("export_journal", DAY, out=str(tmp_path))["path"])
    keeper.ask("keys", DAY, **{"from": "2029-01"}, months=1)
    second = Path(keeper.ask("export_journal", DAY, out=str(tmp_path / "second"))["path"])
    with first.open("rb") as old, second.open("rb") as new:
        assert compare(old, new) == Comparison(verdict="continues", n=2)
    with first.open("rb") as old, second.open("rb") as new:
        assert compare(new, old).verdict == "cut"
    assert first.name != "second"
    assert refused(lambda: keeper.ask("export_journal", DAY, out=str(second))) == "file-exists"


def renumbered(line: bytes, n: int) -> bytes:
    """The same line under another number."""
    return replace(ExportLine.parse(line[:-1]), n=n).encode()


OLD = exported(5)
NEW = exported(8)
EDITED = exported(8, lambda n, entry: replace(entry, about="wren-flint 07") if n == 3 else entry)
MOVED = [*NEW[:3], renumbered(NEW[4], 3), renumbered(NEW[3], 4), *NEW[5:]]


@pytest.mark.parametrize(
    ("new", "verdict", "n"),
    [
        (NEW, "continues", 3),
        (OLD, "continues", 0),
        (NEW[:4], "cut", 3),
        (exported(3), "cut", 3),
        (NEW[:8], "cut", 7),
        (EDITED, "changed", 3),
        (MOVED, "changed", 3),
        ([*NEW[:3], NEW[4], NEW[3], *NEW[5:]], "changed", 3),
        ([*NEW[:7], NEW[8], NEW[7]], "changed", 7),
        ([*NEW[:2], *NEW[3:]], "changed", 2),
        ([*NEW, renumbered(NEW[8], 9)], "changed", 9),
        ([*NEW[:2], NEW[2].replace(b"case-opened", b"post-left"), *NEW[3:]], "changed", 2),
        ([exported(3)[0], *NEW[1:]], "changed", 4),
        ([OLD[0], *NEW[1:]], "changed", 6),
        ([NEW[0].replace(b'"cat"', b'"dog"'), *NEW[1:]], "other", 0),
        ([NEW[0].replace(b"test.portal", b"b.portal"), *NEW[1:]], "other", 0),
    ],
    ids=["more", "same", "cut", "shorter", "tail", "edited", "moved", "swapped", "new swapped", "removed", "added",
         "word",
         "says fewer", "says as many", "vault", "portal"],
)  # fmt: skip
def test_what_was_cut_or_changed_is_found_where_it_was(new: Lines, verdict: str, n: int) -> None:
    found = held_against(OLD, new)
    assert (found.verdict, found.n) == (verdict, n)


def test_an_entry_that_was_edited_without_its_hash_has_another_mark(
    keeper: KeeperProcess, station: Station, tmp_path: Path
) -> None:
    """Even where nothing that goes out was changed."""
    first = Path(keeper.ask("export_journal", DAY, out=str(tmp_path / "a"))["path"])
    with station.vaults["cat"].transaction() as connection:
        found = connection.execute(
            update(schema.journal)
            .where(schema.journal.c.what == "case-opened")
            .values(about="wren-flint 07")
            .returning(schema.journal.c.n)
        ).scalar_one()
    second = Path(keeper.ask("export_journal", DAY, out=str(tmp_path / "b"))["path"])
    with first.open("rb") as old, second.open("rb") as new:
        assert compare(old, new) == Comparison(verdict="changed", n=found)


@pytest.mark.parametrize(
    "spoilt",
    [
        [],
        OLD[1:],
        [OLD[0][:-1]],
        [*OLD[:-1], OLD[-1][:-1]],
        [*OLD, b"{}\n"],
        [*OLD, b"\n"],
        [*OLD, b"\n", *NEW[6:]],
        [*OLD[:3], b"\n", *OLD[3:]],
        [OLD[0], OLD[1].replace(b'"n":1', b'"n": 1'), *OLD[2:]],
        [OLD[0], b" " * 2000 + b"\n", *OLD[1:]],
    ],
)
def test_what_is_no_export_is_refused_and_it_is_said_which(spoilt: Lines) -> None:
    for old, new, which in [(spoilt, OLD, "old"), (OLD, spoilt, "new")]:
        with pytest.raises(FormatError) as caught:
            held_against(old, new)
        assert caught.value.where == which
    short, long = exported(3), exported(10)
    for old in (OLD[:-1], [OLD[0], OLD[2], OLD[1], *OLD[3:]], [short[0], *long[1:]], [long[0], *short[1:]]):
        for new in (old, short, long):
            with pytest.raises(FormatError) as caught:
                held_against(old, new)
            assert caught.value.where == "old"


@pytest.mark.parametrize(
    ("what", "about", "goes"),
    [
        ("record-signed", "7", True),
        ("record-signed", "tern-slate 41", False),
        ("backup-written", "cat-2026-11-10.backup", True),
        ("backup-written", "dog-2026-11-10.backup", False),
        ("file-refused", "days-missing", True),
        ("file-refused", "tern-slate 41", False),
        ("trust-set", "test.portal 1", True),
        ("vault-opened", "tern-slate", False),
        ("reply-refused", "names-person", False),
        ("files-refused", "files-missing", False),
        ("verification-kept", "tern-slate 41 2", False),
        ("a-word-of-a-newer-release", "7", False),
    ],
)
def test_what_an_entry_is_about_goes_out_by_the_table_alone(what: str, about: str, goes: bool) -> None:
    entry = Entry(n=1, prev=None, day=DAY, what=what, about=about)
    assert ExportLine.of(entry, SECRET, "cat", "test.portal").about == (about if goes else None)


@pytest.mark.parametrize("where", ["station", "nowhere", "relative"])
def test_an_export_goes_into_a_folder_outside_the_station_and_a_refusal_is_remembered(
    keeper: KeeperProcess, station: Station, tmp_path: Path, where: str
) -> None:
    out = {"station": str(station.folder), "nowhere": str(tmp_path / "no" / "file"), "relative": "stick"}[where]
    code = refused(lambda: keeper.ask("export_journal", DAY, out=out))
    assert code == ("inside-station" if where == "station" else "no-folder")
    last = station.look("cat", lambda store: [(entry.what, entry.about) for entry, _ in store.journal()][-1])
    assert last == ("journal-refused", code)


def test_the_commands_write_it_and_hold_two_against_each_other(station: Station, tmp_path: Path) -> None:
    def review(*given: object, passphrase: str = "") -> tuple[int, str, str]:
        command = [str(Path(sys.executable).with_name("review")), *map(str, given)]
        done = subprocess.run(command, input=passphrase, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    asked = ("journal", station.folder, tmp_path / "one", "--vault", "cat")
    assert review(*asked, passphrase=f"{PASSPHRASE}\n")[:2] == (0, f"{tmp_path / 'one'}: 3 entries\n")
    assert len((tmp_path / "one").read_bytes().splitlines()) == 4
    (tmp_path / "old").write_bytes(b"".join(OLD))
    for name, lines, status, words_ in [
        ("new", NEW, 0, "3 entries are new"),
        ("edited", EDITED, 1, "entry 3 is another"),
    ]:
        (tmp_path / name).write_bytes(b"".join(lines))
        done = review("journal-check", tmp_path / "old", tmp_path / name)
        assert (done[0], words_ in done[1] + done[2]) == (status, True), done


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (NEW[:4], "journal-cut"),
        (EDITED, "journal-changed"),
        ([*OLD, b"\n", *NEW[6:]], "journal-unfit"),
        ([NEW[0].replace(b'"cat"', b'"dog"'), *NEW[1:]], "journal-other"),
    ],
)
def test_the_command_refuses_what_does_not_continue(tmp_path: Path, lines: Lines, code: str) -> None:
    (tmp_path / "old").write_bytes(b"".join(OLD))
    (tmp_path / "new").write_bytes(b"".join(lines))
    check = journal_check.callback
    assert check is not None
    assert refused(lambda: check(tmp_path / "old", tmp_path / "new")) == code


def test_the_page_writes_it_and_says_why_not(client: FlaskClient, station: Station, tmp_path: Path) -> None:
    unlock(client)
    assert 'href="/journal"' in get(client, "/backup")
    page = get(client, "/journal")
    status, shown = post(client, "/journal/cat", page, folder=str(tmp_path))
    assert (status, f"cat-journal-{DAY}.journal" in shown) == (200, True)
    assert [one.name for one in tmp_path.glob("*.journal")] == [f"cat-journal-{DAY}.journal"]
    status, shown = post(client, "/journal/cat", page, folder=str(station.folder))
    assert (status, "lies inside the station" in shown) == (422, True)
    status, shown = post(client, "/journal/cat", page, folder=str(tmp_path / "nowhere"))
    assert (status, "There is no folder" in shown) == (422, True)
    assert "2 entries" not in shown
