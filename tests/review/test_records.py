"""What vaults say they have kept: signed, numbered, in one file; a number never has two meanings."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from crypto.errors import SignatureError
from crypto.public.verify import verify_note
from crypto.sign.sign import public
from crypto.wire.directory import NamedKey
from crypto.wire.note import Note, body
from crypto.wire.record import NamedDirectory, NamedManifest, Record
from review import recording, schema, views
from review.belief import check_active
from review.process import KeeperProcess
from review.recording import write_records
from review.refusals import Refused
from review.store import Store
from tests.material import DAY, Portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.reading import members

Keepers = dict[str, KeeperProcess]


@pytest.fixture
def keepers(station: Station) -> Iterator[Keepers]:
    """Two open vaults."""
    station.add("ced")
    made = {name: KeeperProcess(station.folder, name) for name in ("ced", "cat")}
    for keeper in made.values():
        keeper.open(PASSPHRASE, DAY)
    yield made
    for keeper in made.values():
        keeper.end()


def written(keepers: Keepers, path: Path, day: str = DAY) -> dict[str, bytes]:
    """The notes of the file that is written now, by vault."""
    write_records(keepers, path, day)
    return {name: note for name, note in members(path.read_bytes()).items() if name != "format"}


def left_out(keepers: Keepers, path: Path) -> tuple[list[str], dict[str, str]]:
    """The vaults whose records are written now, and why others are left out."""
    recorded = write_records(keepers, path, DAY)
    return list(recorded.written), {vault: refused.code for vault, refused in recorded.left_out.items()}


def read(portal: Portal, vault: str, note: bytes) -> Record:
    """The record of a note that this vault has signed."""
    parsed = Note.parse(note)
    verify_note(parsed, NamedKey(name=vault, key=public(portal.vaults[vault].sign_seed)))
    return Record.parse(body(parsed, "record", portal.name))


def journal(station: Station, vault: str = "cat") -> list[tuple[str, str]]:
    """What the vault remembers of its records."""
    entries = station.look(vault, lambda store: [(one.what, one.about) for one, _ in store.journal()])
    return [one for one in entries if one[0] == "record-signed"]


def test_a_record_says_what_the_vault_has_imported_and_believes(
    keepers: Keepers, station: Station, portal: Portal, tmp_path: Path
) -> None:
    days = [close_day(portal, [])]
    days.append(close_day(portal, [], days))
    station.take("cat", bundle(portal, days))
    notes = written(keepers, tmp_path / "records.tar")
    directory = NamedDirectory(seq=1, hash=portal.notes[0].hash())
    last = NamedManifest(n=2, hash=Note.parse(days[1].note).hash())
    cat = Record(n=1, day=DAY, manifest=last, backed_up=False, directory=directory)
    ced = Record(n=1, day=DAY, manifest=None, backed_up=False, directory=directory)
    assert list(notes) == ["record/cat", "record/ced"]
    assert [read(portal, name, notes[f"record/{name}"]) for name in ("cat", "ced")] == [cat, ced]
    assert journal(station) == [("record-signed", "1")]


def test_the_file_is_a_container_of_its_own_kind_that_names_no_other_vault(
    keepers: Keepers, portal: Portal, tmp_path: Path
) -> None:
    written(keepers, tmp_path / "records.tar")
    found = members((tmp_path / "records.tar").read_bytes())
    assert found["format"] == f"sealed-intake/records/v1 {portal.name}\n".encode()
    assert len(found) == 3
    with pytest.raises(SignatureError):
        read(portal, "ced", found["record/cat"])


def test_while_nothing_changes_the_same_record_is_written_again(
    keepers: Keepers, station: Station, tmp_path: Path
) -> None:
    first = written(keepers, tmp_path / "one.tar")
    assert written(keepers, tmp_path / "two.tar") == first
    assert len(journal(station)) == 1


@pytest.mark.parametrize("what", ["a day that was imported", "another day", "a directory"])
def test_whatever_changes_makes_the_next_number(
    keepers: Keepers, station: Station, portal: Portal, tmp_path: Path, what: str
) -> None:
    first = read(portal, "cat", written(keepers, tmp_path / "one.tar")["record/cat"])
    if what == "a day that was imported":
        station.take("cat", bundle(portal, [close_day(portal, [])]))
    elif what == "a directory":
        station.take("cat", portal.next().ceremony_file())
    today = "2026-11-11" if what == "another day" else DAY
    second = read(portal, "cat", written(keepers, tmp_path / "two.tar", today)["record/cat"])
    assert (first.n, second.n) == (1, 2)
    assert second != first


def test_what_is_read_of_today_is_not_in_the_record(
    keepers: Keepers, station: Station, portal: Portal, tmp_path: Path
) -> None:
    writer = Writer(portal=portal)
    today = close_day(portal, [writer.seal(writer.account())], label="today")
    station.take("cat", bundle(portal, [], today=today))
    assert read(portal, "cat", written(keepers, tmp_path / "one.tar")["record/cat"]).manifest is None


def test_a_number_is_used_once_even_when_the_writing_fails(
    keepers: Keepers, station: Station, portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_arguments: object) -> None:
        raise OSError("the stick is full")

    monkeypatch.setattr(recording, "write_container", breaks)
    with pytest.raises(Refused) as caught:
        write_records(keepers, tmp_path / "one.tar", DAY)
    monkeypatch.undo()
    assert caught.value.code == "file-unwritable"
    assert list(tmp_path.glob("*.tar")) == []
    station.take("cat", bundle(portal, [close_day(portal, [])]))
    notes = written(keepers, tmp_path / "two.tar")
    assert [read(portal, name, notes[f"record/{name}"]).n for name in ("cat", "ced")] == [2, 1]


def test_a_file_that_is_there_is_not_written_over(keepers: Keepers, tmp_path: Path) -> None:
    (tmp_path / "one.tar").write_bytes(b"not carried yet")
    with pytest.raises(Refused) as caught:
        write_records(keepers, tmp_path / "one.tar", DAY)
    assert caught.value.code == "file-exists"
    assert (tmp_path / "one.tar").read_bytes() == b"not carried yet"


def test_a_vault_that_believes_nothing_keeps_no_other_from_its_record(
    keepers: Keepers, station: Station, tmp_path: Path
) -> None:
    for name, without in (("cat", ["ced"]), ("ced", [])):
        with station.vaults[name].transaction() as connection:
            connection.execute(update(schema.own).values(believed=None))
            connection.execute(delete(schema.directories))
        if without:
            assert left_out(keepers, tmp_path / "one.tar") == (without, {"cat": "no-directory"})
    assert left_out(keepers, tmp_path / "two.tar") == ([], {"cat": "no-directory", "ced": "no-directory"})
    assert not (tmp_path / "two.tar").exists()


@pytest.mark.parametrize("how", ["absent", "retired", "revoked", "another key", "not named"])
def test_a_vault_that_the_directory_does_not_name_as_active_with_its_key_signs_no_record(
    station: Station, portal: Portal, how: str
) -> None:
    with station.vaults["cat"].transaction() as connection:
        store = Store(connection)
        belief = views.belief_of(store, DAY)
        directory = belief.directory
        vaults = [one for one in directory.vaults if one.id != "cat" or how != "not named"]
        change = {"key": bytes(32)} if how == "another key" else {"status": how}
        changed = tuple(replace(one, **change) if one.id == "cat" else one for one in vaults)
        seed = portal.vaults["cat"].sign_seed
        check_active(belief, "cat", seed)
        with pytest.raises(Refused) as caught:
            check_active(replace(belief, chain=(replace(directory, vaults=changed),)), "cat", seed)
    assert caught.value.code == "not-active"


def test_the_vaults_that_are_active_write_and_the_others_are_named(
    keepers: Keepers, station: Station, portal: Portal, tmp_path: Path
) -> None:
    vaults = tuple(replace(one, status="absent") if one.id == "cat" else one for one in portal.directory.vaults)
    later = portal.next(vaults=vaults)
    for vault in ("cat", "ced"):
        station.take(vault, later.ceremony_file())
    assert left_out(keepers, tmp_path / "one.tar") == (["ced"], {"cat": "not-active"})
    assert set(members((tmp_path / "one.tar").read_bytes())) == {"format", "record/ced"}
    assert journal(station) == []
